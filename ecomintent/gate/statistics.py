"""Closed-form statistics of two models on the same tickets: no resampling, no seed.

Source of every formula: docs/gate.md, sections 1 and 9.3. Letters as there: L lost hits, G gained hits, N new
false alarms, R removed false alarms of one intent; u and v are what one hit and one false alarm weigh in F1.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from statistics import NormalDist
from typing import Final, Self

from ecomintent.gate.counts import Counts

POWER: Final = 0.80
"""Chance of a decision that `tickets_needed` plans for."""

TINY: Final = 1e-4
"""A margin below this (a hundredth of a point) is as good as none."""


def z_of(alpha: float) -> float:
    """Standard normal quantile that a one-sided test at `alpha` (0-1, exclusive) uses."""
    return NormalDist().inv_cdf(1 - alpha)


@dataclass(frozen=True, kw_only=True)
class Flips:
    """Tickets on which two models differ, weighted so that (harm - help) / size is exactly the loss.

    The weights are whole numbers in units of 1 / `unit`: the permutation test compares sums of them, and
    sums of integers tie exactly where sums of floats do not.
    """

    lost: int
    gained: int
    new_false: int
    removed_false: int
    hit_weight: int
    false_weight: int
    unit: float
    size: float

    @classmethod
    def of_f1(cls, c: Counts) -> Self:
        """F1 of one intent (c.n >= 1): u = 2 - F~, v = F~ in units of 1 / Sm, D = Sa * Sb / Sm."""
        total_champion, total_candidate = c.n + c.called_champion, c.n + c.called_candidate
        hits, middle = c.hits_champion + c.hits_candidate, (total_champion + total_candidate) / 2
        return cls(
            lost=c.lost,
            gained=c.gained,
            new_false=c.new_false,
            removed_false=c.removed_false,
            hit_weight=total_champion + total_candidate - hits,
            false_weight=hits,
            unit=middle,
            size=total_champion * total_candidate / middle,
        )

    @classmethod
    def of_share(cls, worse: int, better: int, n: int) -> Self:
        """A plain share of `n` >= 1 tickets: accuracy over all, or recall over one intent."""
        return cls(
            lost=worse,
            gained=better,
            new_false=0,
            removed_false=0,
            hit_weight=1,
            false_weight=0,
            unit=1.0,
            size=float(n),
        )

    @cached_property
    def harm(self) -> float:
        """X = uL + vN."""
        return (self.hit_weight * self.lost + self.false_weight * self.new_false) / self.unit

    @cached_property
    def help(self) -> float:
        """H = uG + vR."""
        return (self.hit_weight * self.gained + self.false_weight * self.removed_false) / self.unit

    @cached_property
    def square(self) -> float:
        """u²(L+G) + v²(N+R): the variance of harm - help when both models are equally good."""
        hits, alarms = self.lost + self.gained, self.new_false + self.removed_false
        return float(self.hit_weight**2 * hits + self.false_weight**2 * alarms) / self.unit**2

    @property
    def delta(self) -> float:
        """Candidate minus champion, -1..1; equals the difference of the two F1 (or shares) exactly."""
        # Not -(X - H): a difference of zero would come out as -0.0.
        return (self.help - self.harm) / self.size


def interval(flips: Flips, alpha: float) -> tuple[float, float]:
    """Score bounds of `flips.delta`, each one-sided at `alpha` (0-0.5, exclusive), cut to -1..1.

    Valid without any flip: the bounds are then ± z² / size. Source: docs/gate.md 9.3, step 3.
    """
    z = z_of(alpha)
    omega = (flips.square + 1) / (flips.harm + flips.help + 1)
    worst = _largest_net_harm(flips.harm, flips.help, omega, z)
    best = _largest_net_harm(flips.help, flips.harm, omega, z)
    return max(-1.0, -worst / flips.size), min(1.0, best / flips.size)


def _largest_net_harm(harm: float, help_: float, omega: float, z: float) -> float:
    """The net harm d >= harm - help at which the score falls to -z, by bisection to the last bit."""
    low = harm - help_
    step = z * z * omega + z * math.sqrt(omega * (harm + help_))
    high = low + step
    while _score(harm, help_, omega, high) > -z:
        step *= 2
        high = low + step
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _score(harm, help_, omega, middle) > -z else (low, middle)
    return high


def _score(harm: float, help_: float, omega: float, d: float) -> float:
    """Standardised distance of the net harm seen from a net harm of `d`; falls as d grows."""
    if d < 0:
        return -_score(help_, harm, omega, -d)
    t = harm + help_ - 2 * d
    expected_help = (t + math.sqrt(t * t + 8 * help_ * d)) / 4
    variance = omega * (2 * expected_help + d)
    return (harm - help_ - d) / math.sqrt(variance) if variance > 0 else 0.0


def wilson(hits: int, n: int, alpha: float) -> tuple[float, float]:
    """Wilson bounds of the share hits / n (n >= 1), each one-sided at `alpha`. Source: Wilson (1927)."""
    z2 = z_of(alpha) ** 2
    centre = (hits + z2 / 2) / (n + z2)
    half = math.sqrt(z2 * (hits * (n - hits) / n + z2 / 4)) / (n + z2)
    return max(0.0, centre - half), min(1.0, centre + half)


def tickets_needed(square: float, size_per_ticket: float, margin: float, alpha: float) -> int | None:
    """Independent tickets of one intent that decide about `margin`, with chance `POWER`, if nothing changed.

    Args:
        square: `Flips.square` per ticket of the intent.
        size_per_ticket: `Flips.size` per ticket of the intent: about 2 for F1, 1 for recall.
    Returns:
        None where the margin is below `TINY`: nobody labels enough to show that nothing was lost.
    Source:
        docs/gate.md 9.5, n * ((z_a + 0.84) * SE / m)²; never below z_a² / (size * m), under which even a
        set without any flip is undecided.
    """
    if margin < TINY:
        return None
    z = z_of(alpha)
    planned = square * ((z + NormalDist().inv_cdf(POWER)) / (size_per_ticket * margin)) ** 2
    return math.ceil(max(planned, z * z / (size_per_ticket * margin)))
