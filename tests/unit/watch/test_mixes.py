"""Distances between mixes: what they are, and what chance makes of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2

from ecomintent.watch.mixes import Distance, distance

MIXES = st.dictionaries(st.sampled_from("abcdefghij"), st.integers(0, 5000), max_size=10)


def test_a_case_that_can_be_followed_by_hand():
    # 300 of 400 against 200 of 400, half a ticket added to each of two bins: p = 300.5 / 401, q = 200.5 / 401.
    found = distance({"a": 300, "b": 100}, {"a": 200, "b": 200})

    p, q = 300.5 / 401, 0.5
    kl = p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))
    back = q * math.log(q / p) + (1 - q) * math.log((1 - q) / (1 - p))
    assert (found.bins, found.n, found.m) == (2, 400, 400)
    assert found.kl == pytest.approx(kl)
    assert found.psi == pytest.approx(kl + back)


@settings(deadline=None)
@given(MIXES, MIXES)
def test_it_is_never_negative_never_loses_a_ticket_and_does_not_depend_on_the_order_of_bins(one, other):
    found = distance(one, other)

    if found is not None:
        assert found.psi >= 0
        assert found.kl >= 0
        assert (found.n, found.m) == (sum(one.values()), sum(other.values()))
        assert found == distance(dict(reversed(one.items())), dict(reversed(other.items())))


@settings(deadline=None)
@given(MIXES, st.integers(1, 5))
def test_the_same_shares_lie_nowhere_apart(mix, times):
    found = distance(mix, {name: times * count for name, count in mix.items()})

    # The half ticket weighs less in the larger one.
    assert found is None or found.psi < 5e-3


def test_rare_bins_are_counted_as_one():
    rare = {f"rare{number}": 1 for number in range(30)}

    assert distance({"a": 500, "b": 500, **rare}, {"a": 500, "b": 500, **rare}).bins == 3
    assert distance({"a": 500, "b": 500, "c": 1}, {"a": 500, "b": 500}).bins == 2
    assert distance({"a": 500}, {"a": 400}) is None
    assert distance({}, {"a": 400}) is None


def test_without_tolerance_the_bound_is_chi_square_over_the_tickets():
    found = Distance(psi=0.0, kl=0.0, bins=9, n=700, m=1400)

    assert found.bound(0.01, 0.0) == pytest.approx(chi2.ppf(0.99, 8) * (1 / 700 + 1 / 1400))


@settings(deadline=None)
@given(st.integers(100, 10_000), st.integers(2, 32), st.floats(0, 0.1))
def test_the_bound_falls_with_the_tickets_and_stays_above_what_is_tolerated(n, bins, tolerated):
    small = Distance(psi=0.0, kl=0.0, bins=bins, n=n, m=2 * n).bound(0.001, tolerated)
    large = Distance(psi=0.0, kl=0.0, bins=bins, n=4 * n, m=8 * n).bound(0.001, tolerated)

    assert tolerated < large < small


@pytest.mark.parametrize(("n", "m"), [(100, 200), (420, 840), (4200, 8400)])
def test_equal_mixes_pass_the_bound_as_seldom_as_it_says(n, m):
    rng, runs, alpha = np.random.default_rng(3), 2000, 0.01
    mix = [0.28, 0.14, 0.08, 0.09, 0.08, 0.07, 0.12, 0.06, 0.08]

    above = 0
    for _ in range(runs):
        now, reference = (dict(enumerate(rng.multinomial(size, mix).tolist())) for size in (n, m))
        found = distance(now, reference)
        above += found.psi > found.bound(alpha, 0.0)

    # Chi-square describes small samples nearly: half as much again is let through, and chance on top of it.
    assert above <= binom.ppf(1 - 1e-6, runs, 1.5 * alpha)
