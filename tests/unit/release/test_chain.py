"""The chained history: nothing in it can be touched unseen."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.records import ReleaseEvent
from ecomintent.release import chain
from ecomintent.release.timeline import champion_at

EVENT = ReleaseEvent(
    at="2026-05-04T11:30:00+00:00", event="approved", version="2", by="Zoë", reason="read", details={"weights": "ab"}
)
EVENTS = st.lists(
    st.builds(
        ReleaseEvent,
        at=st.just("2026-05-04T11:30:00+00:00"),
        event=st.sampled_from(["approved", "promoted"]),
        version=st.sampled_from("12"),
        by=st.text(max_size=3),
        reason=st.text(max_size=3),
        details=st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
    ),
    min_size=1,
    max_size=6,
)


def kept(events):
    return list(zip(events, chain.links(events)[1:], strict=True))


def test_the_link_is_a_known_one():
    # By hand: sha256sum of the line of JSON with 64 zeros, Zo\u00eb escaped, no spaces.
    assert chain.link(chain.START, EVENT) == "9887fe219e9ed3c52f1bfd74a17ad9219cd3e6949f539c735ddbef2e0a6c60b4"


@given(EVENTS)
def test_an_untouched_history_has_no_break(events):
    assert chain.breaks(kept(events)) == []


@pytest.mark.parametrize("name", [field.name for field in fields(ReleaseEvent)])
def test_every_changed_field_of_an_event_is_a_break_at_its_place(name):
    rows = kept([EVENT] * 3)
    changed = {"by": "Dana"} if name == "details" else "forged"
    rows[1] = (replace(rows[1][0], **{name: changed}), rows[1][1])

    said = chain.breaks(rows)

    assert len(said) == 1
    assert said[0].startswith(f"position 2 ({rows[1][0].event}, version {rows[1][0].version}, {rows[1][0].at})")


def test_an_event_changed_together_with_its_link_breaks_the_next_one():
    rows = kept([EVENT] * 3)
    forged = replace(EVENT, by="Mallory")
    rows[1] = (forged, chain.link(rows[0][1], forged))

    assert [said.split(" (")[0] for said in chain.breaks(rows)] == ["position 3"]


@given(EVENTS, st.data())
def test_a_removed_event_is_a_break_unless_it_was_the_last(events, data):
    rows = kept(events)
    place = data.draw(st.integers(0, len(rows) - 1))
    del rows[place]

    assert bool(chain.breaks(rows)) == (place < len(rows))


@given(EVENTS, st.data())
def test_events_that_changed_places_are_a_break(events, data):
    rows = kept(events)
    first, second = data.draw(st.tuples(*[st.integers(0, len(rows) - 1)] * 2))
    rows[first], rows[second] = rows[second], rows[first]

    assert bool(chain.breaks(rows)) == (first != second)


def test_a_link_noted_before_the_end_was_cut_off_is_not_in_the_chain_any_more():
    events = [replace(EVENT, version=number) for number in "123"]
    noted = chain.links(events)[-1]

    assert (noted in chain.links(events), noted in chain.links(events[:-1])) == (True, False)


@given(EVENTS)
def test_no_two_events_that_differ_have_the_same_digest(events):
    different = {repr(replace(event, details=dict(sorted(event.details.items())))) for event in events}

    assert len({chain.event_digest(event) for event in events}) == len(different)


def at(hour):
    return datetime(2026, 5, 4, hour, tzinfo=UTC)


def test_the_champion_of_a_moment_is_what_was_promoted_or_rolled_back_to_last():
    moves = [("promoted", "1", 8), ("approved", "2", 9), ("promoted", "2", 10), ("rolled_back", "1", 12)]
    events = [replace(EVENT, event=event, version=version, at=at(hour).isoformat()) for event, version, hour in moves]

    found = [champion_at(events, at(hour)) for hour in (7, 8, 9, 10, 11, 12, 23)]

    assert found == [None, events[0], events[0], events[2], events[2], events[3], events[3]]


def test_a_time_nobody_can_read_makes_no_champion():
    assert champion_at([replace(EVENT, event="promoted", at="soon")], at(23)) is None


def test_a_time_without_its_zone_is_utc():
    event = replace(EVENT, event="promoted", at="2026-05-04T11:30:00")

    assert (champion_at([event], at(11)), champion_at([event], at(12))) == (None, event)
