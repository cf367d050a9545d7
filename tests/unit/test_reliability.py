"""Calibration error, risk by coverage and the thresholds' doing, on numbers that a reader can check."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent import reliability
from ecomintent.errors import InputError
from ecomintent.model.thresholds import Handled
from ecomintent.params_calibrate import CalibrateParams
from ecomintent.reliability import Bin
from ecomintent.taxonomy import NAMES

PARAMS = CalibrateParams(
    person_cost=1.0,
    wrong_costs=dict.fromkeys(NAMES, 5.0),
    min_corrections=100,
    min_answers=30,
    overstated_alpha=0.05,
    bins=15,
    resamples=200,
    seed=7,
)
TICKETS = st.lists(st.tuples(st.floats(0.1, 1), st.booleans()), min_size=1, max_size=60)


def measured(confidences, right, thresholds=None, **changes):
    labels = ["WISMO" if r else "OTHER" for r in right]
    return reliability.measure(
        labels, ["WISMO"] * len(labels), confidences, thresholds or {}, replace(PARAMS, **changes)
    )


def world(n, seed, *, overstated=0.0):
    """Confidences, and whether they came true: as often as they say, or less by `overstated`."""
    random = np.random.default_rng(seed)
    confidence_n = random.beta(6, 1, n)
    return confidence_n, random.random(n) < confidence_n - overstated


def test_a_calibration_error_that_can_be_checked_by_hand():
    found = measured([0.5, 0.6, 0.9, 1.0], [False, True, True, True], bins=2)

    # Two bins of two: |0.55 - 0.5| and |0.95 - 1.0|, each half of the tickets.
    assert found.ece == pytest.approx(0.05)
    assert found.bins == (
        Bin(n=2, confidence=pytest.approx(0.55), accuracy=0.5),
        Bin(n=2, confidence=pytest.approx(0.95), accuracy=1.0),
    )
    # Two bins of equal width: one ticket up to 0.5, three above it.
    assert found.ece_equal_width == pytest.approx((0.5 + abs(2.5 - 3)) / 4)
    assert (found.confidence, found.accuracy) == (pytest.approx(0.75), 0.75)


def test_of_a_calibrated_model_the_error_is_near_nothing():
    confidence_n, right_n = world(200_000, 1)

    assert reliability.ece(confidence_n, right_n.astype(float), 15) < 0.005


def test_on_few_tickets_a_calibrated_model_shows_what_chance_shows_and_its_interval_reaches_nothing():
    found = [measured(*world(600, seed)) for seed in range(40)]

    assert np.mean([each.ece for each in found]) == pytest.approx(np.mean([f.by_chance for f in found]), rel=0.15)
    assert sum(each.low == 0 for each in found) >= 35


@pytest.mark.slow
@pytest.mark.parametrize("overstated", [0.0, 0.03, 0.08])
def test_the_interval_holds_the_true_error_about_as_often_as_it_says(overstated):
    # Overstated by as much everywhere: that is the true error, whatever the bins.
    found = [measured(*world(600, seed, overstated=overstated)) for seed in range(100)]

    held = sum(each.low <= overstated <= each.high for each in found)
    assert held >= 86  # of 100; were it 93, fewer would come in 1 of 100 tries


@given(TICKETS)
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_tickets_does_not_matter(tickets):
    confidences, right = zip(*tickets, strict=True)
    there, back = measured(confidences, right), measured(confidences[::-1], right[::-1])

    assert there.ece == pytest.approx(back.ece)
    assert there.bins == tuple(Bin(**{**vars_of(b)}) for b in back.bins)
    assert np.allclose(there.curve, back.curve)
    assert 0 <= there.low <= there.high <= 1


def vars_of(found):
    """A bin with its means taken as equal where only rounding differs."""
    return {"n": found.n, "confidence": pytest.approx(found.confidence), "accuracy": pytest.approx(found.accuracy)}


def test_risk_falls_with_coverage_where_the_surest_are_right():
    found = measured([0.9, 0.8, 0.6, 0.4], [True, True, False, False])

    assert found.curve == ((0.25, 0.0), (0.5, 0.0), (0.75, pytest.approx(1 / 3)), (1.0, 0.5))
    assert found.aurc == pytest.approx((0 + 0 + 1 / 3 + 1 / 2) / 4)


def test_the_curve_ends_with_all_tickets_however_many_there_are():
    found = measured(*world(5000, 3), resamples=40)

    assert len(found.curve) == reliability.STEPS
    assert found.curve[-1] == (1.0, pytest.approx(1 - found.accuracy))


def test_thresholds_answer_what_lies_above_them_and_everything_has_its_cost():
    found = measured([0.95, 0.9, 0.8, 0.7], [True, False, True, False], {"WISMO": 0.8})

    # Answered: 0.95 and 0.9, one of them wrong (5); two tickets read (1 each).
    assert found.handled == Handled(answered=2, wrong=1, cost=7 / 4, cost_all_answered=10 / 4, cost_all_read=1.0)


def test_a_release_without_thresholds_handles_nothing():
    assert measured([0.9], [True]).handled is None


def test_a_reliability_is_plain_json_and_the_same_every_time():
    once, again = (measured(*world(100, 5), {"WISMO": 0.8}).to_json() for _ in range(2))

    assert json.dumps(once) == json.dumps(again)


@pytest.mark.parametrize("confidences", [[], [0.5, 0.5]])
def test_without_exactly_one_confidence_per_ticket_nothing_is_measured(confidences):
    with pytest.raises(InputError, match="for 1 tickets; score every one"):
        reliability.measure(["WISMO"], ["WISMO"], confidences, {}, PARAMS)
