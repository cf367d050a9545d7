"""Invented tickets with personal data planted in them, in the ways customers type it; same seed, same tickets.

The forms were written before the patterns of `ecomintent/labels`, from how people write, not from what the patterns
find. Numbers come from ranges kept for fiction, tests or documentation (Ofcom, NANPA 555-01xx, BNetzA, Arcep, TEST-NET,
2001:db8, test card prefixes) where there are such; India keeps none. Over 200 lines because the forms are the content.
"""

import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

FIRST: Final = (
    "Dana", "Marta", "Priya", "Oluwaseun", "Siobhán", "Jean-Luc", "Rajesh", "Mei", "Tom", "Aisha", "Katarzyna", "Will",
    "Grace", "Mohammed", "Ines", "Björn",
)  # fmt: skip
LAST: Final = ("Ortiz", "O'Neill", "Patel", "Venkataraman", "Smith-Jones", "Kowalska", "Okafor", "Nguyen", "de Vries")
STREETS: Final = ("Marlow", "Station", "Queen Anne", "Elm", "St Mary's", "Lower Mill", "Victoria", "Oakfield")
UK_TOWNS: Final = (("Leeds", "LS"), ("Bristol", "BS"), ("London", "SW"), ("Glasgow", "G"), ("York", "YO"))
US_TOWNS: Final = (
    ("Springfield", "IL", "627"),
    ("Austin", "TX", "787"),
    ("Boise", "ID", "837"),
    ("Salem", "OR", "973"),
)
IN_TOWNS: Final = (("Bengaluru", "560"), ("Pune", "411"), ("New Delhi", "110"), ("Hyderabad", "500"), ("Noida", "201"))
HOSTS: Final = ("example.com", "example.org", "mail.example.net", "shop-mail.example.com")
PATTERN_KINDS: Final = ("EMAIL", "PHONE", "CARD", "IBAN", "ADDRESS", "ORDER", "URL", "IP")
DECOYS: Final = (
    "size 10", "£45.99", "2 weeks", "WH-1000XM5", "12/05/2026", "3 pairs", "$1,299.00", "Rs. 2499", "6-8 working days",
    "iPhone 15 Pro Max", "20% off", "10:30 am", "UK 7.5", "500ml", "32x34", "the 4th of May", "RTX 4070", "4K TV",
    "2 x AA batteries", "SUMMER20", "5 star", "24/7", "3rd time", "Rs 1,25,000", "10,000mAh", "1080p",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One invented ticket and what is hidden in it."""

    kind: str
    value: str
    """As it stands in the text."""
    secrets: tuple[str, ...]
    """What must not be left, none of it."""
    decoy: str
    """What must be left, where the text holds it."""
    text: str

    def left_in(self, redacted: str) -> tuple[str, ...]:
        """The secrets that can still be read, as words of their own."""
        told = redacted.replace(self.decoy, " ")
        return tuple(s for s in self.secrets if re.search(rf"(?<!\w){re.escape(s)}(?!\w)", told))

    def decoy_lost(self, redacted: str) -> bool:
        """Whether something was taken that is nobody's secret."""
        return self.decoy in self.text.replace(self.value, " ") and self.decoy not in redacted


def tickets(seed: int, per_kind: int, *, later: bool = False) -> Iterator[Planted]:
    """So many of every kind, one planted value each; the forms take turns, so that rare ones count as much.

    `later` takes the forms that were written after the patterns.
    """
    dice = random.Random(seed)
    for kind, (first, sentences) in KINDS.items():
        values = LATER.get(kind, first) if later else first
        for number in range(per_kind):
            value, secrets = values[number % len(values)](dice)
            decoy = dice.choice(DECOYS)
            said = dice.choice(sentences).replace("@@", value)
            parts = [dice.choice(BEFORE), said, dice.choice(AFTER).replace("%%", decoy)]
            text = dice.choice((" ", " ", "\n")).join(part for part in parts if part)
            # A name below a ticket has nothing after it.
            if "$END" in text:
                text = f"{parts[0]} {parts[2]}" + dice.choice(" \n") + said.replace("$END", "")
            yield Planted(kind=kind, value=value, secrets=secrets, decoy=decoy, text=text)


Value = Callable[[random.Random], tuple[str, tuple[str, ...]]]


def _pieces(value: str) -> tuple[str, ...]:
    """The value's longer parts that hold a digit: half a number left behind is a leak too."""
    parts = "".join(c if c.isalnum() else " " for c in value).split()
    return tuple(p for p in parts if len(p) >= 3 and any(map(str.isdigit, p))) or (value,)


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice(string.digits) for _ in range(count))


def _form(pattern: str, change: Callable[[str], str] = str) -> Value:
    """A value written as `pattern`: 9 a digit, A a capital, other characters themselves (a digit after ! too)."""

    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        out, literal = [], False
        for char in pattern:
            if char == "!" and not literal:
                literal = True
                continue
            drawn = {"9": _digits(dice, 1), "A": dice.choice("ABCDEFGHJKLNPRSTUWXYZ")}
            out.append(char if literal else drawn.get(char, char))
            literal = False
        value = change("".join(out))
        return value, _pieces(value)

    return write


def _mail(pattern: str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        plain = {"á": "a", "ö": "o", "'": "", " ": "", "-": ""}
        first, last = ("".join(plain.get(c, c) for c in dice.choice(names)).lower() for names in (FIRST, LAST))
        host = dice.choice(HOSTS)
        name, end = host.rsplit(".", 1)
        value = pattern.format(f=first, l=last, n=dice.randint(1, 99), h=host, H=host.upper(), d=name, e=end)
        return value, (value, f"{first}.{last}", f"{first}{last}", f"{first}_{last}", host)

    return write


def _card(prefix: str, length: int, groups: tuple[int, ...], between: str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        body = prefix + _digits(dice, length - len(prefix) - 1)
        doubled = (int(d) * (2 - i % 2) for i, d in enumerate(reversed(body)))
        number = body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)
        value = _grouped(number, groups, between)
        return value, _pieces(value)

    return write


def _iban(country: str, body: str, between: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        number = "".join({"9": _digits(dice, 1), "A": dice.choice("ABCDEFGH")}.get(c, c) for c in body)
        spelled = "".join(str(int(c, 36)) for c in f"{number}{country}00")
        value = change(_grouped(f"{country}{98 - int(spelled) % 97:02d}{number}", (4,) * 9, between))
        return value, _pieces(value)

    return write


def _grouped(number: str, groups: tuple[int, ...], between: str) -> str:
    out, at = [], 0
    for size in groups:
        out.append(number[at : at + size])
        at += size
    return between.join(part for part in [*out, number[at:]] if part)


def _uk(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        town, area = dice.choice(UK_TOWNS)
        code = f"{area}{dice.randint(1, 19)} {dice.randint(1, 9)}{dice.choice('ABDEFGHJ')}{dice.choice('LNPQRSTU')}"
        n, s = dice.randint(1, 240), dice.choice(STREETS)
        value = change(pattern.format(n=n, s=s, t=town, p=code, P=code.replace(" ", "")))
        return value, _left(value, code, code.replace(" ", ""), s)

    return write


def _us(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        town, state, area = dice.choice(US_TOWNS)
        code, n, s = area + _digits(dice, 2), dice.randint(100, 9999), dice.choice(STREETS)
        value = change(pattern.format(n=n, s=s, t=town, z=state, p=code, x=_digits(dice, 4)))
        return value, _left(value, code, str(n), s)

    return write


def _india(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        town, area = dice.choice(IN_TOWNS)
        last, n, s = _digits(dice, 3), dice.randint(1, 999), dice.choice(("Sai Residency", "Gandhi", "Lake View", "MG"))
        value = change(pattern.format(n=n, s=s, t=town, a=area, b=last))
        return value, _left(value, f"{area}{last}", f"{area} {last}", s)

    return write


def _left(value: str, *parts: str) -> tuple[str, ...]:
    """Those of the parts that the value holds, in its own case."""
    at = [(value.lower().find(part.lower()), len(part)) for part in parts]
    return tuple(value[start : start + length] for start, length in at if start >= 0)


def _name(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        first, last = dice.choice(FIRST), dice.choice(LAST)
        value = change(pattern.format(f=first, l=last, i=first[0]))
        return value, _left(value, first, last)

    return write


EMAILS: Final = [
    _mail(form)
    for form in (
        "{f}.{l}@{h}", "{f}{n}@{h}", "{f}_{l}{n}@{H}", "{f}+shop@{h}", "{f} @ {h}", "{f}.{l} at {d} dot {e}",
        "{l}@{d}.con",
        "{f}-{l}{n}@{h}", "{f}(at){h}", "{f}{l}[at]{d}[dot]{e}", "{f}.{l}@{d},{e}", "mailto:{f}@{h}", "<{f}.{l}@{h}>",
    )
]  # fmt: skip
PHONES: Final = [
    _form(form)
    for form in (
        "!0!7!7!0!0 !9!0!0999", "!0!7!7!0!0!9!0!0999", "!0!7!7!0!0 !9!0!0 999", "+!4!4 !7!7!0!0 !9!0!0 999",
        "+!4!4 (!0) !7!7!0!0 !9!0!0999", "!0!0!4!4!7!7!0!0!9!0!0999", "!0!2!0 !7!9!4!6 !0999", "(!0!1!6!3!2) !9!6!0999",
        "!0!1!6!3!2-!9!6!0-999", "!0!1!6!1.!4!9!6.!0999", "!2!0!2-!5!5!5-!0!199", "(!4!1!5) !5!5!5-!0!199",
        "!2!1!2.!5!5!5.!0!199", "!3!0!3 !5!5!5 !0!199", "+!1 !3!1!2 !5!5!5 !0!199", "!1-!6!0!2-!5!5!5-!0!199",
        "+!1!5!0!3!5!5!5!0!199", "!9!0!0!0!09999!9", "+!9!1 !9!0!0!0!0 9999!9", "+!9!1-!9!0!0!0!09999!9",
        "!0!9!0!0!0!0 9999!9", "!9!0!0!0!0 9999!9", "!9!1!9!0!0!0!09999!9", "!9!0!0 !0!09 999!9",
        "+!4!9 !3!0 !2!3!1!2!5 999",
        "+!3!3 !1 !9!9 !0!0 99 99", "+!6!1 !4!9!1 !5!7!0 999", "!0!0!4!9 !3!0 !2!3!1!2!5-999",
        "+!4!6-!7!0-!1!7!4!0!699",
        "!2!0!2/!5!5!5/!0!199", "!0!7!7!0!0  !9!0!0-999",
    )
]  # fmt: skip
CARDS: Final = [
    _card(prefix, length, groups, between)
    for prefix, length, groups, between in (
        ("411111", 16, (4, 4, 4), " "), ("411111", 16, (4, 4, 4), "-"), ("411111", 16, (), ""),
        ("555555", 16, (4, 4, 4), " "),
        ("222300", 16, (4, 4, 4), " "), ("555555", 16, (), ""), ("378282", 15, (4, 6), " "), ("378282", 15, (), ""),
        ("601111", 16, (4, 4, 4), "."), ("411111", 16, (8,), " "), ("520082", 16, (4, 4, 4), "  "),
        ("652100", 16, (4, 4, 4), " "),
        ("378282", 15, (4, 6), "-"), ("367001", 14, (4, 6), " "), ("353011", 16, (4, 4, 4), " - "),
    )
]  # fmt: skip
IBANS: Final = [
    _iban(country, body, between, change)
    for country, body, between, change in (
        ("GB", "TEST99999999999999", " ", str), ("GB", "TEST99999999999999", "", str.lower), ("DE", "9" * 18, " ", str),
        ("DE", "9" * 18, "", str), ("DE", "9" * 18, " ", str.lower), ("FR", "9999999999AAAAAAAAAAA99", " ", str),
        ("NL", "TEST9999999999", "", str), ("NL", "TEST9999999999", "-", str), ("ES", "9" * 20, " ", str.lower),
        ("IE", "TEST99999999999999", " ", str), ("AT", "9" * 16, " ", str.lower), ("BE", "9" * 12, " ", str),
        ("NO", "9" * 11, " ", str), ("PL", "9" * 24, " ", str), ("IT", "A9999999999AAAAAAAAAAAA", "", str.lower),
        ("AE", "9" * 19, "", str), ("CH", "99999AAAAAAAAAAAA", ".", str), ("PT", "9" * 21, " ", str.capitalize),
    )
]  # fmt: skip
ADDRESSES: Final = [
    _uk("Flat 2, {n} {s} Road, {t} {p}"), _uk("{n} {s} Street, {t}, {p}"), _uk("{n}b {s} rd {t} {p}", str.lower),
    _uk("{n} {s} Close\n{t}\n{p}"), _uk("{n}, {s} Avenue, {t} {P}"), _uk("The Old Mill, {s} Lane, {t}, {p}"),
    _uk("Unit {n} {s} Business Park, {t} {p}"), _uk("{n} {s} Crescent"), _uk("{p}"),
    _us("{n} {s} Ave Apt 3B, {t}, {z} {p}"), _us("{n} {s} Street, {t} {z} {p}-{x}"), _us("{n} W {s} Blvd, {t}, {z}"),
    _us("{n} {s} ln, {t} {z} {p}", str.lower), _us("PO Box {n}, {t}, {z} {p}"), _us("{n} NE 5th St #12\n{t}, {z} {p}"),
    _us("{n} {s} Drive Suite 400, {t}, {z} {p}"), _india("Flat No {n}, {s} Apartments, Hill Road, {t} {a}{b}"),
    _india("H.No. {n}-4/7, {s} Nagar, {t} - {a}{b}"), _india("B-{n}, Sector 22, {s} Vihar, {t}, {a} {b}"),
    _india("plot no {n}, {s} marg, {t} {a}{b}", str.lower), _india("#{n}, 3rd Cross, {s} Layout, {t}-{a}{b}"),
    _india("Door No. {n}, {s} Street, {t}, PIN {a}{b}"),
]  # fmt: skip
ORDERS: Final = [
    _form(form)
    for form in (
        "order #9999999", "#!19999", "order 9999-99", "order no. AA999999", "order number: 999999",
        "order id 999-9999999-9999999",
        "Order No 9999", "order: 99999999", "ord 9999999", "order AA-99999", "Order# 999999", "order number is 99999",
        "order ref AA99-9999", "order reference: A9A99A9", "invoice INV-!2!0!2!6-99999", "999-9999999-9999999",
        "OD!4999999999999999",
        "tracking number !1Z999AA!19999999999", "tracking id 999999999999", "tracking AA999999999GB",
        "!AWB 99999999999",
        "USPS !9!4!0!0 !1999 9999 9999 9999 99", "parcel JD!0!0!0999999999999999", "order nr 999 999 999",
        "ORDER NUMBER 99999",
        "tracking no: !99999 9999 9999", "consignment A99AAA9999999999", "my order (number 9999999)", "PO 9999999",
        "case 99999999",
        "orders 99999 and #99999", "ticket no 999999", "RM!A-99999", "order no:#99999", "order num 99999",
        "order AA99999999",
    )
]  # fmt: skip
URLS: Final = [
    _form(form)
    for form in (
        "https://shop.example.com/track?id=99999999", "http://example.org/orders/9999999",
        "www.example.com/account/AAAA9999",
        "example.com/r/AAAA9999", "HTTPS://EXAMPLE.COM/A/AAAA9999", "https://example.net:8443/p/9999#AAAA",
        "track.example.co.uk/AAAA9999",
        "bit.ly/AAAA99", "https://t.co/AAAA9999", "https://example.com/a_(9999)/AAAA", "hxxps://example.com/AAAA9999",
        "https:// example.com/AAAA9999", "https://user:pass9999@example.com/AAAA", "https://192.0.2.7/AAAA9999",
    )
]  # fmt: skip
IPS: Final = [
    _form(form, change)
    for form, change in (
        ("!1!9!2.!0.!2.!19", str), ("!1!9!8.!5!1.!1!0!0.!2!19", str), ("!2!0!3.!0.!1!1!3.9", str),
        ("!2!0!3.!0.!1!1!3.!19:!8!0", str),
        ("!2!0!0!1:db!8::!9999", str), ("!2!0!0!1:db!8:!1999:!1999::!1", str),
        ("!2!0!0!1:DB!8:!1:!2:!3:!4:!5:!999!A", str),
        ("!2!0!0!1:!0db!8:!0!0!0!0:!0!0!0!0:!0!0!0!0:ff!0!0:!0!0!4!2:!999!9", str), ("!1!9!8.!5!1.!1!0!0.9/!2!4", str),
    )
]  # fmt: skip
NAMES: Final = [
    _name("{f} {l}"),
    _name("{f}"),
    _name("{i}. {l}"),
    _name("{f} {l}", str.upper),
    _name("{f} {l}", str.lower),
]

BEFORE: Final = (
    "",
    "Hello,",
    "hi team",
    "Good morning.",
    "URGENT!!",
    "I bought a lamp last week.",
    "So disappointed...",
)
AFTER: Final = (
    "", "I need %% please.", "It was %% and nobody answers", "Please help, it said %%.", "i asked for %% not this",
    "Can you change it to %%?", "Thanks in advance", "What about %%? Still waiting!", "(%%)",
)  # fmt: skip
KINDS: Final[dict[str, tuple[list[Value], tuple[str, ...]]]] = {
    "EMAIL": (EMAILS, ("e mail me at @@", "my email is @@.", "Write to @@, not the old one!", "account @@ is locked",
    "@@")),
    "PHONE": (PHONES, (
        "call me on @@", "my number is @@.", "Ph: @@, evenings only", "you can reach me at @@ after work", "@@",
        "mob @@ thx",
        "The courier rang @@ instead of me", "whatsapp @@", "Please update my phone to @@", "contact no.@@",
    )),
    "CARD": (CARDS, (
        "you charged my card @@ twice", "card number @@ exp 09/28 cvv 123", "I paid with @@", "@@",
        "visa:@@, please check",
        "the old card was @@ 08/27", "My amex/visa is @@.",
    )),
    "IBAN": (IBANS, (
        "refund to @@ please", "IBAN: @@", "my account is @@, name as above", "iban @@ thanks for the help", "@@",
        "Send the money to @@ 2 days ago you promised",
    )),
    "ADDRESS": (ADDRESSES, (
        "please send it to @@", "My address is @@.", "new address: @@", "deliver to @@ instead",
        "I live at @@, not the old flat",
        "shipping address - @@", "It went to the wrong house, should be @@",
    )),
    "ORDER": (ORDERS, (
        "where is @@", "@@ has not arrived", "Regarding @@, it is late.", "I want to cancel @@!", "@@?",
        "the status of @@ says shipped",
        "Hi, @@ - any news",
    )),
    "URL": (URLS, ("the link @@ is broken", "see @@", "I clicked @@, nothing happened", "(@@)", "@@", "Photo: @@.")),
    "IP": (IPS, ("someone logged in from @@", "the mail says IP @@, not mine", "IP address: @@.", "@@ is not me",
    "locked after login (@@)")),
    "NAME": (NAMES, (
        "my name is @@ and it is spelt wrong", "Hi @@, any news", "This is @@ from the order desk", "Name: @@",
        "it was ordered by my wife @@",
        "I spoke to @@ yesterday", "Dear @@,", "the parcel was left with @@ next door", "it is under the name @@",
        "Thanks, @@$END",
        "Kind regards\n@@$END", "cheers @@$END", "- @@$END", "Mrs @@ told me so", "please change it to Mr @@",
        "I'm @@ and I am waiting",
    )),
}  # fmt: skip

# A second set of forms, written when the patterns were done; what the patterns made of them at first sight stands in
# docs/decisions/0009-redaction.md.
LATER: Final[dict[str, list[Value]]] = {
    "EMAIL": [_mail(form) for form in (
        "{f}.{l}.{n}@{h}", "e-mail:{f}@{h}", "{f}.{l}@ {h}", "{f}{n} AT {d} DOT {e}", "{f}@{d} . {e}",
        "{f}.{l}@{d}..{e}",
        "{f}_at_{d}.{e}", "{f}@{h};{l}@{h}", "\"{f} {l}\" <{f}_{l}@{h}>", "{f}@{h}/{l}{n}@{h}", "{f}@{d}{e}",
        "{f}.{l} (@) {h}",
    )],
    "PHONE": [_form(form) for form in (
        "!0!0!4!4 (!0)!7!7!0!0 !9!0!0999", "!0!7!7!0!0.!9!0!0.999", "+!4!4-!7!7!0!0-!9!0!0999",
        "(!0!2!0) !7!9!4!6 !0999", "!0!2!0!7!9!4!6!0999",
        "!0 !7!7!0!0 !9!0!0 999", "o!7!7!0!0 !9!0!0999", "+!1.!4!1!5.!5!5!5.!0!199", "!1(!4!1!5)!5!5!5-!0!199",
        "!4!1!5 !5!5!5-!0!199",
        "!4!1!5!5!5!5!0!199", "+!9!1 !9!0!0 !0!0!0 9999", "+!9!1!9!0!0!0!0 99999", "!9!1-!9!0!0!0!099999",
        "!9!0!0!0!0-99999", "tel:+!4!4!2!0!7!9!4!6!0999",
        "!0!7!7!0!0 / !9!0!0999", "+!4!9(!0)!3!0 !2!3!1!2!5999", "+!3!3(!0)!1!9!9!0!09999", "!0!4!9!1 !5!7!0 999",
        "!7!7!0!0!9!0!0999",
        "!0!7!7-!0!0!9-!0!0999", "!0!7!7!0!0!9!0!0999/!0!2!0!7!9!4!6!0999", "+!1 !2!0!2 !5!5!5 !0!199 ext 99",
        "(!9!0!0!0!0)99999",
    )],
    "CARD": [_card(prefix, length, groups, between) for prefix, length, groups, between in (
        ("411111", 16, (4, 8), " "), ("411111", 16, (4, 4, 4), "/"), ("411111", 16, (4, 4, 4), "_"),
        ("411111", 16, (4, 4, 4), "\n"),
        ("378282", 15, (4, 4, 4), " "), ("222300", 16, (), ""), ("555555", 16, (6,), "-"),
        ("601111", 16, (4, 4, 4), " . "),
        ("411111", 16, (4, 4, 4), "–"), ("411111", 16, (2, 2, 2, 2, 2, 2, 2), " "),
    )],
    "IBAN": [
        _iban("GB", "TEST99999999999999", "", str), _iban("GB", "TEST99999999999999", " ", str.title),
        _iban("DE", "9" * 18, "-", str.lower),
        _iban("DE", "9" * 18, "  ", str), _iban("NL", "TEST9999999999", "/", str), _iban("FI", "9" * 14, "\u00a0", str),
        _iban("SE", "9" * 20, " ", str.lower), _iban("GR", "9" * 23, " ", str), _iban("DK", "9" * 14, ".", str),
        _iban("LT", "9" * 16, "\n", str), _iban("CY", "9" * 24, " ", str.lower), _iban("HU", "9" * 24, " ", str),
    ],
    "ADDRESS": [
        _uk("{n} {s} Rd., {t}. {p}"), _uk("Apartment 4, {s} House, {n} {s} Street, {t} {p}"),
        _uk("{n} {s} Way, {t}, {p}"),
        _uk("{n} The Green, {t} {p}"), _uk("Ground floor flat, {n} {s} St, {t} {p}"),
        _uk("{n} {s} mews {t}", str.lower),
        _uk("{s} Cottage, {t}, {P}"), _uk("{n} {s} STREET {t} {p}", str.upper), _us("{n} County Road 12, {t}, {z} {p}"),
        _us("{n} {s} Ct\n{t} {z}, {p}"), _us("{n} N. {s} St., {t}, {z} {p}"),
        _us("apt 4 {n} {s} street {t} {z} {p}", str.lower),
        _us("{n} Highway 50, {t}, {z}"), _us("RR 2 Box 15, {t}, {z} {p}"), _us("{n} {s} place, {t} {z}", str.lower),
        _india("{s} Apartments, Flat {n}, near City Mall, {t} {a}{b}"), _india("{n}/B {s} Society, {t} {a}{b}"),
        _india("Ward no {n}, {s} Road, {t} {a}{b}"), _india("village {s}, district {t}, {a}{b}", str.lower),
        _india("2nd floor, {s} Complex, {t} - {a} {b}"), _india("{s} Nagar, {t} {a}{b}"),
    ],
    "ORDER": [_form(form) for form in (
        "order#9999999", "Order-ID: AAA-99999", "ordr 99999999", "my order 99999", "order 99999/26",
        "order ref.: 999-999-999", "order [99999]",
        "order \"999999\"", "order no = 99999", "order_id 999999", "PO# 99-9999", "shipment id 999999999",
        "tracking: 9999 9999 9999",
        "UPS !1Z 999 AA!1 99 9999 9999", "FedEx tracking 999999999999", "Royal Mail AA 9999 9999 9GB",
        "AA999999999IN", "docket no. 99999",
        "sales order SO99999", "order A9999", "confirmation code A9A9A9", "orders #99999, #99998",
        "order no. 9 9 9 9 9 9",
        "order code AA-99-AA-99", "Oder number 999999", "order number : 99999", "order number (99999)",
        "order number 99999-AA",
        "order numbers 99999 and 99998", "the 99999 order", "order number, 999999", "order numbr 999999",
        "orderno.99999", "order no- 99999",
    )],
    "URL": [_form(form) for form in (
        "https://www.example.com/AAAA9999", "example.com?id=AAAA9999", "http:\\\\example.com\\AAAA9999",
        "www.example.org/#/AAAA9999",
        "//example.com/AAAA9999", "m.example.com/AAAA9999", "HTTP//example.com/AAAA9999",
        "[link](https://example.com/AAAA9999)",
        "youtu.be/AAAA9999", "wa.me/AAAA9999", "https:/example.com/AAAA9999", "http ://example.com/AAAA9999",
        "example.museum/AAAA9999",
    )],
    "IP": [_form(form, change) for form, change in (
        ("IP=!1!9!8.!5!1.!1!0!0.!19", str), ("[!2!0!3.!0.!1!1!3.!19]", str),
        ("!2!0!0!1:db!8:!8!5a!3::!8a!2e:!3!70:!19!9!9", str),
        ("::ffff:!1!9!2.!0.!2.!19", str), ("[!2!0!0!1:db!8::!19!9!9]:!4!4", str), ("ip:!1!9!2.!0.!2.!19", str),
        ("!1!9!2.!0.!2.!19,", str), ("<!2!0!3.!0.!1!1!3.!19>", str),
    )],
}  # fmt: skip
