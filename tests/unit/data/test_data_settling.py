import pytest
from data_rows import PARAMS, correction
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data.settling import conflicts, counting, instant, majority
from ecomintent.records import Provenance

WEIGHTS = PARAMS.provenance_weights


def test_the_latest_correction_of_a_ticket_counts():
    rows = [correction(created_at=f"2031-05-0{day}T10:00:00Z") for day in (2, 3, 1)]

    assert counting(rows, WEIGHTS) == [1]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2031-05-04T10:00:00Z", "2031-05-04T10:00:00.5Z"),
        ("2031-05-04T10:00:00+02:00", "2031-05-04T09:00:00Z"),
        ("2031-05-04", "2031-05-04T00:00:01"),
        ("", "1999-01-01"),
    ],
)
def test_times_are_compared_as_times_not_as_text(earlier, later):
    rows = [correction(created_at=later), correction(created_at=earlier)]

    assert instant(earlier) < instant(later)
    assert counting(rows, WEIGHTS) == [0]


def test_at_the_same_time_the_more_trusted_counts():
    rows = [correction(provenance=Provenance.UNCHANGED), correction(provenance=Provenance.CONFIRMED)]

    assert counting(rows, WEIGHTS) == [1]


def test_a_bot_that_comes_later_does_not_undo_an_agent():
    rows = [correction(), correction(provenance=Provenance.BOT, created_at="2032-01-01")]

    assert counting(rows, WEIGHTS) == [0]


@settings(deadline=None, max_examples=50)
@given(st.permutations([*("abc" * 2), "d"]))
def test_which_one_counts_does_not_depend_on_the_order(intents):
    rows = [correction(intent=intent) for intent in intents]

    [position] = counting(rows, WEIGHTS)

    assert rows[position].intent == "d"


@pytest.mark.parametrize(
    ("votes", "winner"),
    [
        ([("A", 1.0)], "A"),
        ([("A", 1.0), ("B", 1.0)], None),
        ([("A", 1.0), ("B", 0.3), ("B", 0.3), ("B", 0.3)], "A"),
        ([("A", 0.9), ("B", 0.3), ("B", 0.3), ("B", 0.3)], None),
        ([("A", 1.0), ("A", 1.0), ("B", 1.0), ("C", 1.0)], None),
        ([], None),
    ],
)
def test_a_majority_is_more_than_half_of_the_weight(votes, winner):
    assert majority(votes) == winner


def test_two_tickets_of_one_text_with_two_intents_conflict():
    rows = [correction("1"), correction("2", "Where has my parcel gone?!", "OTHER"), correction("3", "else")]

    assert conflicts(rows, WEIGHTS) == [True, True, False]


def test_one_slip_does_not_discard_what_the_majority_says():
    rows = [correction("1"), correction("2"), correction("3", intent="OTHER")]

    assert conflicts(rows, WEIGHTS) == [False, False, True]


def test_an_agent_who_changes_her_mind_is_no_conflict():
    rows = [correction(intent="OTHER", created_at="2031-01-01"), correction()]

    assert conflicts(rows, WEIGHTS) == [False, False]


def test_what_has_no_weight_contradicts_nobody():
    assert conflicts([correction("1"), correction("2", intent="OTHER", provenance=Provenance.RULE)], WEIGHTS) == [
        False,
        False,
    ]
