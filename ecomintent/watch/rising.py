"""Has a rate risen? A bound that may be looked at after every ticket, for as long as one likes. Sources: docs/watch.md.

The evidence against "the rate is `allowed` or less" is what a gambler makes who bets on each next ticket, at odds that
are fair if the rate is `allowed`. Nobody makes money at fair odds: that the stake grows c-fold, ever, has a chance of
1/c at most (Ville 1939). He spreads his stake over several higher rates (Robbins 1970; Waudby-Smith and Ramdas 2024,
"Estimating means of bounded random variables by betting", JRSS B), and begins anew at every window, so that good
months do not eat up what a bad week earns (Shin, Ramdas and Rinaldo 2023, "E-detectors").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

RATES: Final = 8
"""Alternatives that are bet on: the allowed rate plus 1/2, 1/4 ... of what is left to 1."""
SURE: Final = 700.0
"""e to this power is as large as a float may be: evidence is not counted further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """Tickets of one day that were judged, and those among them that count against the model."""

    hits: int
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """What a row of days says."""

    evidence: float
    """How often the stake was multiplied, summed over the beginnings, as it stands after the last day."""
    peak: float
    """The most it ever was."""
    needed: float
    """At or above this it speaks."""

    @property
    def speaks(self) -> bool:
        """Whether the rate rose, as far as the error allows to say so."""
        return self.peak >= self.needed


def upper(hits: int, n: int, alpha: float) -> float:
    """The rate (n >= 1) below which the true one lies with chance 1 - alpha at least: Clopper and Pearson (1934)."""
    return 1.0 if hits >= n else float(beta.ppf(1 - alpha, hits + 1, n - hits))


def rise(days: Sequence[Day], *, allowed: float, window: int, begins_a_year: int, alpha: float) -> Rise:
    """Bet on every ticket since each beginning; a new one every `window` days, the first on the first day.

    Chance of a false alarm within `begins_a_year` beginnings, of one champion or of several: `alpha` at most.

    Args:
        days: oldest first; a day without a ticket is one with n = 0.
        allowed: 0-1; at 1 nothing can ever speak.
    """
    needed = begins_a_year / alpha
    gains_2r = _log_gains(allowed)
    if not days or not gains_2r.size:
        return Rise(evidence=0.0, peak=0.0, needed=needed)
    counts_d2 = np.array([(day.hits, day.n - day.hits) for day in days], dtype=np.float64)
    won_dr = np.vstack([np.zeros(RATES), np.cumsum(counts_d2 @ gains_2r, axis=0)])
    evidence_d = np.zeros(len(days))
    for begin in range(0, len(days), window):
        since_dr = won_dr[begin + 1 :] - won_dr[begin]
        evidence_d[begin:] += np.exp(np.minimum(since_dr, SURE)).mean(axis=1)
    return Rise(evidence=float(evidence_d[-1]), peak=float(evidence_d.max()), needed=needed)


def _log_gains(allowed: float) -> NDArray[np.float64]:
    """(2, r): for each alternative rate the logarithm of what a hit and a miss multiply its part of the stake by.

    Empty where no rate lies above the allowed one.
    """
    if allowed >= 1:
        return np.zeros((2, 0))
    # A rate of 0 makes the first hit a proof, which one mistaken click should not be.
    fair = max(allowed, 1e-4)
    rates_r = fair + (1 - fair) / 2.0 ** np.arange(1, RATES + 1)
    return np.stack([np.log(rates_r / fair), np.log((1 - rates_r) / (1 - fair))])
