"""Is confidence worth its name: calibration error, risk by coverage, and what the thresholds do. Says what is."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecomintent.errors import InputError
from ecomintent.model.thresholds import Handled, handled
from ecomintent.params_calibrate import CalibrateParams

Floats = NDArray[np.float64]

LEVEL: Final = 0.95
STEPS: Final = 100
"""Points of a risk-coverage curve, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Tickets of like confidence; fractions in 0-1."""

    n: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One model's confidence on one set of tickets."""

    n: int
    ece: float
    """Expected calibration error: mean distance between confidence and accuracy, over bins of equally many tickets."""
    low: float
    """Bounds of `ece`, 95 %; `low` is 0 where a perfectly calibrated model would show as much in 5 of 100 cases."""
    high: float
    by_chance: float
    """The `ece` a perfectly calibrated model would show on so many tickets, on average."""
    by_chance_most: float
    """... and in 95 of 100 cases at most."""
    ece_equal_width: float
    """The same over bins of equal width, as others report it."""
    confidence: float
    """Mean."""
    accuracy: float
    bins: tuple[Bin, ...]
    aurc: float
    """Area under the risk-coverage curve: the mean error rate over all coverages."""
    curve: tuple[tuple[float, float], ...]
    """(coverage, error rate among the covered): the surest tickets first."""
    handled: Handled | None
    """None where the release has no thresholds."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def measure(
    labels: Sequence[str],
    answers: Sequence[str],
    confidences: Sequence[float],
    thresholds: Mapping[str, float],
    params: CalibrateParams,
) -> Reliability:
    """Hold a model's confidences against what came true.

    Args:
        confidences: of the answers, 0-1.
        thresholds: intent -> the confidence above which its tickets are answered; empty where there are none.
    Raises:
        InputError: no tickets, or not one answer and one confidence for each.
    Source:
        ECE: Guo et al. (2017), arXiv:1706.04599, eq. 3, there with bins of equal width. Bins of equally many tickets:
        Nixon et al. (2019), arXiv:1904.01685. Risk and coverage: El-Yaniv & Wiener (2010), JMLR 11. What chance
        shows: consistency resampling of Vaicenavicius et al. (2019), arXiv:1902.06977.
    """
    if not labels or not len(labels) == len(answers) == len(confidences):
        told = f"{len(answers)} answers and {len(confidences)} confidences for {len(labels)} tickets; score every one"
        raise InputError(told, where="reliability")
    confidence_n = np.asarray(confidences, dtype=np.float64)
    right_n = np.array([label == answer for label, answer in zip(labels, answers, strict=True)], dtype=np.float64)
    found = ece(confidence_n, right_n, params.bins)
    chance, chance_most = by_chance(confidence_n, params)
    low, high = bounds(confidence_n, right_n, params)
    curve = risk_coverage(confidence_n, right_n)
    return Reliability(
        n=len(labels),
        ece=found,
        low=0.0 if found <= chance_most else low,
        high=high,
        by_chance=chance,
        by_chance_most=chance_most,
        ece_equal_width=_equal_width(confidence_n, right_n, params.bins),
        confidence=float(confidence_n.mean()),
        accuracy=float(right_n.mean()),
        bins=tuple(
            Bin(n=len(c), confidence=float(c.mean()), accuracy=float(r.mean()))
            for c, r in _binned(confidence_n, right_n, params.bins)
        ),
        aurc=float(curve[:, 1].mean()),
        curve=tuple((float(c), float(r)) for c, r in _thinned(curve)),
        handled=handled(answers, confidence_n, right_n, thresholds, params) if thresholds else None,
    )


def ece(confidence_n: Floats, right_n: Floats, bins: int) -> float:
    """Expected calibration error, 0-1, over `bins` bins whose sizes differ by at most one ticket.

    Does not depend on the order of the tickets.
    """
    return sum(abs(float(c.sum() - r.sum())) for c, r in _binned(confidence_n, right_n, bins)) / len(right_n)


def by_chance(confidence_n: Floats, params: CalibrateParams) -> tuple[float, float]:
    """Mean and 95 % quantile of the `ece` that these confidences give when each comes true as often as it says.

    With few tickets in a bin it is far from 0: an `ece` below the quantile is no evidence against calibration.
    """
    random = np.random.default_rng(params.seed)
    drawn = [
        ece(confidence_n, (random.random(len(confidence_n)) < confidence_n).astype(np.float64), params.bins)
        for _ in range(params.resamples)
    ]
    return float(np.mean(drawn)), float(np.quantile(drawn, LEVEL))


def risk_coverage(confidence_n: Floats, right_n: Floats) -> Floats:
    """(n, 2): row i is the share of tickets covered when the i + 1 surest are, and the error rate among them.

    Tickets of equal confidence are taken with the errors last: wrong ones are less sure, if that can be said.
    """
    order = np.lexsort((-right_n, -confidence_n))
    covered = np.arange(1, len(order) + 1)
    return np.stack([covered / len(order), np.cumsum(1.0 - right_n[order]) / covered], axis=1)


def _binned(confidence_n: Floats, right_n: Floats, bins: int) -> list[tuple[Floats, Floats]]:
    parts = np.array_split(np.lexsort((right_n, confidence_n)), bins)
    return [(confidence_n[part], right_n[part]) for part in parts if len(part)]


def _equal_width(confidence_n: Floats, right_n: Floats, bins: int) -> float:
    number_n = np.clip(np.ceil(confidence_n * bins) - 1, 0, bins - 1).astype(np.int64)
    gaps = np.bincount(number_n, weights=confidence_n - right_n, minlength=bins)
    return float(np.abs(gaps).sum() / len(right_n))


def bounds(confidence_n: Floats, right_n: Floats, params: CalibrateParams) -> tuple[float, float]:
    """Bootstrap over tickets, the percentiles moved down by what the estimate itself is too large on few tickets.

    How much that is, the draws show: on average they lie above the estimate as it lies above the truth. The upper
    bound is moved once, the lower twice. Measured on 150 simulated sets of 600 tickets each, true errors of 0 to
    0.15: holds the truth in 91-97 % (plain percentiles: 53-95 %); of 300 tickets: 83-97 % (53-93 %).
    """
    random, n = np.random.default_rng(params.seed), len(right_n)
    drawn = [
        ece(confidence_n[rows], right_n[rows], params.bins)
        for rows in (random.integers(0, n, n) for _ in range(params.resamples))
    ]
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    excess = max(0.0, float(np.mean(drawn)) - ece(confidence_n, right_n, params.bins))
    return max(0.0, float(low) - 2 * excess), max(0.0, float(high) - excess)


def _thinned(curve_n2: Floats) -> Floats:
    """At most `STEPS` rows of the curve, the last one among them."""
    picked = np.unique(np.linspace(0, len(curve_n2) - 1, STEPS).round().astype(np.int64))
    return curve_n2[picked]
