"""Everything a model card may say: one release's own files, and the scores and sums that follow from them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ecomintent.gate import intervals
from ecomintent.gate.statistics import wilson
from ecomintent.gate.verdict import Verdict
from ecomintent.records import Lineage
from ecomintent.release.passport import Passport

LEVEL: Final = 0.95
"""Of every interval around a score."""
ALPHA: Final = (1 - LEVEL) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one run left behind. Nothing here is written for the card."""

    version: str
    lineage: Lineage
    note: Mapping[str, Any]
    """release.json of the weights."""
    report: Mapping[str, Any]
    """Of the evaluate stage."""
    prepared: Mapping[str, Any]
    """Report of the prepare stage."""
    exported: Mapping[str, Any]
    """Report of the export stage."""
    sources: Mapping[str, Any]
    """Corrections and corpus rows by where they come from."""
    params: Mapping[str, Mapping[str, Any]]
    """params.yaml of the run, by section."""
    verdict: Verdict
    passport: Passport | None
    """None for a version that was never released."""
    files: Mapping[str, int]
    """Name -> bytes, of the release itself."""
    licence: str
    """What its owner says; `other` where nothing was said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One intent on the frozen set; fractions in 0-1, None where there is nothing to divide by."""

    n: int
    precision: float | None
    recall: float | None
    f1: float | None
    bounds: tuple[float, float] | None
    """Of `f1`."""


def scores(facts: Facts) -> dict[str, Score]:
    """Every intent's, in taxonomy order."""
    candidate = facts.report["candidate"]
    counts_kk = candidate["confusion"]
    called = [sum(column) for column in zip(*counts_kk, strict=True)]
    return {
        name: Score(
            n=told["n"],
            precision=told["precision"],
            recall=told["recall"],
            f1=told["f1"],
            bounds=intervals.f1(counts_kk[row][row], told["n"], called[row], ALPHA),
        )
        for row, (name, told) in enumerate(candidate["intents"].items())
    }


def macro_bounds(facts: Facts) -> tuple[float, float]:
    """Of macro-F1."""
    return intervals.macro_f1(facts.report["candidate"]["confusion"], ALPHA)


def accuracy_bounds(facts: Facts) -> tuple[float, float]:
    """Of accuracy."""
    counts_kk = facts.report["candidate"]["confusion"]
    return wilson(sum(counts_kk[row][row] for row in range(len(counts_kk))), sum(map(sum, counts_kk)), ALPHA)


def origins(facts: Facts) -> dict[str, int]:
    """Training rows by origin, the most first."""
    counted: Counter[str] = Counter()
    for counts in facts.prepared["train"]["intents"].values():
        counted.update(counts)
    return dict(counted.most_common())


def least_tickets(facts: Facts) -> int:
    """Frozen tickets an intent needs before the gate can PASS it."""
    return int(facts.params["gate"]["min_n_pass"])


def thin_intents(facts: Facts) -> dict[str, int]:
    """Intents with fewer frozen tickets than that -> tickets."""
    told = facts.report["candidate"]["intents"]
    return {name: scored["n"] for name, scored in told.items() if scored["n"] < least_tickets(facts)}


def uncorrected(facts: Facts) -> list[str]:
    """Intents that no correction taught: what is known of them is the base corpus alone."""
    return [name for name, counts in facts.prepared["train"]["intents"].items() if not counts.get("correction")]
