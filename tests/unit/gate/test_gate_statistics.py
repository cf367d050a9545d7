import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import f1_score

from ecomintent.gate.counts import Counts, joint, paired_counts
from ecomintent.gate.permutation import PermutationTest, discrete_holm
from ecomintent.gate.statistics import Flips, interval, tickets_needed, wilson, z_of

few = st.integers(0, 4)


@st.composite
def counts(draw, most=40):
    """Counts that some pair of models could have given one intent with at least one ticket."""
    both, lost, gained, missed = (draw(st.integers(0, most)) for _ in range(4))
    new_false, removed_false, both_false = (draw(st.integers(0, most)) for _ in range(3))
    missed += not (both or lost or gained)
    return Counts(
        n=both + lost + gained + missed,
        hits_champion=both + lost,
        hits_candidate=both + gained,
        called_champion=both + lost + removed_false + both_false,
        called_candidate=both + gained + new_false + both_false,
        lost=lost,
        gained=gained,
        new_false=new_false,
        removed_false=removed_false,
    )


def swapped(c):
    return Counts(
        n=c.n,
        hits_champion=c.hits_candidate,
        hits_candidate=c.hits_champion,
        called_champion=c.called_candidate,
        called_candidate=c.called_champion,
        lost=c.gained,
        gained=c.lost,
        new_false=c.removed_false,
        removed_false=c.new_false,
    )


def net_harm(old_hits, old_called, new_hits, new_called, n):
    """The loss of F1 in units of D, which is what a swap of the models turns around exactly."""
    old_total, new_total = n + old_called, n + new_called
    loss = Fraction(2 * old_hits, old_total) - Fraction(2 * new_hits, new_total)
    return loss * old_total * new_total / Fraction(old_total + new_total, 2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=1, max_size=60))
def test_the_change_of_f1_is_that_of_sklearn(triples):
    labels, champion, candidate = np.array(triples).T

    table = joint(labels, champion, candidate, 4)
    found = [paired_counts(table, intent) for intent in range(4)]

    for intent, c in enumerate(found):
        if c.n:
            old, new = (f1_score(labels == intent, a == intent, zero_division=0) for a in (champion, candidate))
            assert Flips.of_f1(c).delta == pytest.approx(new - old, abs=1e-9)


def test_paired_counts_are_those_of_a_hand_made_table():
    labels = np.array([0, 0, 0, 0, 1, 1, 1, 2])
    champion = np.array([0, 0, 1, 1, 0, 1, 1, 3])
    candidate = np.array([0, 1, 0, 1, 1, 0, 1, 0])

    found = paired_counts(joint(labels, champion, candidate, 3), 0)

    assert found == Counts(
        n=4,
        hits_champion=2,
        hits_candidate=2,
        called_champion=3,
        called_candidate=4,
        lost=1,
        gained=1,
        new_false=2,
        removed_false=1,
    )


@pytest.mark.parametrize(
    ("made_of", "in_points"),
    [
        ((150, 134, 141, 22, 2, 5, 2), (-8.9, -12.8, -5.7)),
        ((15, 15, 29, 0, 0, 9, 5), (-5.7, -16.0, 3.6)),
        ((100, 90, 101, 3, 2, 7, 4), (-1.9, -5.4, 1.4)),
        ((400, 362, 371, 14, 10, 5, 3), (-0.8, -2.1, 0.5)),
    ],
)
def test_the_intervals_are_those_of_the_example_in_the_gates_document(made_of, in_points):
    n, hits, called, lost, gained, new_false, removed_false = made_of
    flips = Flips.of_f1(
        Counts(
            n=n,
            hits_champion=hits,
            hits_candidate=hits - lost + gained,
            called_champion=called,
            called_candidate=called - lost + gained + new_false - removed_false,
            lost=lost,
            gained=gained,
            new_false=new_false,
            removed_false=removed_false,
        )
    )

    low, high = interval(flips, 0.05)

    assert tuple(round(100 * value, 1) for value in (flips.delta, low, high)) == in_points


@settings(max_examples=200, deadline=None)
@given(counts(), st.sampled_from([0.01, 0.05, 0.1]))
def test_an_interval_holds_the_measured_change_and_mirrors_when_the_models_swap(c, alpha):
    there, back = Flips.of_f1(c), Flips.of_f1(swapped(c))

    low, high = interval(there, alpha)

    assert low < there.delta < high or (low, high) == (-1, 1) or there.delta in (-1, 1)
    assert (back.delta, interval(back, alpha)) == (-there.delta, (-high, -low))


@pytest.mark.parametrize(("lost", "gained"), [(0, 0), (7, 0), (9, 3)])
def test_a_bound_without_false_alarms_is_that_of_tangos_score(lost, gained):
    n, z = 200, z_of(0.05)

    low, _ = interval(Flips.of_share(lost, gained, n), 0.05)

    d = -low * n
    t = lost + gained - 2 * d
    variance = (t + (t * t + 8 * gained * d) ** 0.5) / 2 + d
    assert (lost - gained - d) / variance**0.5 == pytest.approx(-z, abs=1e-9)


def test_without_any_flip_the_bounds_are_z_squared_over_the_size():
    flips = Flips.of_share(0, 0, 100)

    assert interval(flips, 0.05) == pytest.approx((-(z_of(0.05) ** 2) / 100, z_of(0.05) ** 2 / 100))


@settings(max_examples=40, deadline=None)
@given(both=few, missed=st.integers(1, 3), false=few, flips=st.tuples(few, few, few, few))
def test_the_p_value_counts_every_way_to_swap_the_models_ticket_by_ticket(both, missed, false, flips):
    lost, gained, new_false, removed_false = flips
    n = both + lost + gained + missed
    c = Counts(
        n=n,
        hits_champion=both + lost,
        hits_candidate=both + gained,
        called_champion=both + lost + removed_false + false,
        called_candidate=both + gained + new_false + false,
        lost=lost,
        gained=gained,
        new_false=new_false,
        removed_false=removed_false,
    )
    harms = []
    for i, j in itertools.product(range(lost + gained + 1), range(new_false + removed_false + 1)):
        old, new = both + i, both + lost + gained - i
        alarms_old, alarms_new = false + new_false + removed_false - j, false + j
        ways = Fraction(math.comb(lost + gained, i) * math.comb(new_false + removed_false, j), 2 ** sum(flips))
        harms.append((net_harm(old, old + alarms_old, new, new + alarms_new, n), ways))
    seen = net_harm(c.hits_champion, c.called_champion, c.hits_candidate, c.called_candidate, n)

    test = PermutationTest(Flips.of_f1(c))

    reachable = {sum(ways for other, ways in harms if other >= harm) for harm, _ in harms}
    assert test.p == pytest.approx(float(sum(ways for harm, ways in harms if harm >= seen)), rel=1e-9)
    for limit in (0.001, 0.04, 0.2, 0.6):
        largest = max((p for p in reachable if p <= limit), default=0)
        assert test.largest_p_up_to(limit) == pytest.approx(float(largest), rel=1e-9)


def test_the_p_value_of_a_share_is_the_binomial_one():
    expected = binomtest(31, 50, alternative="greater").pvalue

    assert PermutationTest(Flips.of_share(31, 19, 4000)).p == pytest.approx(expected, rel=1e-9)


def test_a_catastrophe_has_a_positive_p_value():
    assert 0 < PermutationTest(Flips.of_share(900, 0, 1000)).p < 1e-250


@settings(max_examples=60, deadline=None)
@given(st.lists(counts(most=8), min_size=1, max_size=6))
def test_discrete_holm_lies_between_no_correction_and_holms_own(many):
    tests = [PermutationTest(Flips.of_f1(c)) for c in many]

    adjusted = discrete_holm(tests)

    rank = {index: place for place, index in enumerate(sorted(range(len(tests)), key=lambda i: tests[i].p))}
    holm = [0.0] * len(tests)
    for index in sorted(rank, key=rank.__getitem__):
        before = max((holm[other] for other in rank if rank[other] < rank[index]), default=0.0)
        holm[index] = max(before, min(1.0, tests[index].p * (len(tests) - rank[index])))
    for test, found, bound in zip(tests, adjusted, holm, strict=True):
        assert test.p * (1 - 1e-9) <= found <= bound * (1 + 1e-9)


def test_discrete_holm_adds_only_what_the_others_could_reach():
    lost_8, flipped_9, gained_1 = Flips.of_share(8, 0, 16), Flips.of_share(8, 1, 16), Flips.of_share(0, 1, 16)

    adjusted = discrete_holm([PermutationTest(flips) for flips in (flipped_9, gained_1, lost_8)])

    assert adjusted == pytest.approx([10 / 512, 1, 1 / 256 + 1 / 512])


@pytest.mark.parametrize(("hits", "n"), [(0, 1), (0, 30), (17, 30), (30, 30)])
def test_wilson_is_that_of_scipy(hits, n):
    expected = binomtest(hits, n).proportion_ci(confidence_level=0.9, method="wilson")

    assert wilson(hits, n, 0.05) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_tickets_needed_are_those_of_the_example_in_the_gates_document():
    other = Flips(
        lost=0, gained=0, new_false=9, removed_false=5, hit_weight=62, false_weight=30, unit=46, size=44 * 48 / 46
    )

    assert tickets_needed(other.square / 15, other.size / 15, 0.03, 0.05) == 292


def test_no_number_of_tickets_shows_that_nothing_at_all_was_lost():
    assert tickets_needed(0.1, 2.0, 0.0, 0.05) is None
