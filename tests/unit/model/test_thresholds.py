"""Thresholds follow the costs, and the validation rows where these contradict the confidences."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.model import thresholds
from ecomintent.model.thresholds import Threshold
from ecomintent.params_calibrate import CalibrateParams
from ecomintent.taxonomy import NAMES

PARAMS = CalibrateParams(
    person_cost=1.0,
    wrong_costs=dict.fromkeys(NAMES, 5.0),
    min_corrections=100,
    min_answers=30,
    overstated_alpha=0.05,
    bins=15,
    resamples=100,
    seed=7,
)
COSTS = st.floats(0.1, 50)
ROWS = st.lists(st.tuples(st.sampled_from([0.3, 0.5, 0.7, 0.9, 0.95, 0.99]), st.booleans()), min_size=1, max_size=40)


def chosen(rows, *, wrong, person=1.0, **changes):
    """The threshold of WISMO on (confidence, right) rows answered with it."""
    confidence_n, right = np.array([c for c, _ in rows]), [r for _, r in rows]
    labels = ["WISMO" if r else "OTHER" for r in right]
    params = replace(PARAMS, person_cost=person, wrong_costs=PARAMS.wrong_costs | {"WISMO": wrong}, **changes)
    return thresholds.choose(confidence_n, ["WISMO"] * len(rows), labels, NAMES, params)["WISMO"]


@pytest.mark.parametrize(
    ("wrong", "person", "above"),
    [(5, 1, 0.8), (20, 1, 0.95), (2, 1, 0.5), (10, 3, 0.7), (1, 1, 0), (1, 4, 0), (0, 1, 0)],
)
def test_an_answer_is_given_where_its_expected_cost_is_below_that_of_a_person(wrong, person, above):
    assert thresholds.by_cost(wrong, person) == pytest.approx(above)


@given(st.floats(0, 1), COSTS, COSTS)
def test_the_rule_is_the_comparison_of_the_two_costs(confidence, wrong, person):
    answered = confidence > thresholds.by_cost(wrong, person)
    cheaper = (1 - confidence) * wrong < person

    assert answered == cheaper or (1 - confidence) * wrong == pytest.approx(person) or confidence == 0


@given(ROWS, COSTS, COSTS, COSTS)
@settings(max_examples=200)
def test_thresholds_rise_with_the_cost_of_an_error_and_fall_with_that_of_a_person(rows, wrong, person, more):
    always = {"min_answers": 1, "overstated_alpha": 1.0}
    here = chosen(rows, wrong=wrong, person=person, **always)

    assert chosen(rows, wrong=wrong + more, person=person, **always).above >= here.above
    assert chosen(rows, wrong=wrong, person=person + more, **always).above <= here.above
    assert here.above >= here.by_cost


def test_a_threshold_is_raised_where_the_rows_contradict_the_confidences():
    rows = [(0.90, False)] * 20 + [(0.97, True)] * 20

    assert chosen(rows, wrong=5) == Threshold(above=0.9, by_cost=0.8, answers=40, wrong=20, chance=0.0)


def test_errors_that_the_confidences_foretold_raise_nothing():
    rows = [(0.90, False)] * 2 + [(0.90, True)] * 18 + [(0.97, True)] * 20

    found = chosen(rows, wrong=5)

    assert (found.above, found.raised) == (0.8, False)
    assert found.chance > 0.05


def test_too_few_answers_raise_nothing():
    rows = [(0.9, False)] * 29

    assert chosen(rows, wrong=5) == Threshold(above=0.8, by_cost=0.8, answers=29, wrong=29, chance=None)


@given(ROWS, COSTS)
def test_no_threshold_above_the_rule_would_have_cost_less(rows, wrong):
    confidence_n, right_n = np.array([c for c, _ in rows]), np.array([r for _, r in rows])
    rule = thresholds.by_cost(wrong, 1.0)

    def cost(threshold):
        left_n = confidence_n <= threshold
        return left_n.sum() + wrong * (~right_n[~left_n]).sum()

    found = thresholds.cheapest(confidence_n, right_n, rule, wrong, 1.0)
    assert cost(found) <= min(cost(t) for t in np.linspace(rule, 1, 101))


def test_the_chance_of_errors_is_that_of_every_outcome_counted():
    confidence_n = np.array([0.9, 0.6, 0.75])
    chances = {
        outcome: np.prod([c if right else 1 - c for c, right in zip(confidence_n, outcome, strict=True)])
        for outcome in product((True, False), repeat=3)
    }

    for right_n in chances:
        expected = sum(chance for outcome, chance in chances.items() if outcome.count(False) >= right_n.count(False))
        assert thresholds.errors_by_chance(confidence_n, np.array(right_n)) == pytest.approx(expected)


def test_every_intent_has_a_threshold_even_where_nothing_was_answered_with_it():
    found = thresholds.choose(np.zeros(0), [], [], NAMES, PARAMS)

    assert found == {name: Threshold(above=0.8, by_cost=0.8, answers=0, wrong=0, chance=None) for name in NAMES}
