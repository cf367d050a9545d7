import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.model.targets import soft_targets
from ecomintent.taxonomy import NAMES

ROWS = st.lists(st.tuples(st.sampled_from(NAMES), st.floats(0.1, 10)), min_size=1, max_size=30)


def test_without_smoothing_and_balance_a_row_is_its_intent_times_its_weight():
    targets = soft_targets(["WISMO", "OTHER"], [1.0, 3.0], smoothing=0, class_power=0)

    wismo, other = [0.5, *[0.0] * 8], [*[0.0] * 8, 1.5]
    assert targets.tolist() == [wismo, other]


def test_smoothing_gives_every_intent_its_ninth_of_the_part_that_is_smoothed():
    targets = soft_targets(["WISMO"], [1.0], smoothing=0.09, class_power=0)

    assert targets[0] == pytest.approx([0.92, *[0.01] * 8])


def test_balance_weighs_an_intent_by_mean_count_over_its_count():
    # 3 WISMO and 1 OTHER: mean count 2, so 2/3 and 2; the rows' weights 2/3, 2/3, 2/3, 2 average 1.
    targets = soft_targets(["WISMO"] * 3 + ["OTHER"], [1.0] * 4, smoothing=0, class_power=1)

    assert targets.sum(axis=1) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_a_row_of_weight_two_is_as_two_rows():
    heavy = soft_targets(["WISMO", "OTHER"], [2.0, 1.0], smoothing=0.1, class_power=0.5)
    twice = soft_targets(["WISMO", "WISMO", "OTHER"], [1.0, 1.0, 1.0], smoothing=0.1, class_power=0.5)

    share_heavy, share_twice = heavy.sum(axis=1) / heavy.sum(), twice.sum(axis=1) / twice.sum()
    assert share_heavy == pytest.approx([share_twice[0] + share_twice[1], share_twice[2]])


@given(ROWS, st.floats(0, 0.5), st.floats(0, 1))
def test_the_mean_row_counts_one_and_every_row_still_points_at_its_intent(rows, smoothing, power):
    intents, weights = zip(*rows, strict=True)

    targets = soft_targets(intents, weights, smoothing=smoothing, class_power=power)

    assert targets.sum() == pytest.approx(len(rows), rel=1e-4)
    assert [NAMES[index] for index in targets.argmax(axis=1)] == list(intents)
    assert np.isfinite(targets).all()
