"""Recognisers of Presidio as functions from a text to spans, less what only looks personal.

Presidio's engine is not used: it wants a language model, which it would download. Its recognisers are asked directly.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from ecomintent.errors import EcomIntentError
from ecomintent.labels import presidio_import
from ecomintent.labels.personal_patterns import GOODS, PHONE_CANDIDATE, VERSION

if TYPE_CHECKING:
    from presidio_analyzer import Pattern, PatternRecognizer
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

T = TypeVar("T")

DIGITS: Final = re.compile(r"\d")
SURE: Final = 0.5
"""Presidio's score (0-1) from which a span counts."""
IP_CHARS: Final = 6
"""A shorter one, such as ::1, is nobody's."""
CONTEXT_CHARS: Final = 24
"""How far before a number its context is looked for."""
DATE: Final = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d|[0-3]\d(?:0[1-9]|1[0-2])(?:19|20)\d\d")
SLASHED: Final = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?:\D{1,3}\d{1,2}[:.h]\d\d)?")
ON_SALE: Final = re.compile(GOODS)
OF_SOFTWARE: Final = re.compile(VERSION)
CANDIDATE: Final = re.compile(PHONE_CANDIDATE)
GROUPS: Final = re.compile(r"\d+")
PHONE_DIGITS: Final = range(10, 14)
PHONE_GROUPS: Final = 7
TAKEN: Final = "\ufffc"
"""Stands for each character that is taken already; no pattern takes it."""

Finder = Callable[[str], Iterable["Span"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of a text, `start` to before `end`, in characters."""

    kind: str
    start: int
    end: int


def patterns(expressions: Iterable[str]) -> list["Pattern"]:
    """As Presidio wants them, all equally sure."""
    presidio = presidio_import.load()
    return [
        presidio.Pattern(name=str(number), regex=expression, score=SURE)
        for number, expression in enumerate(expressions)
    ]


def own(kind: str, expressions: Iterable[str]) -> "PatternRecognizer":
    """A recogniser of our own expressions, in which case matters unless they say otherwise."""
    recognizer: PatternRecognizer = presidio_import.load().PatternRecognizer(
        supported_entity=kind, patterns=patterns(expressions), global_regex_flags=0
    )
    return recognizer


def asking(kind: str, recognizer: "PatternRecognizer") -> Finder:
    """What the recogniser is sure of, under our name for it."""

    def find(text: str) -> Iterator[Span]:
        for result in recognizer.analyze(text, recognizer.supported_entities):
            if result.score >= SURE:
                yield Span(kind=kind, start=result.start, end=result.end)

    return find


def checked(kind: str, find: Callable[[str, T], Iterable[tuple[int, int]]], recognizer: T) -> Finder:
    """What `find` finds, with the recogniser as judge of the check digits."""
    return lambda text: (Span(kind=kind, start=start, end=end) for start, end in find(text, recognizer))


def ip_addresses(recognizer: "PatternRecognizer") -> Finder:
    """IP addresses, but for those without a digit and the four-part numbers of software."""
    ask = asking("IP", recognizer)

    def find(text: str) -> Iterator[Span]:
        for span in ask(text):
            before = text[max(0, span.start - CONTEXT_CHARS) : span.start]
            telling = span.end - span.start >= IP_CHARS and DIGITS.search(text, span.start, span.end)
            if telling and not OF_SOFTWARE.search(before):
                yield span

    return find


def no_goods(find: Finder) -> Finder:
    """What `find` finds but for dates, prices and the numbers of things on sale."""

    def kept(text: str) -> Iterator[Span]:
        for span in find(text):
            before = text[max(0, span.start - CONTEXT_CHARS) : span.start]
            said = text[span.start : span.end]
            if not (ON_SALE.search(before) or DATE.fullmatch(said) or SLASHED.fullmatch(said)):
                yield span

    return kept


def phones(recognizer: "PhoneRecognizer") -> Finder:
    """Presidio's matcher is slow, once for each region, so it is shown only what may be a number."""

    def candidates(text: str) -> Iterator[Span]:
        for found in CANDIDATE.finditer(text):
            groups = GROUPS.findall(found[0])
            if len(groups) <= PHONE_GROUPS and len("".join(groups)) in PHONE_DIGITS:
                yield Span(kind="PHONE", start=found.start(), end=found.end())

    possible = no_goods(candidates)

    def find(text: str) -> Iterator[Span]:
        for span in possible(text):
            for result in recognizer.analyze(text[span.start : span.end], recognizer.supported_entities):
                yield Span(kind="PHONE", start=span.start + result.start, end=span.start + result.end)

    return find


def names_by_model(name: str) -> Finder:
    """The persons that an installed spaCy package sees."""
    import spacy

    if not spacy.util.is_package(name):
        raise EcomIntentError(
            f"redaction: the spaCy model {name!r} is not installed, and nothing is downloaded. "
            "Install its package, or redact without a model"
        )
    model = spacy.load(name)

    def find(text: str) -> Iterator[Span]:
        for entity in model(text).ents:
            if entity.label_ in {"PERSON", "PER"} and TAKEN not in entity.text:
                yield Span(kind="NAME", start=entity.start_char, end=entity.end_char)

    return find
