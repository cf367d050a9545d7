"""From validated tables to training rows: what counts, nothing the frozen set knows, no ticket twice."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ecomintent.data.facts import hex_of
from ecomintent.data.learnable import Learnable, learnable
from ecomintent.data.parquet import ROW_GROUP, Rows
from ecomintent.data.selection import CORPUS, CORRECTION, Chosen, capped, one_per_group, split
from ecomintent.data.text_groups import FrozenTicket, Leaks, group_texts
from ecomintent.errors import ValidationFailed
from ecomintent.params import PrepareParams
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
class Side:
    """One side of the split, ordered by text key."""

    chosen: Chosen
    source: Learnable

    def __len__(self) -> int:
        return len(self.chosen.row)

    def tables(self) -> Iterator[Any]:
        """Arrow tables with the columns of `COLUMNS`, at most `ROW_GROUP` rows each."""
        import pyarrow as pa

        found = self.source.candidates
        for start in range(0, len(self), ROW_GROUP):
            part = self.chosen.only(slice(start, start + ROW_GROUP))
            intents = [found.intents[number] for number in found.intent[part.row].tolist()]
            origins = [CORRECTION if corrected else CORPUS for corrected in found.correction[part.row].tolist()]
            yield pa.table(
                {
                    "text": self.source.texts.take(part.row),
                    "intent": pa.array(intents, pa.string()),
                    "weight": part.weight,
                    "origin": pa.array(origins, pa.string()),
                    "text_key": hex_of(found.keys[found.text[part.row]]),
                    "group": hex_of(found.keys[part.group]),
                }
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The two sides of the split, and what became of all other rows."""

    train: Side
    validation: Side
    report: dict[str, Any]


def prepare(corrections: Rows, corpus: Rows, frozen: Sequence[FrozenTicket], params: PrepareParams) -> Prepared:
    """Choose and split the training rows; the answer does not depend on the order of any input.

    Raises:
        InputError: a table cannot be read, or holds a correction that validation refuses.
        ValidationFailed: an intent has no training row left.
    """
    removed = Counter(dict.fromkeys(REASONS, 0))
    source = learnable(corrections, corpus, params, removed)
    tickets = sorted(frozen, key=lambda ticket: (ticket.id, ticket.text))
    grouped = group_texts(source.texts, source.candidates.text, tickets, params)
    rows, leaks = _without_frozen(source, grouped.leaks, tickets, removed)
    groups = grouped.group[source.candidates.text[rows]]
    chosen = one_per_group(source.candidates, rows, groups, removed)
    chosen = capped(source.candidates, chosen, params, removed)
    train, validation = (Side(chosen=side, source=source) for side in split(source.candidates, chosen, params))
    counts = _counts(train)
    _stop_without_rows(counts)
    report = {
        "inputs": {"corrections": corrections.num_rows, "corpus": corpus.num_rows, "frozen": len(frozen)},
        "removed": dict(removed),
        "train": counts,
        "validation": _counts(validation),
        "frozen_duplicates": leaks,
    }
    return Prepared(train=train, validation=validation, report=report)


def _without_frozen(
    source: Learnable, leaks: Leaks, tickets: Sequence[FrozenTicket], removed: Counter[str]
) -> tuple[Any, list[dict[str, Any]]]:
    """Rows that are no frozen ticket, and those that are, by key and without their text."""
    found = source.candidates
    known = np.zeros(len(found.keys), dtype=np.bool_)
    known[list(leaks)] = True
    gone = known[found.text]
    told = []
    for row in np.flatnonzero(gone).tolist():
        leak = leaks[int(found.text[row])]
        removed["same_text_as_frozen" if leak.same_text else "near_duplicate_of_frozen"] += 1
        told.append(
            {
                "text_key": hex_of(found.keys[found.text[row : row + 1]])[0],
                "origin": CORRECTION if found.correction[row] else CORPUS,
                "frozen_id": tickets[leak.frozen_row].id,
                "similarity": round(leak.similarity, 4),
            }
        )
    return np.flatnonzero(~gone), sorted(told, key=lambda entry: tuple(map(str, entry.values())))


def _counts(side: Side) -> dict[str, Any]:
    found, rows = side.source.candidates, side.chosen.row
    by_intent = {name: {CORPUS: 0, CORRECTION: 0} for name in NAMES}
    for number, name in enumerate(found.intents):
        mine = found.correction[rows[found.intent[rows] == number]]
        if name in by_intent:
            by_intent[name] = {CORPUS: int((~mine).sum()), CORRECTION: int(mine.sum())}
    return {"rows": len(side), "intents": by_intent}


def _stop_without_rows(train: dict[str, Any]) -> None:
    missing = [name for name, counts in train["intents"].items() if not sum(counts.values())]
    if missing:
        raise ValidationFailed(
            f"no training row is left for {', '.join(missing)} after leaks, duplicates and conflicts were removed; "
            "import more tickets of it, or give what there is a weight in params.yaml: prepare"
        )
