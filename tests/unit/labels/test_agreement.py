"""Agreement of agents on shared tickets and texts, with the numbers of a published example."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.labels.agreement import Confusion, measure, votes, with_others
from ecomintent.records import Provenance
from tests.corrections import corrected

SAID = corrected(agent="asha")


def two(first, second):
    return {str(unit): {"meg": a, "owen": b} for unit, (a, b) in enumerate(zip(first, second, strict=True))}


def test_alpha_is_that_of_the_published_example():
    # Krippendorff (2011), example A: Meg and Owen on ten objects, alpha 0.095.
    found = measure(two("0100000010", "1110010000"))

    assert (found.units, found.shared, found.labels, found.raw) == (10, 10, 20, 0.6)
    assert found.alpha == pytest.approx(1 - (8 / 20) / (2 * 6 * 14 / (20 * 19)))
    assert round(found.alpha, 3) == 0.095
    assert found.confusions == (Confusion(intents=("0", "1"), pairs=4),)


def test_three_agents_on_one_unit_count_each_label_once():
    # a a b: 2 of 3 pairs differ; c c agree. Labels 5, off the diagonal 4 / (3 - 1) = 2.
    found = measure({"x": {"1": "a", "2": "a", "3": "b"}, "y": {"1": "c", "2": "c"}, "z": {"1": "a"}})

    assert (found.units, found.shared, found.labels) == (3, 2, 5)
    assert found.raw == pytest.approx(1 - 2 / 5)
    assert found.alpha == pytest.approx(1 - (2 / 5) / ((25 - 4 - 1 - 4) / 20))
    assert found.confusions == (Confusion(intents=("a", "b"), pairs=2),)


def test_what_is_mixed_up_most_comes_first():
    found = measure(two("abba", "bcab"))

    assert found.confusions == (Confusion(intents=("a", "b"), pairs=3), Confusion(intents=("b", "c"), pairs=1))


def test_where_nothing_is_shared_there_is_no_number():
    found = measure({"x": {"asha": "a"}, "y": {"bence": "b"}})

    assert (found.shared, found.raw, found.alpha, found.confusions) == (0, None, None, ())
    assert with_others({"x": {"asha": "a"}}) == {}


def test_where_only_one_intent_occurs_chance_says_nothing():
    found = measure(two("aa", "aa"))

    assert (found.raw, found.alpha) == (1.0, None)


def test_each_agents_latest_judgement_of_a_text_counts_whatever_the_ticket():
    rows = [
        SAID,
        replace(SAID, created_at="2026-05-05T00:00:00+00:00", intent="OTHER"),
        replace(SAID, ticket_id="T-2", text="Where is my parcel?", agent="bence"),
    ]

    found = votes(rows, lambda text: text.strip("?").lower())

    assert found == {"where is my parcel": {"asha": "OTHER", "bence": "WISMO"}}


def test_a_ticket_whose_text_was_cleaned_since_stays_one_unit():
    rows = [SAID, replace(SAID, text="parcel", agent="bence", created_at="2026-05-05T00:00:00+00:00")]

    assert votes(rows, str) == {"parcel": {"asha": "WISMO", "bence": "WISMO"}}


@pytest.mark.parametrize(
    "silent", [{"provenance": Provenance.UNCHANGED}, {"provenance": Provenance.BOT}, {"agent": ""}, {"text": ""}]
)
def test_silence_machines_and_the_unnamed_have_no_vote(silent):
    assert votes([replace(SAID, **silent)], str) == {}


def test_agreement_with_others_is_the_share_of_them_who_say_the_same():
    given_votes = {"x": {"1": "a", "2": "a", "3": "b"}, "y": {"1": "c", "2": "d"}, "z": {"4": "a"}}

    assert with_others(given_votes) == {"1": (2, 0.25), "2": (2, 0.25), "3": (1, 0.0)}


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from("12345"), st.sampled_from("abc"), min_size=1), max_size=12))
def test_alpha_never_exceeds_one_and_is_one_only_where_all_agree(units):
    found = measure({str(number): said for number, said in enumerate(units)})

    if found.alpha is not None:
        assert found.alpha <= 1
        assert (found.alpha == 1) == (found.raw == 1.0) == (found.confusions == ())
