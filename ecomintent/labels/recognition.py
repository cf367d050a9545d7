"""Which stretches of a text are personal data, and of what kind.

The sure recognisers are asked first; each sees only what those before it have left.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from ecomintent.labels import personal_patterns as written
from ecomintent.labels import presidio_import
from ecomintent.labels.checked_numbers import cards, ibans
from ecomintent.labels.finders import (
    DIGITS,
    TAKEN,
    Finder,
    Span,
    asking,
    checked,
    ip_addresses,
    names_by_model,
    no_goods,
    own,
    patterns,
    phones,
)
from ecomintent.labels.place_and_name_patterns import ADDRESSES, NAMES

KINDS: Final = ("URL", "EMAIL", "IBAN", "CARD", "IP", "ADDRESS", "ORDER", "PHONE", "HANDLE", "NAME")

AT: Final = re.compile(r"@|(?<![^\W_])at(?![^\W_])", re.IGNORECASE)
LINKED: Final = re.compile(r"(?i)//|:[/\\]|www\.|\w\.\w[^\s/?]{0,60}[/?]")
ADDRESSED: Final = re.compile(r"\d\.\d{1,3}\.\d|[0-9a-f]:[0-9a-f]{0,4}:", re.IGNORECASE)
LETTERS: Final = re.compile(r"[^\W\d_]")
REGIONS: Final = ("GB", "US", "IN")
"""Whose numbers are known without a country code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Finders that are asked together. Of spans that overlap the longest wins, then the one of the earlier finder."""

    needs: re.Pattern[str]
    """Without this no finder of the step has anything to find."""
    finders: tuple[Finder, ...]


def spans(text: str, name_model: str | None) -> list[Span]:
    """What is personal, in order and without overlaps; with a spaCy model, by its name, also the names it sees."""
    found: list[Span] = []
    left = text
    for step in (*_steps(), *(_model_steps(name_model) if name_model else ())):
        if step.needs.search(left):
            chosen = _apart([span for find in step.finders for span in find(left)])
            left = _without(left, chosen)
            found += chosen
    return sorted(found, key=lambda span: span.start)


def _apart(found: list[Span]) -> list[Span]:
    chosen: list[Span] = []
    taken: set[int] = set()
    # Sorting keeps the finders' order among equals.
    for span in sorted(found, key=lambda span: (span.start - span.end, span.start)):
        if span.start not in taken and span.end - 1 not in taken:
            chosen.append(span)
            taken.update(range(span.start, span.end))
    return chosen


def _without(text: str, found: Iterable[Span]) -> str:
    chars = list(text)
    for span in found:
        chars[span.start : span.end] = TAKEN * (span.end - span.start)
    return "".join(chars)


@lru_cache(maxsize=1)
def _steps() -> tuple[Step, ...]:
    """Presidio is imported here, as it takes a while."""
    presidio: Any = presidio_import.load()

    card, iban = presidio.CreditCardRecognizer(), presidio.IbanRecognizer(exact_match=True)
    # Presidio's own shapes find a link in "arrived.also", and take time that grows with the square of the text. Of a
    # mail it would ask a list from the network whether its domain exists, and a mistyped one is personal too.
    link = presidio.PatternRecognizer(supported_entity="URL", patterns=patterns(written.URLS))
    mail = presidio.PatternRecognizer(supported_entity="EMAIL", patterns=patterns(written.EMAILS))
    phone = presidio.PhoneRecognizer(supported_regions=REGIONS, leniency=1)
    return (
        Step(needs=LINKED, finders=(asking("URL", link),)),
        Step(needs=AT, finders=(asking("EMAIL", mail),)),
        Step(needs=DIGITS, finders=(checked("IBAN", ibans, iban), checked("CARD", cards, card))),
        Step(needs=ADDRESSED, finders=(ip_addresses(presidio.IpRecognizer()),)),
        Step(
            needs=DIGITS,
            finders=(
                asking("ADDRESS", own("ADDRESS", ADDRESSES)),
                asking("ORDER", own("ORDER", written.ORDERS)),
                no_goods(asking("PHONE", own("PHONE", written.PHONES))),
            ),
        ),
        Step(needs=DIGITS, finders=(no_goods(asking("PHONE", own("PHONE", written.CALLED))), phones(phone))),
        Step(needs=DIGITS, finders=(no_goods(asking("ORDER", own("ORDER", written.BARE_NUMBERS))),)),
        Step(needs=AT, finders=(asking("HANDLE", own("HANDLE", written.HANDLES)),)),
        Step(needs=LETTERS, finders=(asking("NAME", own("NAME", NAMES)),)),
    )


@lru_cache(maxsize=4)
def _model_steps(name: str) -> tuple[Step, ...]:
    return (Step(needs=LETTERS, finders=(names_by_model(name),)),)
