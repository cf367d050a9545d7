"""The exact paired permutation test of a loss, and Holm's correction on the p-values that can occur.

Source: docs/gate.md 9.3, steps 4 and 5. Under "both models are equally good" every ticket on which they
differ is a fair coin, so the net harm is u(2i - L - G) + v(2j - N - R) with binomial i and j.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from ecomintent.gate.statistics import Flips

SAME: Final = 1 + 1e-9
"""Two p-values within this factor are one: they differ by rounding only."""


class PermutationTest:
    """One-sided test that the candidate is worse, on one set of flips."""

    def __init__(self, flips: Flips) -> None:
        hits, alarms = flips.lost + flips.gained, flips.new_false + flips.removed_false
        # A kind of flip that did not happen must not widen the search of `largest_p_up_to`.
        hit_weight, alarm_weight = flips.hit_weight * (hits > 0), flips.false_weight * (alarms > 0)
        shared = math.gcd(hit_weight, alarm_weight) or 1
        self._alarm_weight, self._alarms = alarm_weight // shared, alarms
        self._hit_sums = hit_weight // shared * (2 * np.arange(hits + 1) - hits)
        self._hit_chances = _coins(hits)
        self._alarm_tail = np.append(np.cumsum(_coins(alarms)[::-1])[::-1], 0.0)
        self._most = int(self._hit_sums[-1]) + self._alarm_weight * alarms
        observed_hits = hit_weight // shared * (flips.lost - flips.gained)
        self.p: Final = self._tail(observed_hits + self._alarm_weight * (flips.new_false - flips.removed_false))
        """Chance of a net harm at least as large as the one seen; ties count."""

    def _tail(self, least: int) -> float:
        """Chance of a net harm of at least `least` (in whole weights)."""
        if least <= -self._most:
            return 1.0
        if self._alarm_weight == 0:
            return float(self._hit_chances[self._hit_sums >= least].sum())
        missing = least + self._alarm_weight * self._alarms - self._hit_sums
        alarms_needed = np.minimum(np.maximum(-(-missing // (2 * self._alarm_weight)), 0), self._alarms + 1)
        return min(1.0, float((self._hit_chances * self._alarm_tail[alarms_needed]).sum()))

    def largest_p_up_to(self, limit: float) -> float:
        """The largest p-value <= `limit` that these flips could have given; 0 where there is none."""
        limit *= SAME
        if limit >= 1:
            return 1.0
        if self._tail(self._most) > limit:
            return 0.0
        low, high = -self._most, self._most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self._tail(middle) <= limit else (middle, high)
        return self._tail(high)


def discrete_holm(tests: Sequence[PermutationTest]) -> list[float]:
    """Adjusted p-values, in the order of `tests`: each bounds the chance of any false alarm among them all.

    Holm multiplies p by the number of tests left; here each test left adds only the largest p it can reach,
    which for an intent with three flips is far less.
    """
    order = sorted(range(len(tests)), key=lambda index: tests[index].p)
    adjusted, running = [1.0] * len(tests), 0.0
    for place, index in enumerate(order):
        # fsum: the sum must not depend on the order of the intents.
        reach = math.fsum(tests[left].largest_p_up_to(tests[index].p) for left in order[place:])
        running = max(running, reach)
        if running >= 1:
            break
        adjusted[index] = running
    return adjusted


def _coins(n: int) -> NDArray[np.float64]:
    """(n+1,) chances of 0..n heads in n fair coins; good to 1e-12 relative for n up to 10,000."""
    heads = np.arange(n + 1)
    log_ways = gammaln(n + 1) - gammaln(heads + 1) - gammaln(n - heads + 1)
    chances: NDArray[np.float64] = np.exp(log_ways - n * math.log(2))
    return chances
