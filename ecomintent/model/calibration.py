"""The one number that makes confidence mean what it says: a temperature, fitted on validation rows. Numpy only."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecomintent.errors import InputError

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LEAST: Final = 0.05
MOST: Final = 20.0
"""Temperatures that are tried. Beyond them a model is broken, not badly calibrated."""

DIGITS: Final = 4
"""Of a temperature: more would be noise, and would make equal releases differ by machine."""

CORRECTIONS: Final = "corrections"
ALL: Final = "all validation rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted temperature and what it was fitted on."""

    temperature: float
    """Logits are divided by it; above 1 the model was too sure, below 1 not sure enough."""
    fitted_on: str
    """`CORRECTIONS` or `ALL`."""
    rows: int
    corrections: int
    """Validation rows from corrections, whether they were enough or not."""
    nll_before: float
    """Mean negative log-likelihood of these rows' labels at temperature 1, in nats."""
    nll_after: float

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def fit(logits_nk: Floats, labels_n: Codes, corrected_n: NDArray[np.bool_], *, min_corrections: int) -> Fit:
    """Fit the temperature on the rows that come nearest to what the release will read.

    Corpus rows are easier than tickets: a temperature of theirs would leave the release too sure. So corrections
    alone are used where there are enough of them.

    Args:
        logits_nk: (n, k) of validation rows, from the model that is released, unnormalised.
        labels_n: (n,) each in 0..k-1.
        corrected_n: (n,) true where the row comes from a correction.
        min_corrections: below it all rows are used.
    Raises:
        InputError: there are no rows, or a logit is not a number.
    """
    if not len(labels_n) or len(labels_n) != len(logits_nk) or len(labels_n) != len(corrected_n):
        told = f"{len(logits_nk)} rows of logits for {len(labels_n)} labels; score every validation row"
        raise InputError(told, where="calibration")
    if not np.isfinite(logits_nk).all():
        raise InputError("a logit is not a finite number; export the model again", where="calibration")
    enough = int(corrected_n.sum()) >= min_corrections
    used_n = corrected_n if enough else np.ones(len(labels_n), dtype=np.bool_)
    found = temperature(logits_nk[used_n], labels_n[used_n])
    return Fit(
        temperature=found,
        fitted_on=CORRECTIONS if enough else ALL,
        rows=int(used_n.sum()),
        corrections=int(corrected_n.sum()),
        nll_before=round(nll(logits_nk[used_n], labels_n[used_n], 1.0), 6),
        nll_after=round(nll(logits_nk[used_n], labels_n[used_n], found), 6),
    )


def used(corrected_n: Sequence[bool] | NDArray[np.bool_], fitted: Fit) -> NDArray[np.bool_]:
    """(n,) which validation rows `fitted` was fitted on."""
    mask_n = np.asarray(corrected_n, dtype=np.bool_)
    return mask_n if fitted.fitted_on == CORRECTIONS else np.ones(len(mask_n), dtype=np.bool_)


def temperature(logits_nk: Floats, labels_n: Codes) -> float:
    """The temperature with the smallest negative log-likelihood, rounded to `DIGITS`.

    The targets are those of one more row that is right and one more that is wrong: without them a model that
    answers all validation rows rightly, as happens on few of them, would be made infinitely sure.

    Source:
        Guo et al. (2017), arXiv:1706.04599, section 4.2: one temperature, by likelihood on validation rows. The
        targets: Platt (1999), "Probabilistic Outputs for Support Vector Machines", section 2.2.
    """
    from scipy.optimize import minimize_scalar

    n, k = logits_nk.shape
    right = (n + 1) / (n + 2)
    targets_nk = np.full((n, k), (1 - right) / (k - 1))
    targets_nk[np.arange(n), labels_n] = right

    def loss(log_temperature: float) -> float:
        return float(-(targets_nk * log_softmax(logits_nk / np.exp(log_temperature))).sum() / n)

    # Convex in 1 / T (log-sum-exp of a linear function), so it has one minimum in log T too.
    found = minimize_scalar(loss, bounds=(np.log(LEAST), np.log(MOST)), method="bounded", options={"xatol": 1e-6})
    return round(float(np.exp(found.x)), DIGITS)


def nll(logits_nk: Floats, labels_n: Codes, at: float) -> float:
    """Mean negative log-likelihood of the labels at temperature `at`, in nats."""
    return float(-log_softmax(logits_nk / at)[np.arange(len(labels_n)), labels_n].mean())


def probabilities(logits_nk: Floats, at: float) -> Floats:
    """(n, k) float64, rows sum to 1; the largest of a row stays the largest whatever the temperature `at`."""
    found: Floats = np.exp(log_softmax(np.asarray(logits_nk, dtype=np.float64) / at))
    return found


def log_softmax(logits_nk: Floats) -> Floats:
    """(n, k) logarithms of the softmax, without overflow."""
    shifted_nk = logits_nk - logits_nk.max(axis=1, keepdims=True)
    found: Floats = shifted_nk - np.log(np.exp(shifted_nk).sum(axis=1, keepdims=True))
    return found
