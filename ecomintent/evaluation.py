"""Labels and predictions -> Report. Says what is; the gate says whether that is good enough."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ecomintent.errors import InputError
from ecomintent.records import Sealed
from ecomintent.taxonomy import IDS, NAMES, require


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentScores:
    """How one intent fared; fractions in 0-1, None where there is nothing to divide by."""

    n: int
    """Tickets that carry the intent."""
    precision: float | None
    """None where it was never predicted."""
    recall: float | None
    """None where no ticket carries it."""
    f1: float | None
    """None where it is neither present nor predicted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One model on one sealed set of tickets."""

    frozen_set: Sealed
    intents: dict[str, IntentScores]
    """All of them, in taxonomy order."""
    macro_f1: float
    """Mean F1 of the intents that are present or predicted."""
    accuracy: float
    confusion: tuple[tuple[int, ...], ...]
    """(k, k) counts in taxonomy order: row = label, column = prediction. A ticket without an answer is in no column."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; keep the key order, `confusion` follows that of `intents`."""
        return asdict(self)


def evaluate(labels: Sequence[str], predicted: Sequence[str | None], frozen_set: Sealed) -> Report:
    """Compare a model's answers with the labels, ticket by ticket.

    Args:
        predicted: None where the model gave no answer, which is wrong for the ticket and a false call of no intent.
    Raises:
        InputError: no tickets, or not one answer for each.
        TaxonomyError: a label or an answer is not an intent.
    Source:
        macro-F1 is the mean of per-intent F1 of Opitz & Burst (2019), arXiv:1911.03347, not the F1 of the means.
    """
    if not labels or len(labels) != len(predicted):
        raise InputError(f"{len(predicted)} answers for {len(labels)} tickets; score every one", where="evaluation")
    confusion = [[0] * len(NAMES) for _ in NAMES]
    for label, answer in zip(labels, predicted, strict=True):
        row = confusion[IDS[require(label, where="label")]]
        if answer is not None:
            row[IDS[require(answer, where="prediction")]] += 1
    carried = Counter(labels)
    intents = {name: _scores(confusion, index, carried[name]) for name, index in IDS.items()}
    f1s = [scores.f1 for scores in intents.values() if scores.f1 is not None]
    return Report(
        frozen_set=frozen_set,
        intents=intents,
        macro_f1=sum(f1s) / len(f1s),
        accuracy=sum(confusion[index][index] for index in IDS.values()) / len(labels),
        confusion=tuple(map(tuple, confusion)),
    )


def _scores(confusion: Sequence[Sequence[int]], index: int, n: int) -> IntentScores:
    hits = confusion[index][index]
    called = sum(row[index] for row in confusion)
    return IntentScores(
        n=n,
        precision=_share(hits, called),
        recall=_share(hits, n),
        f1=_share(2 * hits, n + called),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
