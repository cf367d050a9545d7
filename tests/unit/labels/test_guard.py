"""What trains and what waits: bulk edits, bursts, and the shares of one agent, one customer, one macro.

Over 250 lines: the guards judge the same month of labels, which is built here once.
"""

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.labels.guard import Rule, hold, key
from ecomintent.labels.guard_shares import largest
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction, Provenance

PARAMS = LabelsParams(
    erasure_days=30,
    window_days=30,
    agent_share=0.5,
    requester_share=0.2,
    macro_share=0.5,
    share_floor=5,
    names_least=3,
    burst_per_hour=20,
    burst_factor=5.0,
    bulk_tickets=4,
    bulk_seconds=10,
    folds=5,
    seed=7,
)
FIRST_DAY = datetime(2026, 5, 20, 8, tzinfo=UTC)
"""In the window that begins on 7 May: 686 times thirty days after 1970 began."""
MINUTE = 60


def labels(agent, count, *, every=60 * MINUTE, start=FIRST_DAY, tickets=None, **said):
    """`count` labels of `agent`, one every so many seconds."""
    return [
        Correction(
            ticket_id=f"{tickets or agent}-{number}",
            text=f"text {number} of {agent}",
            intent=said.get("intent", "WISMO"),
            created_at=(start + timedelta(seconds=number * every)).isoformat(),
            agent=agent,
            source="file",
            provenance=said.get("provenance", Provenance.EDITED),
            previous_intent="OTHER",
            requester=said.get("requester", ""),
            macro=said.get("macro", ""),
        )
        for number in range(count)
    ]


def told(held):
    return Counter((one.correction.agent, one.rule) for one in held.held)


CALM = [*labels("asha", 20), *labels("bence", 15), *labels("carmen", 10)]


def test_a_label_set_without_a_dominant_agent_or_haste_trains_whole():
    held = hold(CALM, PARAMS, frozenset())

    assert (held.trains, held.held, held.reported) == (tuple(CALM), (), ())


def test_one_agent_never_outnumbers_all_others_and_the_first_labels_train():
    temp = labels("temp", 60)

    held = hold([*temp, *CALM], PARAMS, frozenset())

    assert [one.correction for one in held.held] == temp[45:]
    assert {one.rule for one in held.held} == {Rule.AGENT_SHARE}
    assert held.held[0].reason == (
        "60 of 105 labels in the 30 days from 2026-05-07 are of agent temp; allowed are 50%: the first 45"
    )


def test_below_the_floor_nobody_is_held_whatever_the_share():
    rows = [*labels("owner", 5), *labels("asha", 1), *labels("bence", 1)]

    assert hold(rows, PARAMS, frozenset()).held == ()


@pytest.mark.parametrize("others", [[], labels("asha", 2)])
def test_a_shop_with_fewer_agents_than_three_is_told_and_not_held(others):
    rows = [*labels("owner", 30, every=MINUTE), *others]

    held = hold(rows, PARAMS, frozenset())

    assert held.held == ()
    assert held.reported == (
        f"30 of {30 + len(others)} labels in the 30 days from 2026-05-07 are of agent owner; "
        "allowed are 50% (too few to compare)",
        "agent owner labelled 30 tickets within an hour, allowed are 20 "
        "(in the 30 days from 2026-05-07; too few agents to compare)",
    )


def test_who_comes_first_in_a_new_window_is_compared_with_the_agents_of_the_one_before():
    later = FIRST_DAY + timedelta(days=30)
    slow, fast = labels("temp", 20, start=later), labels("temp", 25, tickets="fast", every=MINUTE, start=later)

    assert told(hold([*CALM, *slow], PARAMS, frozenset())) == {("temp", Rule.AGENT_SHARE): 15}
    assert told(hold([*CALM, *fast], PARAMS, frozenset())) == {("temp", Rule.BURST): 25}
    assert hold([*CALM, *labels("temp", 20, start=later + timedelta(days=30))], PARAMS, frozenset()).held == ()


def test_each_window_has_its_own_shares():
    later = FIRST_DAY + timedelta(days=30)
    rows = [*labels("temp", 40), *labels("asha", 40, start=later), *labels("bence", 40), *labels("carmen", 30)]
    rows += [*labels("dewi", 10, start=later), *labels("eoin", 10, start=later)]

    held = hold(rows, PARAMS, frozenset())

    assert told(held) == {("asha", Rule.AGENT_SHARE): 20}


def test_labels_without_a_time_are_one_window_and_never_in_haste():
    rows = [replace(row, created_at="") for row in [*labels("temp", 60, every=1), *CALM]]

    held = hold(rows, PARAMS, frozenset())

    assert told(held) == {("temp", Rule.AGENT_SHARE): 15}
    assert "60 of 105 labels without a date are of agent temp" in held.held[0].reason


def test_a_time_that_validation_will_refuse_is_no_time():
    rows = [replace(row, created_at="yesterday") for row in CALM]

    assert hold(rows, PARAMS, frozenset()).trains == tuple(rows)


def test_one_customer_is_held_at_the_smaller_cap_and_never_named():
    customers = [replace(row, requester=f"customer-{number % 9}") for number, row in enumerate(CALM)]
    agents = ("asha", "bence", "carmen", "carmen")
    loud = [replace(row, agent=agents[number % 4]) for number, row in enumerate(labels("x", 20))]
    loud = [replace(row, requester="Zoe Example") for row in loud]

    held = hold([*customers, *loud], PARAMS, frozenset())

    assert [one.correction for one in held.held] == loud[11:]
    assert {one.rule for one in held.held} == {Rule.REQUESTER_SHARE}
    assert all("of one customer; allowed are 20%" in one.reason for one in held.held)
    assert not any("Zoe" in one.reason for one in held.held)


def test_a_small_cap_needs_more_names_than_equal_shares_of_it():
    few = [replace(row, requester=f"customer-{number % 5}") for number, row in enumerate(CALM)]

    assert hold(few, replace(PARAMS, requester_share=0.1), frozenset()).held == ()


def test_labels_through_one_macro_never_outnumber_all_others():
    by_macro = labels("asha", 20, tickets="m", macro="Close as late", start=FIRST_DAY + timedelta(days=3))
    by_macro += labels("bence", 20, tickets="n", macro="Close as late", start=FIRST_DAY + timedelta(days=3))
    others = labels("carmen", 9, tickets="o", macro="B") + labels("carmen", 8, tickets="p", macro="C")

    held = hold([*by_macro, *others, *labels("bence", 10)], PARAMS, frozenset())

    assert Counter(one.rule for one in held.held) == {Rule.MACRO_SHARE: 13}
    assert "are of macro Close as late" in held.held[0].reason


def test_many_tickets_under_one_intent_within_seconds_are_held_also_of_a_single_agent():
    bulk = labels("owner", 6, every=2, intent="OTHER")
    read = labels("owner", 8, every=10 * MINUTE, tickets="read", start=FIRST_DAY + timedelta(hours=2), intent="OTHER")

    held = hold([*read, *bulk], PARAMS, frozenset())

    assert [one.correction for one in held.held] == bulk
    assert held.held[0].rule is Rule.BULK_EDIT
    assert held.held[0].reason == (
        "agent owner put 6 tickets under OTHER in one go, at least 4 within any 10 seconds of it"
    )


@pytest.mark.parametrize(("count", "seconds", "held_n"), [(4, 9, 4), (4, 8, 0), (3, 60, 0), (8, 9, 8)])
def test_a_bulk_edit_begins_at_that_many_tickets_within_that_many_seconds(count, seconds, held_n):
    held = hold(labels("owner", count, every=3), replace(PARAMS, bulk_seconds=seconds), frozenset())

    assert len(held.held) == held_n
    assert all(f"put {held_n} tickets under WISMO" in one.reason for one in held.held)


def test_the_same_ticket_again_and_again_is_no_bulk_edit():
    rows = [replace(row, ticket_id="T-1") for row in labels("owner", 6, every=1)]

    assert hold(rows, PARAMS, frozenset()).held == ()


def test_several_intents_within_seconds_are_no_bulk_edit():
    rows = [*labels("owner", 3, every=1), *labels("owner", 3, every=1, tickets="b", intent="OTHER")]

    assert hold(rows, PARAMS, frozenset()).held == ()


def test_a_file_that_says_only_the_day_is_neither_bulk_edit_nor_burst():
    rows = [replace(row, created_at="2026-05-20T00:00:00+00:00") for row in labels("owner", 40)]

    assert hold(rows, PARAMS, frozenset()).held == ()


def test_an_hour_far_above_those_of_the_other_agents_is_held_whole_and_no_other():
    calm = [*labels("temp", 5, tickets="before", every=60 * MINUTE), *CALM]
    burst = labels("temp", 22, every=MINUTE, start=FIRST_DAY + timedelta(days=2))

    held = hold([*calm, *burst], PARAMS, frozenset())

    assert [one.correction for one in held.held] == burst
    assert {one.rule for one in held.held} == {Rule.BURST}
    assert held.held[0].reason == "agent temp labelled 22 tickets within an hour, allowed are 20"


def test_where_everybody_works_fast_a_fast_hour_is_no_burst():
    rows = [row for agent in ("asha", "bence", "carmen", "dewi") for row in labels(agent, 15, every=MINUTE)]
    fast = labels("eoin", 40, every=MINUTE)

    assert hold([*rows, *fast], PARAMS, frozenset()).held == ()


def test_labels_of_rules_and_bots_are_neither_held_nor_counted():
    bots = labels("bot", 200, every=1, provenance=Provenance.BOT)

    held = hold([*bots, *CALM], PARAMS, frozenset())

    assert held.trains == (*bots, *CALM)


def test_releasing_some_of_a_bulk_edit_does_not_free_the_others():
    bulk = labels("owner", 4, every=2)

    held = hold(bulk, PARAMS, frozenset({key(bulk[0])}))

    assert [one.correction for one in held.held] == bulk[1:]


def test_what_one_cap_takes_away_is_counted_by_the_others():
    # 22 of 46 labels are temp's, which is allowed; not when the macro has lost ten of its 24.
    by_macro = [*labels("asha", 12, macro="A"), *labels("bence", 12, macro="A")]
    by_hand = [
        *labels("temp", 20),
        *labels("temp", 1, tickets="x", macro="B"),
        *labels("temp", 1, tickets="y", macro="C"),
    ]

    held = hold([*by_macro, *by_hand], replace(PARAMS, macro_share=0.4, share_floor=9), frozenset())

    agents, macros = Counter(row.agent for row in held.trains), Counter(row.macro for row in held.trains)
    assert (agents["temp"], macros["A"], len(held.trains)) == (9, 9, 18)


@pytest.mark.parametrize(
    ("counts", "rest", "cap", "expected"),
    [
        ([60, 20, 15, 10], 0, "0.5", 45),
        ([100, 100, 1], 0, "0.4", 2),
        ([10, 10, 10], 0, "0.4", 10),
        ([30], 100, "0.2", 25),
        ([30], 0, "0.5", 0),
        ([], 5, "0.5", 0),
        ([7], 0, "1", 7),
    ],
)
def test_the_largest_number_within_a_cap(counts, rest, cap, expected):
    found = largest(counts, rest=rest, cap=Fraction(cap))

    assert found == expected
    assert found <= Fraction(cap) * (rest + sum(min(count, found) for count in counts))


def test_a_key_says_nothing_of_the_text_and_tells_labels_apart():
    one = CALM[0]

    assert key(replace(one, text="redacted", requester="r", macro="m", previous_intent="")) == key(one)
    changes = {"ticket_id": "x", "agent": "x", "intent": "OTHER", "created_at": "", "source": "x"}
    assert len({key(replace(one, **{name: value})) for name, value in changes.items()} | {key(one)}) == 6
    assert key(replace(one, provenance=Provenance.CONFIRMED)) != key(one)


@st.composite
def histories(draw):
    """Some calm and some hasty or dominant agents, customers and macros, over up to three windows, and a release."""
    rows = []
    for agent in draw(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), min_size=1, max_size=6)):
        rows += labels(
            agent,
            draw(st.integers(1, 40)),
            every=draw(st.sampled_from([0, 1, 30, 3600])),
            start=FIRST_DAY + timedelta(days=draw(st.sampled_from([0, 1, 29, 31]))),
            tickets=f"{agent}{len(rows)}",
            intent=draw(st.sampled_from(["WISMO", "OTHER"])),
            requester=draw(st.sampled_from(["", "x", "y"])),
            macro=draw(st.sampled_from(["", "m", "n", "o"])),
            provenance=draw(st.sampled_from([Provenance.EDITED, Provenance.UNCHANGED, Provenance.BOT])),
        )
    rows = [replace(row, created_at="") if draw(st.booleans()) else row for row in rows[:60]] + rows[60:]
    released = draw(st.sets(st.sampled_from(sorted({key(row) for row in rows}))))
    return rows, frozenset(released)


@settings(deadline=None, max_examples=60)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_the_labels_never_changes_the_outcome(history, chance: random.Random):
    rows, released = history
    shuffled = chance.sample(rows, len(rows))

    one, other = hold(rows, PARAMS, released), hold(shuffled, PARAMS, released)

    assert {(held.key, held.rule, held.reason) for held in one.held} == {
        (held.key, held.rule, held.reason) for held in other.held
    }
    assert one.reported == other.reported


@settings(deadline=None, max_examples=60)
@given(histories())
def test_every_label_trains_or_is_held_and_a_released_one_trains(history):
    rows, released = history

    held = hold(rows, PARAMS, released)

    assert Counter([*held.trains, *(one.correction for one in held.held)]) == Counter(rows)
    assert not {one.key for one in held.held} & released
    assert all(one.correction.provenance is not Provenance.BOT for one in held.held)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 80), min_size=3, max_size=6), st.integers(0, 40), st.integers(0, 30))
def test_what_is_held_brings_every_agent_down_to_cap_or_floor_and_not_further(counts, unnamed, released_n):
    rows = [row for number, count in enumerate(counts) for row in labels(f"agent-{number}", count)]
    released = frozenset(key(row) for row in rows[:released_n])
    rows += labels("", unnamed)

    held = hold(rows, PARAMS, released)

    kept = Counter(row.agent for row in held.trains if key(row) not in released)
    allowed = max(PARAMS.share_floor, PARAMS.agent_share * len(held.trains))
    if sum(count > 0 for count in counts) >= PARAMS.names_least:
        assert all(count <= allowed for agent, count in kept.items() if agent)
    for agent in {one.correction.agent for one in held.held}:
        one_more = kept[agent] + 1
        assert one_more > max(PARAMS.share_floor, PARAMS.agent_share * (len(held.trains) + 1))


@settings(deadline=None, max_examples=60)
@given(histories())
def test_a_release_never_holds_anything_else_in_haste(history):
    rows, released = history
    haste = {Rule.BULK_EDIT, Rule.BURST}

    before = {one.key for one in hold(rows, PARAMS, frozenset()).held if one.rule in haste}
    after = {one.key for one in hold(rows, PARAMS, released).held if one.rule in haste}

    assert after == before - released
