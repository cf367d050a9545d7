"""How far two mixes lie apart, and how far chance alone would have put them. Source of the formulas: docs/watch.md."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from scipy.stats import ncx2

Mix = Mapping[str, int]
"""Bin -> tickets."""

LEAST_EXPECTED: Final = 10
"""Of tickets in a bin of the smaller sample; rarer bins are counted as one, or chi-square would not describe them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distance:
    """Between a reference and a later window."""

    psi: float
    """Population stability index, also called Jeffreys divergence: 0 where both mixes are equal."""
    kl: float
    """Kullback-Leibler divergence of the window from the reference, in nats: about half the index."""
    bins: int
    """That were compared, rare ones merged."""
    n: int
    """Tickets of the window."""
    m: int
    """Tickets of the reference."""

    def bound(self, alpha: float, tolerated: float) -> float:
        """What `psi` stays below with chance 1 - alpha, where the true index is `tolerated` or less.

        Source: under equal mixes psi / (1/n + 1/m) is chi-square with bins - 1 degrees of freedom (Yurdakul and
            Naranjo, "Statistical properties of the population stability index", Journal of Risk Model Validation
            14(4), 2020); under a small true index noncentral chi-square, as for every divergence of this family
            (Cressie and Read, "Multinomial goodness-of-fit tests", JRSS B 46(3), 1984).
        """
        scale = 1 / self.n + 1 / self.m
        return _quantile(1 - alpha, self.bins - 1, tolerated / scale) * scale


def distance(now: Mix, reference: Mix) -> Distance | None:
    """From `reference` to `now`; None where rare bins leave fewer than two to compare.

    Half a ticket is added to every bin, as the logarithm knows no empty ones.
    """
    pairs = _merged(now, reference)
    if len(pairs) < 2:
        return None
    n, m = sum(a for a, _ in pairs), sum(b for _, b in pairs)
    psi = kl = 0.0
    for a, b in pairs:
        p, q = (a + 0.5) / (n + 0.5 * len(pairs)), (b + 0.5) / (m + 0.5 * len(pairs))
        psi += (p - q) * math.log(p / q)
        kl += p * math.log(p / q)
    return Distance(psi=max(0.0, psi), kl=max(0.0, kl), bins=len(pairs), n=n, m=m)


@lru_cache(maxsize=1024)
def _quantile(level: float, degrees: int, away: float) -> float:
    return float(ncx2.ppf(level, degrees, away))


def _merged(now: Mix, reference: Mix) -> list[tuple[int, int]]:
    """(now, reference) of each bin; which are merged depends on their sum alone, so not on how it is shared."""
    n, m = sum(now.values()), sum(reference.values())
    if not n or not m:
        return []
    least = LEAST_EXPECTED * (n + m) / min(n, m)
    pairs = sorted(((now.get(name, 0), reference.get(name, 0)) for name in {*now, *reference}), key=sum, reverse=True)
    large = [pair for pair in pairs if sum(pair) >= least]
    rest = (sum(a for a, _ in pairs[len(large) :]), sum(b for _, b in pairs[len(large) :]))
    if not sum(rest):
        return large
    if sum(rest) >= least or not large:
        return [*large, rest]
    last = large[-1]
    return [*large[:-1], (last[0] + rest[0], last[1] + rest[1])]
