"""Readings: what is compared with what, and when one of them speaks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from ecomintent.watch import readings
from ecomintent.watch.readings import Reading
from ecomintent.watch.rising import Day
from ecomintent.watch.shapes import BUCKETS, KINDS, shape
from tests.unit.watch.worlds import PARAMS, judged, same_days, with_params

REFERENCE, WINDOW = PARAMS.reference_days, PARAMS.window_days
USUAL = {"a": 30, "b": 20, "c": 10}
MOVED = {"a": 10, "b": 20, "c": 30}


def spoken(days):
    return [one.speaks for one in readings.drift(days, PARAMS)]


def test_one_window_that_moved_is_not_yet_drift_and_two_are():
    start = same_days(REFERENCE + WINDOW, **USUAL)

    assert not any(spoken([*start, *same_days(WINDOW, **MOVED)]))
    assert all(spoken([*start, *same_days(2 * WINDOW, **MOVED)]))
    assert all(spoken([*start, *same_days(WINDOW, **MOVED), *same_days(WINDOW, **USUAL), *same_days(WINDOW, **MOVED)]))


def test_drift_that_went_away_is_silent_after_the_windows_it_was_in():
    days = [*same_days(REFERENCE, **USUAL), *same_days(2 * WINDOW, **MOVED), *same_days(2 * WINDOW, **USUAL)]

    assert not any(spoken(days))


def test_a_window_that_is_not_over_does_not_count():
    days = [*same_days(REFERENCE, **USUAL), *same_days(2 * WINDOW - 1, **MOVED)]

    assert not any(spoken(days))


def test_too_few_tickets_say_nothing_and_say_so():
    few = readings.drift(same_days(REFERENCE + 2 * WINDOW, a=1), PARAMS)[0]
    young = readings.drift(same_days(5, **USUAL), PARAMS)[0]

    assert (few.value, few.speaks) == (None, False)
    assert few.says == "the reference, 14 days, has 14 tickets in 28 days; 100 needed"
    assert young.says == "the reference, 14 days, has 300 tickets in 5 days; 100 needed"


def test_a_small_index_is_no_drift_however_many_tickets_prove_it():
    slightly = {"a": 31_000, "b": 19_500, "c": 9_500}
    days = [*same_days(REFERENCE, a=30_000, b=20_000, c=10_000), *same_days(2 * WINDOW, **slightly)]

    assert not any(one.speaks for one in readings.drift(days, PARAMS))
    assert all(one.speaks for one in readings.drift(days, with_params(drift_tolerated=0.0)))


def test_a_year_in_which_nothing_changes_is_silent():
    rng, alarms, years = np.random.default_rng(17), 0, 20

    for _ in range(years):
        days = [
            {kind: dict(enumerate(rng.multinomial(60, [0.5, 0.3, 0.2]).tolist())) for kind in KINDS} for _ in range(365)
        ]
        ends = range(REFERENCE + WINDOW, 365, WINDOW)
        alarms += any(one.speaks for end in ends for one in readings.drift(days[:end], PARAMS))

    assert alarms <= binom.ppf(1 - 1e-6, years, PARAMS.alpha)


def test_corrections_speak_when_the_share_rises_above_the_champions_own_first_days():
    usual = judged(REFERENCE, 2, 20)

    assert not readings.corrections([*usual, *judged(60, 2, 20)], PARAMS).speaks
    found = readings.corrections([*usual, *judged(14, 8, 20)], PARAMS)
    assert found.speaks
    assert found.value == pytest.approx(0.4)
    assert found.says.startswith("28 of 280 corrected in the reference days; since then 112 of 280; evidence ")


def test_corrections_without_enough_judged_tickets_in_the_first_days_are_silent():
    assert readings.corrections([*judged(REFERENCE, 1, 2), *judged(60, 20, 20)], PARAMS).value is None


def test_the_audit_is_held_to_the_accuracy_of_the_promotion():
    good, bad = readings.audit(judged(60, 1, 8), 74, 613, PARAMS), readings.audit(judged(60, 4, 8), 74, 613, PARAMS)

    assert (good.speaks, bad.speaks) == (False, True)
    assert bad.value == pytest.approx(0.5)
    assert bad.says.startswith("promoted with 0.879; 240 of 480 right, 95 % interval 0.455 to 0.545; evidence ")


def test_an_audit_with_nothing_to_hold_it_to_is_silent():
    assert readings.audit(judged(60, 8, 8), 0, 0, PARAMS).value is None
    assert readings.audit([Day(hits=0, n=0)] * 60, 74, 613, PARAMS).value is None


def test_a_reading_survives_json():
    one = readings.audit(judged(60, 1, 8), 74, 613, PARAMS)

    assert Reading.from_json(one.to_json()) == one


@settings(deadline=None)
@given(st.text(max_size=300), st.floats(0, 1))
def test_every_ticket_adds_one_to_each_kind_and_leaves_no_word(text, confidence):
    found = shape(text, "WISMO", confidence)

    assert tuple(found) == KINDS
    assert found["word"] == "none" or 0 <= int(found["word"]) < BUCKETS
    assert 0 <= int(found["confidence"]) <= 9
    assert found == shape(text, "WISMO", confidence)


def test_lengths_fall_into_their_bins():
    assert [shape("a " * words, "OTHER", 1.0)["length"] for words in (0, 4, 5, 128, 129)] == [
        "4",
        "4",
        "8",
        "128",
        "more",
    ]
