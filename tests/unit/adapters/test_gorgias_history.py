"""What the events of a Gorgias ticket tell of its intent, and of whom."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.adapters.gorgias_history import Names, told
from ecomintent.adapters.gorgias_tickets import moment
from ecomintent.tickets import ActorKind

TAGS = {"1": "intent__wismo", "2": "intent__refund", "3": "Intent__Other", "9": "vip"}
ROLES = {"101": "agent", "102": "observer-agent", "103": "internal-agent", "900": "bot", "9001": "agent"}
NAMES = Names(prefix="intent__", ours=frozenset({"9001"}), tag=TAGS.get, role=ROLES.get)
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Ticket:
    """A ticket whose events are written down one by one, a second apart."""

    def __init__(self, *tags):
        self.body = {"id": 7, "created_datetime": START.isoformat(), "tags": list(tags)}
        self.events = []

    def tell(self, kind, user=101, context=None, **data):
        number = len(self.events) + 1
        at = (START + timedelta(seconds=number)).isoformat()
        found = {"id": number, "type": kind, "user_id": user, "context": context or f"c{number}"}
        self.events.append({**found, "created_datetime": at, "data": data or None, "object_id": 7})
        return self

    def add(self, *tags, user=101, context=None, **data):
        return self.tell("ticket-tags-added", user, context, tags_added=list(tags), **data)

    def remove(self, *tags, user=101, context=None):
        return self.tell("ticket-tags-removed", user, context, tags_removed=list(tags))

    def told(self):
        return told(self.body, self.events, NAMES)

    def values(self):
        return [(change.previous, change.value) for change in self.told().changes]

    def last(self):
        return self.told().changes[-1]


def test_a_correction_is_the_removal_of_a_tag_and_the_addition_of_another():
    ticket = Ticket().add(1, user=9001).remove(1).add(2)

    assert ticket.values() == [("", "wismo"), ("wismo", ""), ("wismo", "refund")]
    assert (ticket.last().actor.kind, ticket.last().actor.id) == (ActorKind.HUMAN, "101")


def test_a_correction_in_the_other_order_is_the_same_correction():
    ticket = Ticket().add(1, user=9001).add(2).remove(1)

    assert ticket.values() == [("", "wismo"), ("wismo", "refund")]


def test_a_tag_added_to_another_that_stays_replaces_it():
    assert Ticket().add(1, user=9001).add(2).values()[-1] == ("wismo", "refund")


def test_what_somebody_else_removed_is_no_previous_value():
    assert Ticket().add(1, user=9001).remove(1, user=102).add(2).values()[-1] == ("", "refund")


def test_what_was_removed_in_the_same_context_is_the_previous_value_whoever_did_it():
    ticket = Ticket().add(1).remove(1, user=None, context="c").add(2, user=None, context="c")

    assert ticket.values()[-1] == ("wismo", "refund")


def test_a_tag_that_was_there_before_the_first_event_is_the_previous_value():
    assert Ticket().remove(1).add(2).values() == [("wismo", ""), ("wismo", "refund")]


def test_a_tag_that_no_event_speaks_of_was_set_by_nobody_known():
    ticket = Ticket({"id": 1, "name": "intent__wismo"}).add(2)

    first, second = ticket.told().changes
    assert (first.event_id, first.actor.kind, first.value) == ("7:1", ActorKind.UNKNOWN, "wismo")
    assert (second.previous, second.value) == ("wismo", "refund")


def test_a_tag_that_is_no_intent_changes_nothing():
    assert Ticket().add(9).remove(9).values() == []


def test_removing_one_of_two_intents_says_nothing_of_the_other():
    assert Ticket().add(1).add(2).remove(2).values()[-1] == ("refund", "")


def test_an_intent_is_found_whatever_the_case_of_its_prefix():
    assert Ticket().add(3).values() == [("", "Other")]


def test_a_tag_that_nobody_knows_any_more_is_refused_and_not_guessed():
    ticket = Ticket().add(77).add(2, user=102)

    assert ticket.values() == [(None, ""), (None, "refund")]
    assert [reason.split(",")[0] for reason in ticket.told().refused] == ["event 1: tag 77 is not in Gorgias any more"]


def test_where_a_tag_nobody_knows_came_nobody_kept_what_was_there():
    assert Ticket().add(1, user=9001).add(77).values()[-1] == ("wismo", "")


def test_removing_a_tag_nobody_knows_leaves_the_previous_value_unknown():
    ticket = Ticket().remove(77).add(2)

    assert ticket.values() == [(None, "refund")]


def test_what_the_person_removed_counts_though_a_tag_nobody_knows_is_on_the_ticket():
    assert Ticket().add(77).add(1, user=9001).remove(1).add(2).values()[-1] == ("wismo", "refund")


def test_two_intents_at_once_are_refused():
    ticket = Ticket().add(1, user=9001).add(2, 3)

    assert ticket.values()[-1] == ("wismo", "")
    assert ticket.told().refused[0].startswith("event 2: 2 intents were set at once")


def test_our_own_account_comes_before_everything_else():
    ticket = Ticket().tell("rule-executed", user=9001, context="c").add(1, user=9001, context="c", type="system")

    assert (ticket.last().actor.kind, ticket.last().actor.id) == (ActorKind.SELF, "9001")


def test_what_a_rule_did_is_the_rules_though_it_bears_the_name_of_a_person():
    ticket = Ticket().tell("rule-executed", context="c", id=45).add(1, context="c")

    assert (ticket.last().actor.kind, ticket.last().actor.id) == (ActorKind.RULE, "45")


def test_what_set_off_a_rule_is_the_persons():
    ticket = Ticket().add(1, context="c").tell("rule-executed", context="c", id=45)

    assert ticket.last().actor.kind is ActorKind.HUMAN


def test_events_without_a_context_have_nothing_to_do_with_each_other():
    ticket = Ticket().tell("rule-executed").add(1)
    for event in ticket.events:
        event["context"] = None

    assert ticket.last().actor.kind is ActorKind.HUMAN


@pytest.mark.parametrize(
    ("user", "why", "kind", "known_as"),
    [
        (101, {"type": "system"}, ActorKind.BOT, "system"),
        (900, {}, ActorKind.BOT, "900"),
        (102, {}, ActorKind.HUMAN, "102"),
        (103, {}, ActorKind.UNKNOWN, "103"),
        (555, {}, ActorKind.UNKNOWN, "555"),
        (None, {}, ActorKind.UNKNOWN, ""),
    ],
)
def test_only_one_who_is_known_to_work_for_the_shop_is_a_person(user, why, kind, known_as):
    actor = Ticket().add(1, user=user, **why).last().actor

    assert (actor.kind, actor.id) == (kind, known_as)


def test_a_tag_that_came_with_a_merged_ticket_is_nobodys_judgement():
    ticket = Ticket().tell("ticket-merged", context="c").add(1, context="c")

    assert ticket.last().actor.kind is ActorKind.UNKNOWN


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-03-02T09:00:05Z", "2026-03-02T09:00:05.000001+00:00"),
        ("2026-03-02T09:00:05+00:00", "2026-03-02T09:00:05+00:00"),
    ],
)
def test_events_are_ordered_by_time_and_then_by_number_not_by_text(first, second):
    ticket = Ticket().add(1, user=9001).add(2)
    for event, at in zip(ticket.events, (first, second), strict=True):
        event["created_datetime"] = at
    ticket.events.reverse()

    assert ticket.values() == [("", "wismo"), ("wismo", "refund")]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-02T09:00:00.367230+00:00", START.replace(microsecond=367230)),
        ("2026-03-02T09:00:00+00:00", START),
        ("2026-03-02T09:00:00", START),
        ("2026-03-02T11:00:00+02:00", START),
        ("yesterday", None),
        ("0001-01-01T00:00:00+14:00", None),
        (None, None),
    ],
)
def test_a_time_is_read_in_every_way_gorgias_writes_it(written, meant):
    assert moment(written) == meant


def test_what_is_not_as_documented_is_passed_over():
    ticket = Ticket("a tag", {"id": 1}).add()
    ticket.events += [{"id": 8, "type": "ticket-tags-added", "data": None}, {"id": 9, "type": "ticket-tags-removed"}]

    assert ticket.told().changes == ()


STEPS = st.lists(st.tuples(st.sampled_from("12"), st.sampled_from((101, 102, 900, 9001, None))), max_size=12)


@given(steps=STEPS, order=st.randoms())
def test_the_order_and_repetition_of_events_change_nothing(steps, order):
    ticket = Ticket()
    for tag, user in steps:
        other = "21"[int(tag) - 1]
        ticket.remove(other, user=user).add(tag, user=user)
    once = ticket.told()

    ticket.events += order.sample(ticket.events, len(ticket.events) // 2)
    order.shuffle(ticket.events)

    assert ticket.told() == once
    assert len({change.event_id for change in once.changes}) == len(once.changes)


@given(steps=STEPS)
def test_every_intent_that_is_set_is_told_once_with_what_was_there_before(steps):
    ticket, held = Ticket(), ""
    expected = []
    for tag, user in steps:
        if held and held != tag:
            ticket.remove(held, user=user)
        if held != tag:
            ticket.add(tag, user=user)
            # Two whom nobody knows may be two people.
            before = TAGS[held].removeprefix("intent__") if held and user is not None else ""
            expected.append((before, TAGS[tag].removeprefix("intent__")))
        held = tag

    assert [(previous, value) for previous, value in ticket.values() if value] == expected
