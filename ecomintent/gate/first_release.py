"""The rule for a candidate that has no champion to beat: never PROMOTE. Source: docs/gate.md 9.6."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ecomintent.gate.compare import describe
from ecomintent.gate.counts import Codes, Counts, joint, paired_counts
from ecomintent.gate.outcomes import IntentVerdict, Outcome, OverallVerdict, Reason
from ecomintent.gate.permutation import PermutationTest
from ecomintent.gate.statistics import Flips, interval, wilson
from ecomintent.params import GateParams
from ecomintent.taxonomy import NAMES


def judge_floors(
    labels_n: Codes, candidate_n: Codes, params: GateParams, intents: Sequence[str] = NAMES
) -> dict[str, IntentVerdict]:
    """Hold every intent to the floor.

    Args:
        labels_n, candidate_n: (n,) positions in `intents`.
    """
    joint_kkk = joint(labels_n, candidate_n, candidate_n, len(intents))
    found = {}
    for index, name in enumerate(intents):
        counts = paired_counts(joint_kkk, index)
        answer = _judge(counts, params)
        needed = params.min_n_pass if answer[0] is Outcome.INCONCLUSIVE else None
        floor = params.first_release_floor
        found[name] = describe(counts, answer, alpha=params.alpha_pass, needed=needed, floor=floor)
    return found


def judge_against_process(
    labels_n: Codes, incumbent_n: Codes | None, candidate_n: Codes, params: GateParams
) -> OverallVerdict:
    """Is the candidate shown to be right more often than what serves now (rules, majority)? Else REGRESSED.

    Args:
        incumbent_n: (n,) like candidate_n, or beyond the names for no answer; None where nothing serves.
    """
    right_n = candidate_n == labels_n
    alone = _unopposed(right_n)
    if incumbent_n is None:
        return alone
    was_right_n = incumbent_n == labels_n
    worse, better = int((was_right_n & ~right_n).sum()), int((right_n & ~was_right_n).sum())
    flips = Flips.of_share(worse, better, alone.n)
    low, high = interval(flips, params.alpha_pass)
    p = PermutationTest(Flips.of_share(better, worse, alone.n)).p
    compared = replace(
        alone,
        accuracy_champion=float(was_right_n.mean()),
        delta=flips.delta,
        low=low,
        high=high,
        margin=0.0,
        p=p,
        newly_wrong=worse,
        newly_right=better,
    )
    # Better than a process of rules says nothing about a model nobody has used: still not PASS.
    shown = p <= params.alpha_pass
    return compared if shown else replace(compared, verdict=Outcome.REGRESSED, reason=Reason.NOT_BETTER)


def _unopposed(right_n: NDArray[np.bool_]) -> OverallVerdict:
    return OverallVerdict(
        n=len(right_n),
        accuracy_champion=None,
        accuracy_candidate=float(right_n.mean()),
        delta=None,
        low=None,
        high=None,
        margin=None,
        p=None,
        newly_wrong=0,
        newly_right=0,
        verdict=Outcome.INCONCLUSIVE,
        reason=Reason.NO_CHAMPION,
    )


def _judge(counts: Counts, params: GateParams) -> tuple[Outcome, Reason]:
    floor = params.first_release_floor
    if counts.n == 0:
        return Outcome.INCONCLUSIVE, Reason.ABSENT
    # Below min_n a low F1 may be bad luck; nothing right where even the upper bound misses the floor is not.
    if counts.hits_candidate == 0 and wilson(0, counts.n, params.alpha_pass)[1] < floor:
        return Outcome.REGRESSED, Reason.COLLAPSED
    if counts.n < params.min_n_pass:
        return Outcome.INCONCLUSIVE, Reason.TOO_SMALL
    f1 = 2 * counts.hits_candidate / (counts.n + counts.called_candidate)
    return (Outcome.REGRESSED, Reason.BELOW_FLOOR) if f1 < floor else (Outcome.PASS, Reason.ABOVE_FLOOR)
