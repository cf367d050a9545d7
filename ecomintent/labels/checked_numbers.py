"""Where a text holds a card number or an IBAN: found by shape, cut to its length, kept if the check digits are right.

Presidio's recognisers check; they do not find: their shapes know no lower case, no dots and no card beginning with 2,
and a word or a date behind the number makes them lose it.
"""

import re
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from presidio_analyzer.predefined_recognizers import CreditCardRecognizer, IbanRecognizer

_GAP = r"[\s./_\-\u2010-\u2015]{0,3}"
DIGIT_GROUPS: Final = re.compile(rf"(?<!\d)\d{{3,}}(?:{_GAP}\d{{3,}})*")
GROUP: Final = re.compile(r"\d+")
CARD_LENGTHS: Final = {"34": 15, "37": 15, "30": 14, "36": 14, "38": 14}
"""By the first two digits; others have 16. (UnionPay and Maestro may have 17 to 19: an order number to us.)"""

IBAN_START: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[ .-]?\d\d(?=[\s./_-]{0,3}[A-Za-z0-9])")
LETTERS_AND_DIGITS: Final = re.compile(r"[A-Za-z0-9]")
IBAN_SPAN: Final = re.compile(r"[A-Za-z0-9](?:[\s./_-]{0,3}[A-Za-z0-9]){14,33}")
IBAN_CHARS: Final = range(34, 14, -1)
CHECK: Final = 97
LENGTHS: Final = {"CR": 22, "MU": 30, "PS": 29, "PT": 25, "QA": 29, "SV": 28}
"""Of countries whose form presidio-analyzer 2.2.366 has too short or not at all."""


def cards(text: str, checked: "CreditCardRecognizer") -> Iterator[tuple[int, int]]:
    """Start and end of every number with a card's length and check digit."""
    for run in DIGIT_GROUPS.finditer(text):
        groups = [(run.start() + g.start(), run.start() + g.end()) for g in GROUP.finditer(run[0])]
        at = 0
        while at < len(groups):
            last = _card_end(text, groups[at : at + 5], checked)
            if last:
                yield groups[at][0], groups[at + last - 1][1]
            at += last or 1


def _card_end(text: str, groups: list[tuple[int, int]], checked: "CreditCardRecognizer") -> int:
    """How many of the groups are a card's number; 0 where they are none."""
    first = text[slice(*groups[0])]
    if first[0] not in "23456":
        return 0
    lengths = list(accumulate(end - start for start, end in groups))
    length = CARD_LENGTHS.get(first[:2], 16)
    if length not in lengths:
        return 0
    count = lengths.index(length) + 1
    number = "".join(text[start:end] for start, end in groups[:count])
    return count if number.isascii() and checked.validate_result(number) else 0


def ibans(text: str, checked: "IbanRecognizer") -> Iterator[tuple[int, int]]:
    """Start and end of every IBAN, in any case and grouping; the longest that is right where there are several."""
    free = 0
    for start in IBAN_START.finditer(text):
        found = IBAN_SPAN.match(text, start.start()) if start.start() >= free else None
        if not found:
            continue
        ends = [found.start() + c.end() for c in LETTERS_AND_DIGITS.finditer(found[0])]
        number = "".join(LETTERS_AND_DIGITS.findall(found[0])).upper()
        for length in IBAN_CHARS:
            if length > len(number) or text[ends[length - 1] : ends[length - 1] + 1].isalnum():
                continue
            if _is_right(number[:length], checked):
                free = ends[length - 1]
                yield found.start(), free
                break


def _is_right(number: str, checked: "IbanRecognizer") -> bool:
    # The cheap check first: most lengths fail it.
    if int("".join(str(int(c, 36)) for c in number[4:] + number[:4])) % CHECK != 1:
        return False
    return LENGTHS.get(number[:2]) == len(number) or checked.validate_result(number) is not False
