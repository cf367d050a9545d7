"""From counts to an answer: one intent, or all tickets. Source: docs/gate.md 9.3 and 9.4; the guard: 10."""

from collections.abc import Mapping
from typing import TypeVar

from ecomintent.gate.counts import Counts, Totals
from ecomintent.gate.outcomes import LossTest, Outcome, OverallVerdict, Reason
from ecomintent.gate.permutation import PermutationTest, discrete_holm
from ecomintent.gate.statistics import Flips, interval
from ecomintent.params import GateParams

Key = TypeVar("Key")


def loss_tests(asked: Mapping[Key, tuple[Flips, float]], alpha: float) -> dict[Key, LossTest]:
    """Answer several questions as one family, so that their false alarms share one budget.

    Args:
        asked: question -> (its flips, the allowed loss).
        alpha: of each bound, one-sided.
    """
    tests = [PermutationTest(flips) for flips, _ in asked.values()]
    found = {}
    for (key, (flips, allowed)), test, p_adjusted in zip(asked.items(), tests, discrete_holm(tests), strict=True):
        low, high = interval(flips, alpha)
        found[key] = LossTest(delta=flips.delta, low=low, high=high, allowed=allowed, p=test.p, p_adjusted=p_adjusted)
    return found


def judge_intent(
    counts: Counts, f1: LossTest | None, guard: LossTest | None, params: GateParams, *, identical: bool
) -> tuple[Outcome, Reason]:
    """The first rule that applies.

    Args:
        f1: None where the intent has no tickets.
        guard: the same question about recall; None where the intent is not costly.
        identical: the two models agree on every ticket of the whole set.
    """
    alpha, n = params.alpha_block_intents, counts.n
    rules = (
        (identical, Outcome.PASS, Reason.IDENTICAL),
        (counts.hits_champion and not counts.hits_candidate, Outcome.REGRESSED, Reason.COLLAPSED),
        (f1 and f1.proven(alpha), Outcome.REGRESSED, Reason.LOSS),
        (guard and guard.proven(alpha), Outcome.REGRESSED, Reason.RECALL_LOSS),
        (n == 0, Outcome.INCONCLUSIVE, Reason.ABSENT),
        (n < params.min_n_pass, Outcome.INCONCLUSIVE, Reason.TOO_SMALL),
        (f1 and not f1.ruled_out, Outcome.INCONCLUSIVE, Reason.UNDECIDED),
        (guard and not guard.ruled_out, Outcome.INCONCLUSIVE, Reason.RECALL_UNDECIDED),
        (f1 and f1.p_adjusted <= alpha, Outcome.PASS, Reason.SMALL_LOSS),
        (True, Outcome.PASS, Reason.WITHIN_MARGIN),
    )
    return next((outcome, reason) for holds, outcome, reason in rules if holds)


def judge_accuracy(right: Totals, params: GateParams, *, identical: bool) -> OverallVerdict:
    """The same question about all tickets (at least one) at once; it catches a small loss everywhere."""
    n = right.n
    flips = Flips.of_share(right.lost, right.gained, n)
    test = loss_tests({"accuracy": (flips, params.margin_overall)}, params.alpha_pass)["accuracy"]
    if identical:
        outcome, reason = Outcome.PASS, Reason.IDENTICAL
    elif test.ruled_out:
        outcome, reason = Outcome.PASS, Reason.WITHIN_MARGIN
    elif test.proven(params.alpha_block_overall):
        outcome, reason = Outcome.REGRESSED, Reason.LOSS
    else:
        outcome, reason = Outcome.INCONCLUSIVE, Reason.UNDECIDED
    return OverallVerdict(
        n=n,
        accuracy_champion=right.right_champion / n,
        accuracy_candidate=right.right_candidate / n,
        delta=test.delta,
        low=test.low,
        high=test.high,
        margin=test.allowed,
        p=test.p,
        newly_wrong=flips.lost,
        newly_right=flips.gained,
        verdict=outcome,
        reason=reason,
    )
