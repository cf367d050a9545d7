"""Temperature and thresholds of one release, from the same validation rows."""

from dataclasses import replace

import numpy as np
import pytest

from ecomintent.errors import InputError
from ecomintent.model import calibration, thresholds
from ecomintent.model.confidence import calibrate
from ecomintent.taxonomy import NAMES
from tests.unit.model.test_calibration import simulated
from tests.unit.model.test_thresholds import PARAMS


def rows(n=600, corrections=300):
    logits_nk, labels_n = simulated(1.8, n=n)
    return (
        logits_nk,
        [NAMES[label] for label in labels_n],
        ["correction"] * corrections + ["corpus"] * (n - corrections),
    )


def test_both_rest_on_the_corrections_alone_where_there_are_enough():
    logits_nk, labels, origins = rows()

    found = calibrate(logits_nk, labels, origins, NAMES, PARAMS)
    alone = calibrate(logits_nk[:300], labels[:300], origins[:300], NAMES, PARAMS)

    assert found == alone
    assert sum(threshold.answers for threshold in found.by_intent.values()) == 300


def test_thresholds_are_chosen_on_calibrated_confidences():
    logits_nk, labels, origins = rows()
    params = replace(PARAMS, overstated_alpha=1.0, min_answers=1)

    found = calibrate(logits_nk, labels, origins, NAMES, params)

    probabilities_nk = calibration.probabilities(logits_nk[:300], found.temperature)
    answers = [NAMES[column] for column in logits_nk[:300].argmax(axis=1)]
    assert found.by_intent == thresholds.choose(probabilities_nk.max(axis=1), answers, labels[:300], NAMES, params)


def test_what_the_report_says_is_what_the_release_says():
    found = calibrate(*rows(), NAMES, PARAMS)
    told = found.to_json()

    assert told["calibration"]["temperature"] == found.temperature
    assert {name: each["above"] for name, each in told["thresholds"].items()} == found.thresholds
    assert set(found.thresholds) == set(NAMES)


def test_logits_in_single_precision_give_the_same_release():
    logits_nk, labels, origins = rows()

    single = calibrate(logits_nk.astype(np.float32), labels, origins, NAMES, PARAMS)

    assert single.temperature == pytest.approx(
        calibrate(logits_nk, labels, origins, NAMES, PARAMS).temperature, abs=2e-4
    )


def test_without_validation_rows_nothing_is_fitted():
    with pytest.raises(InputError, match="0 rows of logits for 0 labels"):
        calibrate(np.zeros((0, len(NAMES))), [], [], NAMES, PARAMS)
