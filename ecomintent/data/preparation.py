"""From validated tables to training rows: what counts, nothing the frozen set knows, no ticket twice."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ecomintent.data import settling
from ecomintent.data.corpus import CorpusRow
from ecomintent.data.leakage import Leak, leaked, text_key
from ecomintent.data.selection import CORPUS, CORRECTION, TrainingRow, capped, likeness, one_per_group, split
from ecomintent.errors import ValidationFailed
from ecomintent.params import PrepareParams
from ecomintent.records import Correction
from ecomintent.taxonomy import NAMES

REASONS: Final = (
    "weightless_provenance",
    "weightless_corpus",
    "superseded_by_later_correction",
    "same_text_as_frozen",
    "near_duplicate_of_frozen",
    "conflicting_labels",
    "outvoted_label",
    "duplicate",
    "over_corpus_maximum",
)
"""Why a row is not used, in the order in which it is asked."""

COLUMNS: Final = {
    "text": "string",
    "intent": "string",
    "weight": "float64",
    "origin": "string",
    "text_key": "string",
    "group": "string",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTicket:
    """What preparation needs to know of a frozen ticket."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The two sides of the split, each ordered by text key, and what became of all other rows."""

    train: tuple[TrainingRow, ...]
    validation: tuple[TrainingRow, ...]
    report: dict[str, Any]


def prepare(
    corrections: Sequence[Correction],
    corpus: Sequence[CorpusRow],
    frozen: Sequence[FrozenTicket],
    params: PrepareParams,
) -> Prepared:
    """Choose and split the training rows; the answer does not depend on the order of any input.

    Raises:
        ValidationFailed: an intent has no training row left.
    """
    removed = Counter(dict.fromkeys(REASONS, 0))
    rows = [*_corrections(corrections, params, removed), *_corpus(corpus, params, removed)]
    rows, leaks = _without_frozen(rows, frozen, params, removed)
    rows = one_per_group(rows, params, removed)
    rows = capped(rows, params, removed)
    train, validation = split(rows, params)
    _stop_without_rows(train)
    report = {
        "inputs": {"corrections": len(corrections), "corpus": len(corpus), "frozen": len(frozen)},
        "removed": dict(removed),
        "train": _counts(train),
        "validation": _counts(validation),
        "frozen_duplicates": leaks,
    }
    return Prepared(train=tuple(train), validation=tuple(validation), report=report)


def _corrections(corrections: Sequence[Correction], params: PrepareParams, removed: Counter[str]) -> list[TrainingRow]:
    weights = params.provenance_weights
    weightless = sum(weights[correction.provenance] <= 0 for correction in corrections)
    counting = [corrections[position] for position in settling.counting(corrections, weights)]
    removed["weightless_provenance"] += weightless
    removed["superseded_by_later_correction"] += len(corrections) - weightless - len(counting)
    return [
        _row(c.text, c.intent, weights[c.provenance], CORRECTION, source=c.source, precedence=settling.precedence(c))
        for c in counting
    ]


def _corpus(corpus: Sequence[CorpusRow], params: PrepareParams, removed: Counter[str]) -> list[TrainingRow]:
    removed["weightless_corpus"] += len(corpus) if params.corpus_weight <= 0 else 0
    return (
        []
        if params.corpus_weight <= 0
        else [
            _row(
                row.text, row.intent, params.corpus_weight, CORPUS, source=row.source, precedence=(row.text, row.source)
            )
            for row in corpus
        ]
    )


def _row(
    text: str, intent: str, weight: float, origin: str, *, source: str, precedence: tuple[Any, ...]
) -> TrainingRow:
    key = text_key(text)
    return TrainingRow(
        text=text,
        intent=intent,
        weight=weight,
        origin=origin,
        source=source,
        text_key=key,
        group=key,
        precedence=precedence,
    )


def _without_frozen(
    rows: list[TrainingRow], frozen: Sequence[FrozenTicket], params: PrepareParams, removed: Counter[str]
) -> tuple[list[TrainingRow], list[dict[str, Any]]]:
    """Rows that are no frozen ticket, and those that are, by key and without their text."""
    tickets = sorted(frozen, key=lambda ticket: (ticket.id, ticket.text))
    leaks = leaked([row.text for row in rows], [ticket.text for ticket in tickets], **likeness(params))
    frozen_keys = {text_key(ticket.text) for ticket in tickets}
    exact = sum(rows[leak.row].text_key in frozen_keys for leak in leaks)
    removed["same_text_as_frozen"] += exact
    removed["near_duplicate_of_frozen"] += len(leaks) - exact
    told = sorted((_told(leak, rows, tickets) for leak in leaks), key=lambda entry: tuple(map(str, entry.values())))
    gone = {leak.row for leak in leaks}
    return [row for position, row in enumerate(rows) if position not in gone], told


def _told(leak: Leak, rows: Sequence[TrainingRow], tickets: Sequence[FrozenTicket]) -> dict[str, Any]:
    row = rows[leak.row]
    return {
        "text_key": row.text_key,
        "origin": row.origin,
        "frozen_id": tickets[leak.frozen_row].id,
        "similarity": round(leak.similarity, 4),
    }


def _counts(rows: Sequence[TrainingRow]) -> dict[str, Any]:
    found = Counter((row.intent, row.origin) for row in rows)
    by_intent = {name: {origin: found[name, origin] for origin in (CORPUS, CORRECTION)} for name in NAMES}
    return {"rows": len(rows), "intents": by_intent}


def _stop_without_rows(train: Sequence[TrainingRow]) -> None:
    missing = [name for name in NAMES if not any(row.intent == name for row in train)]
    if missing:
        raise ValidationFailed(
            f"no training row is left for {', '.join(missing)} after leaks, duplicates and conflicts were removed; "
            "import more tickets of it, or give what there is a weight in params.yaml: prepare"
        )
