"""How one planted value is written: a form in, and out of it a value and what of it must not be left in a text."""

import random
import string
from collections.abc import Callable
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

Value = Callable[[random.Random], tuple[str, tuple[str, ...]]]


def _pieces(value: str) -> tuple[str, ...]:
    """The value's longer parts that hold a digit: half a number left behind is a leak too."""
    parts = "".join(c if c.isalnum() else " " for c in value).split()
    return tuple(p for p in parts if len(p) >= 3 and any(map(str.isdigit, p))) or (value,)


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice(string.digits) for _ in range(count))


def formed(pattern: str, change: Callable[[str], str] = str) -> Value:
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


def mailed(pattern: str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        plain = {"á": "a", "ö": "o", "'": "", " ": "", "-": ""}
        first, last = ("".join(plain.get(c, c) for c in dice.choice(names)).lower() for names in (FIRST, LAST))
        host = dice.choice(HOSTS)
        name, end = host.rsplit(".", 1)
        value = pattern.format(f=first, l=last, n=dice.randint(1, 99), h=host, H=host.upper(), d=name, e=end)
        return value, (value, f"{first}.{last}", f"{first}{last}", f"{first}_{last}", host)

    return write


def card(prefix: str, length: int, groups: tuple[int, ...], between: str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        body = prefix + _digits(dice, length - len(prefix) - 1)
        doubled = (int(d) * (2 - i % 2) for i, d in enumerate(reversed(body)))
        number = body + str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)
        value = _grouped(number, groups, between)
        return value, _pieces(value)

    return write


def iban(country: str, body: str, between: str, change: Callable[[str], str] = str) -> Value:
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


def uk(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        town, area = dice.choice(UK_TOWNS)
        code = f"{area}{dice.randint(1, 19)} {dice.randint(1, 9)}{dice.choice('ABDEFGHJ')}{dice.choice('LNPQRSTU')}"
        n, s = dice.randint(1, 240), dice.choice(STREETS)
        value = change(pattern.format(n=n, s=s, t=town, p=code, P=code.replace(" ", "")))
        return value, _left(value, code, code.replace(" ", ""), s)

    return write


def us(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        town, state, area = dice.choice(US_TOWNS)
        code, n, s = area + _digits(dice, 2), dice.randint(100, 9999), dice.choice(STREETS)
        value = change(pattern.format(n=n, s=s, t=town, z=state, p=code, x=_digits(dice, 4)))
        return value, _left(value, code, str(n), s)

    return write


def india(pattern: str, change: Callable[[str], str] = str) -> Value:
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


def named(pattern: str, change: Callable[[str], str] = str) -> Value:
    def write(dice: random.Random) -> tuple[str, tuple[str, ...]]:
        first, last = dice.choice(FIRST), dice.choice(LAST)
        value = change(pattern.format(f=first, l=last, i=first[0]))
        return value, _left(value, first, last)

    return write
