"""A helpdesk's ticket becomes events: text cleaned and redacted, each change on its rung, or refused with a reason.

Over 250 lines: one ticket, changed in one way for each rule of the intake.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.labels.exclusion import WHY
from ecomintent.labels.intake import take
from ecomintent.labels.ladder import provenance
from ecomintent.labels.rules import Include, Rules, value_key
from ecomintent.records import EventKind, Provenance
from ecomintent.taxonomy import NAMES
from ecomintent.tickets import Actor, ActorKind, Change, Message, Ticket

AT = "2026-05-04T{}:00:00Z"
DANA = Actor(kind=ActorKind.HUMAN, id="101")
US = Actor(kind=ActorKind.SELF, id="9001")
RULE = Actor(kind=ActorKind.RULE, id="r7")
NOBODY = Actor(kind=ActorKind.UNKNOWN, id="")


def said(body, *, author="customer", hour="09", html=False, public=True):
    return Message(author=author, body=body, is_html=html, created_at=AT.format(hour), public=public)


def change(number, value, *, actor=DANA, hour="10", previous=""):
    return Change(event_id=f"e{number}", at=AT.format(hour), actor=actor, value=value, previous=previous)


TICKET = Ticket(
    ticket_id="77",
    created_at=AT.format("09"),
    subject="",
    messages=(said("my parcel is three days late"),),
    changes=(),
    requester="customer 5",
    channel="email",
)
RULES = Rules(
    source="zendesk",
    account="acme",
    intents={value_key(name): name for name in NAMES} | {"late": "WISMO"},
    redact=lambda text: text.replace("Dana", "<NAME>"),
    pseudonym=lambda customer: f"hash({customer})",
    in_frozen_set=lambda text: text == "a frozen ticket about my parcel",
)


def labels(taken):
    return [(e.intent, e.provenance, e.agent) for e in taken.events if e.kind in (EventKind.CORRECTED, "confirmed")]


@pytest.mark.parametrize(
    ("actor", "previous", "rung"),
    [
        (ActorKind.HUMAN, "WISMO", Provenance.CONFIRMED),
        (ActorKind.HUMAN, "OTHER", Provenance.EDITED),
        (ActorKind.HUMAN, "", Provenance.SET_FROM_BLANK),
        (ActorKind.HUMAN, None, Provenance.SET_FROM_BLANK),
        (ActorKind.RULE, "WISMO", Provenance.RULE),
        (ActorKind.BOT, "WISMO", Provenance.BOT),
        (ActorKind.SELF, "WISMO", Provenance.OWN),
        (ActorKind.UNKNOWN, "WISMO", None),
    ],
)
def test_who_set_a_label_on_top_of_what_decides_its_rung(actor, previous, rung):
    assert provenance(actor, "WISMO", previous) is rung


def test_a_ticket_is_seen_with_its_text_its_customer_as_a_hash_and_its_channel():
    [seen] = take(TICKET, RULES).events

    assert (seen.kind, seen.source_event, seen.at) == (EventKind.SEEN, "77:seen", "2026-05-04T09:00:00+00:00")
    assert (seen.text, seen.requester, seen.channel) == ("my parcel is three days late", "hash(customer 5)", "email")


def test_the_text_is_the_first_public_message_of_the_customer_cleaned_and_redacted():
    messages = (
        said("when will it come?", hour="12"),
        said("<p>the jug is <b>broken</b>, says Dana</p>", hour="11", html=True),
        said("note to self", author="agent", hour="08"),
        said("hidden", hour="07", public=False),
    )

    [seen] = take(replace(TICKET, messages=messages), RULES).events

    assert seen.text == "the jug is broken, says <NAME>"


def test_a_subject_stands_above_the_message_unless_the_message_begins_with_it():
    with_subject = replace(TICKET, subject="Order late")
    repeated = replace(TICKET, subject="my parcel")

    assert take(with_subject, RULES).events[0].text == "Order late\nmy parcel is three days late"
    assert take(repeated, RULES).events[0].text == "my parcel is three days late"


def test_every_change_is_an_event_under_its_own_id_with_agent_and_what_was_there_before():
    changes = (
        change(1, "OTHER", actor=US),
        change(2, "return-request", hour="11", previous="other"),
        change(3, "Late", hour="12", previous="return_request", actor=replace(DANA, macro="m1")),
    )

    taken = take(replace(TICKET, changes=changes), RULES)

    assert [(e.source_event, e.kind.value, e.intent, e.previous_intent, e.macro) for e in taken.events[1:]] == [
        ("e1", "predicted", "OTHER", "", ""),
        ("e2", "corrected", "RETURN_REQUEST", "OTHER", ""),
        ("e3", "corrected", "WISMO", "RETURN_REQUEST", "m1"),
    ]
    assert labels(taken) == [
        ("RETURN_REQUEST", Provenance.EDITED, "101"),
        ("WISMO", Provenance.EDITED, "101"),
    ]
    assert taken.refused == ()


def test_a_person_who_sets_what_was_there_confirms_it():
    taken = take(replace(TICKET, changes=(change(1, "WISMO", previous="wismo"),)), RULES)

    assert [(e.kind, e.provenance) for e in taken.events[1:]] == [(EventKind.CONFIRMED, Provenance.CONFIRMED)]


def test_our_own_answer_is_a_prediction_and_no_label():
    taken = take(replace(TICKET, changes=(change(1, "WISMO", actor=US),)), RULES)

    assert labels(taken) == []
    assert taken.events[1].provenance is Provenance.OWN
    assert taken.events[1].agent == ""


def test_our_answer_that_stood_when_the_ticket_was_closed_is_unchanged():
    closed = replace(TICKET, changes=(change(1, "WISMO", actor=US),), closed_at=AT.format("18"))

    assert labels(take(closed, RULES)) == [("WISMO", Provenance.UNCHANGED, "")]


@pytest.mark.parametrize("last", [change(2, "OTHER", previous="WISMO", hour="11"), change(2, "", hour="11")])
def test_an_answer_that_somebody_changed_or_cleared_is_not_unchanged(last):
    closed = replace(TICKET, changes=(change(1, "WISMO", actor=US), last), closed_at=AT.format("18"))

    assert Provenance.UNCHANGED not in {e.provenance for e in take(closed, RULES).events}


def test_an_answer_given_after_closing_is_not_unchanged():
    closed = replace(TICKET, changes=(change(1, "WISMO", actor=US, hour="19"),), closed_at=AT.format("18"))

    assert labels(take(closed, RULES)) == []


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (change(1, "WISMO", actor=NOBODY), "nobody knows who set the label"),
        (change(1, "priority"), "'priority' is no intent in the map of zendesk:acme"),
    ],
)
def test_an_unknown_actor_or_value_ends_in_quarantine_and_the_rest_is_kept(made, reason):
    taken = take(replace(TICKET, changes=(made, change(2, "OTHER", hour="12"))), RULES)

    assert labels(taken) == [("OTHER", Provenance.SET_FROM_BLANK, "101")]
    [refused] = taken.refused
    assert reason in refused.reason
    assert (refused.file, refused.ticket_id) == ("zendesk:acme", "77")


def test_a_deleted_ticket_is_one_event_without_text_whatever_else_it_tells():
    gone = replace(TICKET, changes=(change(1, "WISMO"),), deleted_at=AT.format("20"), messages=())

    [event] = take(gone, RULES).events

    assert (event.kind, event.text, event.source_event) == (EventKind.DELETED, "", "77:deleted")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "empty"),
        ("This is an automated reply. Do not answer.", "auto_reply"),
        ("Guten Tag, wo bleibt denn meine Bestellung von letzter Woche, bitte?", "not_english"),
        ("a frozen ticket about my parcel", "frozen"),
    ],
)
def test_a_text_that_is_not_to_be_learned_from_is_counted_and_its_labels_are_told_of(body, reason):
    unlabelled = take(replace(TICKET, messages=(said(body),)), RULES)
    labelled = take(replace(TICKET, messages=(said(body),), changes=(change(1, "WISMO"),)), RULES)

    assert (unlabelled.events, unlabelled.refused, unlabelled.left_out) == ((), (), reason)
    assert (labelled.events, labelled.left_out) == ((), reason)
    assert [row.reason for row in labelled.refused] == [WHY[reason]]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({}, True),
        ({"statuses": {"closed"}}, True),
        ({"statuses": {"open"}}, False),
        ({"channels": {"chat"}}, False),
        ({"brands": {"b1", "b2"}}, True),
        ({"tags": {"vip", "x"}}, True),
        ({"tags": {"x"}}, False),
        ({"without_tags": {"vip"}}, False),
        ({"created_from": "2026-05-04T09:00:00+00:00"}, True),
        ({"created_from": "2026-05-04T09:00:01+00:00"}, False),
        ({"created_before": "2026-05-04T09:00:00+00:00"}, False),
    ],
)
def test_filters_leave_tickets_out_and_count_them(filters, wanted):
    include = Include(
        **{name: value if isinstance(value, str) else frozenset(value) for name, value in filters.items()}
    )
    ticket = replace(TICKET, status="closed", brand="b1", tags=("vip",), changes=(change(1, "WISMO"),))

    taken = take(ticket, replace(RULES, include=include))

    assert taken.left_out == ("" if wanted else "filtered")
    assert bool(taken.events) is wanted


@pytest.mark.parametrize(
    "broken",
    [
        {"ticket_id": ""},
        {"ticket_id": "x" * 300},
        {"created_at": "yesterday"},
        {"closed_at": "-0044-03-15"},
        {"changes": (change(1, "WISMO", hour="99"),)},
        {"changes": (replace(change(1, "WISMO"), event_id="e\0"),)},
        {"changes": (change(1, "WISMO", actor=replace(DANA, id="\x1b[2J")),)},
        {"channel": "e" * 999},
    ],
)
def test_a_ticket_that_is_malformed_ends_in_quarantine_with_one_line(broken):
    taken = take(replace(TICKET, **broken), RULES)

    assert taken.events == ()
    [refused] = taken.refused
    assert len(refused.reason.splitlines()) == 1


WORDS = st.text(max_size=30)
CHANGES = st.builds(
    Change,
    event_id=st.uuids().map(str),
    at=st.sampled_from([AT.format("10"), AT.format("11"), "", "rubbish"]),
    actor=st.builds(Actor, kind=st.sampled_from(ActorKind), id=WORDS),
    value=st.sampled_from(["", "WISMO", "late", "what"]) | WORDS,
    previous=st.none() | WORDS,
)
MESSAGES = st.builds(
    Message,
    author=st.sampled_from(["customer", "agent", "bot", "system"]),
    body=WORDS,
    is_html=st.booleans(),
    created_at=st.sampled_from(["", AT.format("09")]),
    public=st.booleans(),
)
TICKETS = st.builds(
    replace,
    st.just(TICKET),
    ticket_id=st.sampled_from(["77", ""]) | WORDS,
    subject=WORDS,
    messages=st.lists(MESSAGES, max_size=3).map(tuple),
    changes=st.lists(CHANGES, max_size=4).map(tuple),
    closed_at=st.sampled_from(["", AT.format("18")]),
)


@given(TICKETS)
def test_whatever_a_ticket_holds_each_set_value_is_an_event_or_refused_and_twice_is_the_same(ticket):
    taken = take(ticket, RULES)

    assert taken == take(ticket, RULES)
    named = {event.source_event for event in taken.events}
    kept = sum(one.event_id in named for one in ticket.changes)
    assert kept == sum(bool(one.value.strip()) for one in ticket.changes) or taken.refused or taken.left_out
    assert len(named) == len(taken.events)
