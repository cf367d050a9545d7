"""The forms in which values are planted, and the sentences around them.

They were written before the patterns of `ecomintent/labels`, from how people write, not from what the patterns find.
Numbers come from ranges kept for fiction, tests or documentation (Ofcom, NANPA 555-01xx, BNetzA, Arcep, TEST-NET,
2001:db8, test card prefixes) where there are such; India keeps none.
"""

from typing import Final

from tests.bench.planted_values import Value, card, formed, iban, india, mailed, named, uk, us

EMAILS: Final = [
    mailed(form)
    for form in (
        "{f}.{l}@{h}", "{f}{n}@{h}", "{f}_{l}{n}@{H}", "{f}+shop@{h}", "{f} @ {h}", "{f}.{l} at {d} dot {e}",
        "{l}@{d}.con",
        "{f}-{l}{n}@{h}", "{f}(at){h}", "{f}{l}[at]{d}[dot]{e}", "{f}.{l}@{d},{e}", "mailto:{f}@{h}", "<{f}.{l}@{h}>",
    )
]  # fmt: skip
PHONES: Final = [
    formed(form)
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
    card(prefix, length, groups, between)
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
    iban(country, body, between, change)
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
    uk("Flat 2, {n} {s} Road, {t} {p}"), uk("{n} {s} Street, {t}, {p}"), uk("{n}b {s} rd {t} {p}", str.lower),
    uk("{n} {s} Close\n{t}\n{p}"), uk("{n}, {s} Avenue, {t} {P}"), uk("The Old Mill, {s} Lane, {t}, {p}"),
    uk("Unit {n} {s} Business Park, {t} {p}"), uk("{n} {s} Crescent"), uk("{p}"),
    us("{n} {s} Ave Apt 3B, {t}, {z} {p}"), us("{n} {s} Street, {t} {z} {p}-{x}"), us("{n} W {s} Blvd, {t}, {z}"),
    us("{n} {s} ln, {t} {z} {p}", str.lower), us("PO Box {n}, {t}, {z} {p}"), us("{n} NE 5th St #12\n{t}, {z} {p}"),
    us("{n} {s} Drive Suite 400, {t}, {z} {p}"), india("Flat No {n}, {s} Apartments, Hill Road, {t} {a}{b}"),
    india("H.No. {n}-4/7, {s} Nagar, {t} - {a}{b}"), india("B-{n}, Sector 22, {s} Vihar, {t}, {a} {b}"),
    india("plot no {n}, {s} marg, {t} {a}{b}", str.lower), india("#{n}, 3rd Cross, {s} Layout, {t}-{a}{b}"),
    india("Door No. {n}, {s} Street, {t}, PIN {a}{b}"),
]  # fmt: skip
ORDERS: Final = [
    formed(form)
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
    formed(form)
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
    formed(form, change)
    for form, change in (
        ("!1!9!2.!0.!2.!19", str), ("!1!9!8.!5!1.!1!0!0.!2!19", str), ("!2!0!3.!0.!1!1!3.9", str),
        ("!2!0!3.!0.!1!1!3.!19:!8!0", str),
        ("!2!0!0!1:db!8::!9999", str), ("!2!0!0!1:db!8:!1999:!1999::!1", str),
        ("!2!0!0!1:DB!8:!1:!2:!3:!4:!5:!999!A", str),
        ("!2!0!0!1:!0db!8:!0!0!0!0:!0!0!0!0:!0!0!0!0:ff!0!0:!0!0!4!2:!999!9", str), ("!1!9!8.!5!1.!1!0!0.9/!2!4", str),
    )
]  # fmt: skip
NAMES: Final = [
    named("{f} {l}"),
    named("{f}"),
    named("{i}. {l}"),
    named("{f} {l}", str.upper),
    named("{f} {l}", str.lower),
]

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
