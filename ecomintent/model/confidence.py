"""From validation logits to what a release says of its confidence: temperature and thresholds, fitted in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ecomintent.model import calibration, thresholds
from ecomintent.model.calibration import Fit, Floats
from ecomintent.model.thresholds import Threshold
from ecomintent.params_calibrate import CalibrateParams

CORRECTION = "correction"
"""Origin of a validation row that comes from a correction."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """What `release.json` and the export stage's report say of it."""

    fit: Fit
    by_intent: dict[str, Threshold]

    @property
    def temperature(self) -> float:
        """What logits are divided by."""
        return self.fit.temperature

    @property
    def thresholds(self) -> dict[str, float]:
        """Intent -> the confidence above which its tickets are answered without a person."""
        return {name: found.above for name, found in self.by_intent.items()}

    def to_json(self) -> dict[str, Any]:
        """For the report: the fit as `calibration`, and each intent's threshold with what it rests on."""
        told = {name: found.to_json() for name, found in self.by_intent.items()}
        return {"calibration": self.fit.to_json(), "thresholds": told}


def calibrate(
    logits_nk: Floats,
    labels: Sequence[str],
    origins: Sequence[str],
    intents: Sequence[str],
    params: CalibrateParams,
) -> Confidence:
    """Fit temperature and thresholds on the validation rows, the same ones for both.

    Args:
        logits_nk: (n, k) of the model that is released, before any temperature; column j is `intents[j]`.
        labels: (n) intents.
        origins: (n) `correction` or `corpus`.
    Raises:
        InputError: there are no rows, or a logit is not a number.
    """
    logits_nk = np.asarray(logits_nk, dtype=np.float64)
    labels_n = np.array([intents.index(label) for label in labels], dtype=np.int64)
    corrected_n = np.array([origin == CORRECTION for origin in origins], dtype=np.bool_)
    fit = calibration.fit(logits_nk, labels_n, corrected_n, min_corrections=params.min_corrections)
    used = np.flatnonzero(calibration.used(corrected_n, fit)).tolist()
    probabilities_nk = calibration.probabilities(logits_nk[used], fit.temperature)
    answers = [intents[column] for column in probabilities_nk.argmax(axis=1)]
    by_intent = thresholds.choose(probabilities_nk.max(axis=1), answers, [labels[row] for row in used], intents, params)
    return Confidence(fit=fit, by_intent=by_intent)
