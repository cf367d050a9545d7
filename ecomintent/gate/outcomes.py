"""Answers of the gate to single questions: one intent, or accuracy over all; and how they add up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Decision(StrEnum):
    """The gate's answer about a candidate."""

    PROMOTE = "PROMOTE"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


class Outcome(StrEnum):
    """The gate's answer about one question: one intent, or accuracy over all."""

    PASS = "PASS"
    INCONCLUSIVE = "INCONCLUSIVE"
    REGRESSED = "REGRESSED"


class Reason(StrEnum):
    """Which rule gave an outcome."""

    IDENTICAL = "identical"
    WITHIN_MARGIN = "within_margin"
    SMALL_LOSS = "small_loss"
    UNDECIDED = "undecided"
    RECALL_UNDECIDED = "recall_undecided"
    ABSENT = "absent"
    TOO_SMALL = "too_small"
    LOSS = "loss"
    RECALL_LOSS = "recall_loss"
    COLLAPSED = "collapsed"
    ABOVE_FLOOR = "above_floor"
    BELOW_FLOOR = "below_floor"
    NO_CHAMPION = "no_champion"
    NOT_BETTER = "not_better"


@dataclass(frozen=True, slots=True, kw_only=True)
class LossTest:
    """One paired question: did the candidate lose more than it may? Fractions (0-1)."""

    delta: float
    """Candidate minus reference."""
    low: float
    """Score bounds of `delta`, each one-sided at alpha_pass."""
    high: float
    allowed: float
    """The loss that still counts as none."""
    p: float
    """Exact chance of a loss at least this large if both models were equally good."""
    p_adjusted: float
    """The same among all questions asked at once."""

    @property
    def ruled_out(self) -> bool:
        """More than the allowed loss does not fit the data."""
        return self.low > -self.allowed

    def proven(self, alpha: float) -> bool:
        """A loss is significant at `alpha`, and more than the allowed one fits the data."""
        return self.delta < 0 and self.p_adjusted <= alpha and not self.ruled_out


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentVerdict:
    """One intent, over independent tickets. F1, recall, precision, deltas and bounds are fractions (0-1).

    None stands for "not defined": F1 and recall without tickets, precision without calls, and everything
    of the champion where there is none.
    """

    n: int
    f1_champion: float | None
    f1_candidate: float | None
    recall_champion: float | None
    recall_candidate: float | None
    recall_low: float | None
    """Wilson bounds of the candidate's recall, each one-sided at alpha_pass."""
    recall_high: float | None
    precision_champion: float | None
    precision_candidate: float | None
    delta: float | None
    """F1 of the candidate minus F1 of the champion."""
    low: float | None
    """Score bounds of `delta`, each one-sided at alpha_pass."""
    high: float | None
    margin: float | None
    """F1 the intent may lose."""
    floor: float | None
    """F1 the intent must reach; only where there is no champion."""
    p: float | None
    p_adjusted: float | None
    lost: int
    gained: int
    new_false: int
    removed_false: int
    lost_to: dict[str, int]
    """Intent the candidate gave instead -> lost tickets."""
    recall_guard: LossTest | None
    """Only for a costly intent: its recall, tested beside its F1."""
    verdict: Outcome
    reason: Reason
    tickets_needed: int | None
    """Independent tickets that would decide an INCONCLUSIVE intent, 4 times in 5, if nothing changed."""

    @property
    def to_label(self) -> int:
        """Tickets still to be labelled for a decision; 0 where more tickets would not soon help."""
        return max(0, (self.tickets_needed or 0) - self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class OverallVerdict:
    """Accuracy over all independent tickets. Without a champion: against the incumbent process, if any."""

    n: int
    accuracy_champion: float | None
    accuracy_candidate: float
    delta: float | None
    low: float | None
    high: float | None
    margin: float | None
    p: float | None
    """One-sided: of a loss against a champion, of a gain against an incumbent process."""
    newly_wrong: int
    newly_right: int
    verdict: Outcome
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The candidate against one reference model."""

    intents: dict[str, IntentVerdict]
    accuracy: OverallVerdict
    churn: float
    """Share of independent tickets on which the two models differ."""

    def outcomes(self) -> list[Outcome]:
        """Every answer that counts for the decision."""
        return [*(intent.verdict for intent in self.intents.values()), self.accuracy.verdict]


SEVERITY: Final = (Outcome.REGRESSED, Outcome.INCONCLUSIVE, Outcome.PASS)


def worst_first(intents: Mapping[str, IntentVerdict]) -> list[str]:
    """Names, REGRESSED before INCONCLUSIVE before PASS, then by the size of the loss (or the lowest F1)."""

    def badness(name: str) -> tuple[int, float, str]:
        intent = intents[name]
        size = intent.delta if intent.delta is not None else intent.f1_candidate
        return SEVERITY.index(intent.verdict), 2.0 if size is None else size, name

    return sorted(intents, key=badness)


def decide(outcomes: Iterable[Outcome], *, capped: bool) -> Decision:
    """Any REGRESSED -> BLOCK; all PASS and not capped -> PROMOTE; else REVIEW."""
    seen = set(outcomes)
    if Outcome.REGRESSED in seen:
        return Decision.BLOCK
    return Decision.PROMOTE if seen == {Outcome.PASS} and not capped else Decision.REVIEW
