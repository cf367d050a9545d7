"""What is assumed of Freshdesk's exports, and that what does not fit is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.adapters.freshdesk_activities import Reader, Told, folded, read
from ecomintent.tickets import ActorKind

READER = Reader(
    name="freshdesk:acme",
    field_names=frozenset({"intent"}),
    agents=frozenset({"101", "9001"}),
    ours=frozenset({"9001"}),
)


def record(activity, *, at="04-05-2026 11:30:00 +0000", ticket=7, kind="user", performer=101):
    return {
        "performed_at": at,
        "ticket_id": ticket,
        "performer_type": kind,
        "performer_id": performer,
        "activity": activity,
    }


def told(*records):
    return read(records, READER, day="2026-05-04")


@pytest.mark.parametrize("name", ["cf_ticket_intent", "Ticket intent", "ticket  Intent", "CF_Ticket-Intent"])
def test_a_field_is_known_by_its_name_and_by_its_label(name):
    assert folded(name) == "ticket_intent"


@pytest.mark.parametrize(
    ("value", "new", "old"),
    [
        ("WISMO", "WISMO", None),
        (None, "", None),
        (["RETURN_REQUEST", "WISMO"], "WISMO", "RETURN_REQUEST"),
        ([None, "WISMO"], "WISMO", ""),
        (["WISMO", None], "", "WISMO"),
    ],
)
def test_a_value_is_the_new_one_or_the_old_and_the_new(value, new, old):
    [change] = told(record({"Intent": value, "status": "Open"})).changes["7"]

    assert (change.value, change.previous) == (new, old)


def test_what_a_field_held_before_is_known_from_the_change_before():
    days = told(record({"Intent": "WISMO"}, at="04-05-2026 11:30:00 +0000"))
    days.add(told(record({"Intent": "EXCHANGE_REQUEST"}, at="05-05-2026 08:00:00 +0000")))
    days.add(told(record({"Intent": ["x", "WISMO"]}, at="05-05-2026 09:00:00 +0000")))

    assert [change.previous for change in days.of("7")] == [None, "WISMO", "x"]


@pytest.mark.parametrize(
    "written",
    ["04-05-2026 11:30:00 +0000", "04-05-2026 13:30:00 +0200", "2026-05-04T11:30:00Z", "03-05-2026 23:30:00 -1200"],
)
def test_a_time_has_its_day_first(written):
    [change] = told(record({"Intent": "WISMO"}, at=written)).changes["7"]

    assert change.at == "2026-05-04T11:30:00+00:00"


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        ("a sentence", "is a str, not an object"),
        (record({"Intent": 3}), "holds a int for the intent field"),
        (record({"Intent": {"to": "WISMO"}}), "holds a dict for the intent field"),
        (record({"Intent": ["WISMO"]}), "holds a list for the intent field"),
        (record({"Intent": ["WISMO", 3]}), "holds a list for the intent field"),
        (record({"Intent": "WISMO", "cf_intent": "WISMO"}), "names the intent field twice"),
        (record(["Intent", "WISMO"]), "has no object for `activity`"),
        (record({"Intent": "WISMO"}, at=None), "has no text for `performed_at`"),
        (record({"Intent": "WISMO"}, at="31-31-2026 11:30:00 +0000"), "has a `performed_at` that is no time"),
        (record({"Intent": "WISMO"}, at="05/04/2026"), "has a `performed_at` that is no time"),
        (record({"Intent": "WISMO"}, ticket=None), "changes the intent of no ticket"),
        (record({"Intent": "WISMO"}, ticket=True), "changes the intent of no ticket"),
    ],
)
def test_what_does_not_fit_is_refused_and_the_rest_is_read(bad, fault):
    found = told(record({"Intent": "WISMO"}), bad, record({"Intent": "OTHER"}, at="04-05-2026 12:00:00 +0000"))

    assert [change.value for change in found.changes["7"]] == ["WISMO", "OTHER"]
    [row] = found.refused
    assert row.reason.startswith(f"an activity of 2026-05-04 {fault}")
    assert (row.file, row.line, row.excerpt) == ("freshdesk:acme", 0, "")


def test_an_activity_of_another_field_is_nothing_but_a_time():
    found = told(record({"status": "Open", "note": {"id": 1}, "Intention": 3}))

    assert found == Told(first="2026-05-04T11:30:00+00:00", last="2026-05-04T11:30:00+00:00")


@pytest.mark.parametrize(
    ("kind", "performer", "more", "actor"),
    [
        ("user", 101, {}, ActorKind.HUMAN),
        ("agent", "101", {}, ActorKind.HUMAN),
        ("user", 5001, {}, ActorKind.UNKNOWN),
        ("user", None, {}, ActorKind.UNKNOWN),
        ("user", 9001, {}, ActorKind.SELF),
        ("user", 9001, {"automation": {}}, ActorKind.SELF),
        ("user", 101, {"automation": {}}, ActorKind.RULE),
        ("system", None, {}, ActorKind.RULE),
        ("System", 101, {}, ActorKind.RULE),
        ("bot", 101, {}, ActorKind.BOT),
        ("oracle", 101, {}, ActorKind.UNKNOWN),
        (None, 101, {}, ActorKind.UNKNOWN),
    ],
)
def test_a_person_is_only_who_is_proven_to_be_one(kind, performer, more, actor):
    [change] = told(record({"Intent": "WISMO", **more}, kind=kind, performer=performer)).changes["7"]

    assert change.actor.kind is actor


RECORDS = st.lists(
    st.builds(
        record,
        st.fixed_dictionaries({"Intent": st.sampled_from(["WISMO", "OTHER"])}),
        at=st.sampled_from(["04-05-2026 11:30:00 +0000", "04-05-2026 11:30:01 +0000"]),
        performer=st.sampled_from([101, 102]),
    ),
    max_size=12,
)


@given(records=RECORDS)
def test_every_record_has_a_name_of_its_own_which_is_the_same_at_every_reading(records):
    names = [change.event_id for change in told(*records).changes.get("7", ())]

    assert len(set(names)) == len(records)
    assert names == [change.event_id for change in told(*records).changes.get("7", ())]


@given(earlier=RECORDS, later=RECORDS)
def test_a_record_that_two_exports_hold_is_one_change(earlier, later):
    both = told(*earlier)
    both.add(told(*later))
    both.add(told(*later))

    union = {change.event_id for records in (earlier, later) for change in told(*records).changes.get("7", ())}
    assert sorted(change.event_id for change in both.of("7")) == sorted(union)
    assert [change.at for change in both.of("7")] == sorted(change.at for change in both.of("7"))
