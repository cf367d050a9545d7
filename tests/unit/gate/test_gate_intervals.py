"""Intervals of one model's scores: what they must hold, and how often they do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from ecomintent.gate import intervals
from ecomintent.gate.statistics import wilson

ALPHA = 0.025
COUNTS = st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=3, max_size=3).filter(
    lambda rows: any(map(any, rows))
)


def macro(counts_kk):
    counts_kk = np.asarray(counts_kk, dtype=float)
    sums_k = counts_kk.sum(0) + counts_kk.sum(1)
    return (2 * np.diag(counts_kk)[sums_k > 0] / sums_k[sums_k > 0]).mean()


def test_f1_bounds_that_can_be_checked_by_hand():
    # 8 of 10 tickets recognised, 10 called: F* = 8 / 12 and F1 = 16 / 20.
    low, high = wilson(8, 12, ALPHA)

    assert intervals.f1(8, 10, 10, ALPHA) == (2 * low / (1 + low), 2 * high / (1 + high))
    assert low == pytest.approx(0.391, abs=1e-3)  # Wilson for 8 of 12
    assert high == pytest.approx(0.862, abs=1e-3)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50))
def test_f1_lies_between_its_bounds_and_more_tickets_bring_them_together(hits, missed, false):
    n, called = hits + missed, hits + false
    bounds = intervals.f1(hits, n, called, ALPHA)
    if n + called == 0:
        assert bounds is None
        return
    low, high = bounds
    wider = intervals.f1(10 * hits, 10 * n, 10 * called, ALPHA)

    assert 0 <= low <= 2 * hits / (n + called) + 1e-12
    assert 2 * hits / (n + called) <= high + 1e-12 <= 1 + 1e-12
    assert wider[1] - wider[0] < high - low


@given(COUNTS)
def test_macro_f1_lies_between_its_bounds(counts_kk):
    low, high = intervals.macro_f1(counts_kk, ALPHA)

    assert 0 <= low <= macro(counts_kk) + 1e-9
    assert macro(counts_kk) <= high + 1e-9
    assert high <= 1


def test_the_macro_bounds_are_as_wide_as_the_bootstrap_of_the_tickets():
    random = np.random.default_rng(3)
    labels_n = random.integers(0, 4, 500)
    answers_n = np.where(random.random(500) < 0.8, labels_n, random.integers(0, 4, 500))
    counts_kk = [[int(((labels_n == a) & (answers_n == b)).sum()) for b in range(4)] for a in range(4)]
    tables = random.multinomial(500, np.array(counts_kk).ravel() / 500, 4000).reshape(-1, 4, 4)
    low, high = np.quantile([macro(table) for table in tables], [0.025, 0.975])

    found = intervals.macro_f1(counts_kk, ALPHA)

    assert macro(counts_kk) == pytest.approx(f1_score(labels_n, answers_n, average="macro"))
    assert found[1] - found[0] == pytest.approx(high - low, rel=0.05)
    assert found == pytest.approx((low, high), abs=0.005)


@pytest.mark.parametrize(("recall", "false_share"), [(0.9, 0.01), (0.7, 0.05)])
def test_f1_bounds_hold_the_truth_about_as_often_as_they_say(recall, false_share):
    random = np.random.default_rng(7)
    n, others, held = 60, 540, 0
    truth = 2 * recall * n / (n + recall * n + false_share * others)
    for _ in range(1000):
        drawn = random.binomial(n + others, n / (n + others))
        hits = random.binomial(drawn, recall)
        false = random.binomial(n + others - drawn, false_share)
        low, high = intervals.f1(hits, drawn, hits + false, ALPHA)
        held += low <= truth <= high

    assert 0.93 <= held / 1000 <= 0.98
