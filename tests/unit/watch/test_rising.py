"""The bound on a rate: what it promises however often one looks, and that it finds what is there."""

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from ecomintent.watch.rising import Day, rise, upper


def evidence(outcomes, allowed, window=1000):
    days = [Day(hits=hit, n=1) for hit in outcomes]
    return rise(days, allowed=allowed, window=window, begins_a_year=1, alpha=0.05).evidence


@settings(deadline=None, max_examples=40)
@given(st.floats(0.01, 0.6), st.floats(0, 1) | st.just(1.0), st.integers(1, 7))
def test_nobody_makes_money_at_fair_odds(allowed, part, tickets):
    # Every outcome of so many tickets, weighed with its chance: the mean of what the stake became is exactly 1 where
    # the rate is the allowed one, and less where it is lower. Ville's inequality needs no more.
    rate = part * allowed

    mean = sum(
        evidence(outcomes, allowed) * math.prod(rate if hit else 1 - rate for hit in outcomes)
        for outcomes in product((0, 1), repeat=tickets)
    )

    assert mean <= 1 + 1e-9
    if part == 1:
        assert mean == pytest.approx(1)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=40), st.integers(1, 9))
def test_more_hits_never_lower_the_peak_and_a_day_without_tickets_changes_nothing(rows, window):
    days = [Day(hits=hits, n=hits + misses) for hits, misses in rows]
    asked = {"allowed": 0.2, "window": window, "begins_a_year": 52, "alpha": 0.05}

    found = rise(days, **asked)

    assert rise([Day(hits=day.n, n=day.n) for day in days], **asked).peak >= found.peak - 1e-9
    assert found.peak >= found.evidence
    assert rise([*days, Day(hits=0, n=1)], **asked).peak >= found.peak


def test_a_rate_that_may_be_anything_never_speaks():
    assert not rise([Day(hits=10_000, n=10_000)], allowed=1.0, window=7, begins_a_year=53, alpha=0.5).speaks


def test_ten_thousand_hits_are_a_number_and_speak():
    found = rise([Day(hits=10_000, n=10_000)] * 60, allowed=0.1, window=7, begins_a_year=53, alpha=0.05)

    assert found.speaks
    assert math.isfinite(found.peak)


@pytest.mark.parametrize("a_day", [2, 40])
def test_looked_at_every_day_of_a_year_it_gives_a_false_alarm_less_often_than_alpha(a_day):
    rng, years, alpha, rate = np.random.default_rng(11), 300, 0.05, 0.12

    alarms = 0
    for _ in range(years):
        days = [Day(hits=int(rng.binomial(a_day, rate)), n=a_day) for _ in range(365)]
        alarms += rise(days, allowed=rate, window=7, begins_a_year=53, alpha=alpha).speaks

    assert alarms <= binom.ppf(1 - 1e-6, years, alpha)


def test_a_rise_after_a_good_half_year_is_found_within_a_week():
    # 20 tickets a day, from 0.12 to 0.45 on day 182, a beginning. The alternative 0.12 + 0.88 / 4 = 0.34 gains
    # 0.45 ln(0.34/0.12) + 0.55 ln(0.66/0.88) = 0.31 a ticket; needed are ln(53/0.05) + ln 8 = 9.0, so 29 tickets on
    # average; 140 come in the week. Hoeffding, steps within 1.33: a miss has chance
    # exp(-2 (140 * 0.31 - 9)^2 / (140 * 1.33^2)), under 1e-4 each.
    rng = np.random.default_rng(5)

    for _ in range(50):
        days = [Day(hits=int(rng.binomial(20, 0.12 if day < 182 else 0.45)), n=20) for day in range(189)]
        assert rise(days, allowed=0.12, window=7, begins_a_year=53, alpha=0.05).speaks


@settings(deadline=None)
@given(st.integers(1, 400), st.data())
def test_the_upper_bound_is_where_so_few_hits_become_as_unlikely_as_alpha(n, data):
    hits = data.draw(st.integers(0, n - 1))

    assert binom.cdf(hits, n, upper(hits, n, 0.01)) == pytest.approx(0.01, rel=1e-6)
    assert upper(n, n, 0.01) == 1.0
