"""Gorgias' lists: cursors that expire, rows that move, tags and users that are newer than their lists."""

import json
from itertools import repeat

import pytest

from ecomintent.errors import SourceError
from ecomintent.records import EventKind
from tests.fakes.labels import FakeLabelStore
from tests.twins.gorgias import LEAD, GorgiasTwin
from tests.twins.gorgias_api import iso
from tests.twins.twin import TwinClock
from tests.unit.adapters.gorgias_account import mark_of, opened, pages, sync, tickets


@pytest.fixture
def twin():
    """An account whose list of tickets is up to date, and in which nothing moves by itself."""
    found = GorgiasTwin(TwinClock(), "acme")
    found.api.lags, found.api.moves = repeat(0.0), 0
    return found


def test_a_list_whose_cursor_expired_is_read_from_its_top_again(twin):
    names = opened(twin, 8)
    late = [True]

    def handle(request):
        if late and "cursor" in request.url.params:
            twin.clock.sleep(twin.api.lives + late.pop())
        return twin.handle(request)

    assert set(tickets(twin, handle=handle)) == set(names)
    assert twin.api.asked.count("tickets") == 3 + 2


def test_cursors_that_always_expire_end_the_sync_in_one_line(twin):
    opened(twin, 8)
    twin.api.lives = -1.0

    with pytest.raises(SourceError, match=r"^gorgias:acme: the list 'tickets' broke off 10 times") as caught:
        pages(twin)
    assert len(str(caught.value).splitlines()) == 1


def test_no_cursor_is_kept_in_the_mark(twin):
    opened(twin, 8)

    assert json.loads(mark_of(twin)) == {"updated": twin.api.tickets[1008]["updated_datetime"]}


def test_a_ticket_that_moved_while_the_list_was_read_comes_with_the_next_sync(twin):
    oldest, *_ = opened(twin, 8)
    twin.api.moves = 1
    store = FakeLabelStore()

    assert sync(twin, store).tickets == 7
    sync(twin, store)

    assert [event.kind for event in store.story(oldest)] == [EventKind.SEEN]


def test_an_update_that_the_list_shows_late_is_not_overtaken_by_the_mark(twin):
    late, other = opened(twin, 2, wait=400.0)
    mark = mark_of(twin)
    twin.api.lags = iter((30.0, 0.0))
    twin.correct(late, "OTHER", "102")
    twin.clock.sleep(5.0)
    twin.touch(other)
    twin.api.events = [event for event in twin.api.events if event["object_id"] != int(late)]
    [page] = pages(twin, mark)
    assert [ticket.ticket_id for ticket in page.tickets] == [other]

    twin.clock.sleep(30.0)

    assert late in tickets(twin, mark=page.mark)


def test_one_row_out_of_order_does_not_end_the_list(twin):
    _, newest = opened(twin, 2, wait=400.0)
    mark = mark_of(twin)
    twin.clock.sleep(10_000.0)

    # The twin swaps the first two rows of every page: the old ticket comes before the one that changed.
    twin.api.update(int(newest))

    assert set(tickets(twin, mark=mark)) == {newest}


def test_names_and_events_are_read_to_the_end_of_their_lists(twin):
    twin.api.page |= {"events": 2, "tags": 2, "users": 2}
    [ticket] = opened(twin)
    for intent, agent in (("OTHER", "101"), ("WISMO", "102"), ("OTHER", "103"), ("WISMO", "101")):
        twin.correct(ticket, intent, agent)

    changes = [change for change in tickets(twin)[ticket].changes if change.value]

    assert [(change.value, change.actor.id) for change in changes] == [
        ("other", "101"),
        ("wismo", "102"),
        ("other", "103"),
        ("wismo", "101"),
    ]
    assert {change.actor.kind.value for change in changes} == {"human"}


def test_reading_stops_at_the_mark(twin):
    opened(twin, 40, wait=400.0)
    mark = mark_of(twin)
    twin.api.asked.clear()

    pages(twin, mark)

    assert twin.api.asked.count("tickets") == 2


def test_pages_come_oldest_first_and_a_mark_covers_what_came_before_it(twin):
    names = opened(twin, 60, wait=400.0)
    twin.api.page["tickets"] = 100

    first, second, third = pages(twin)

    assert [ticket.ticket_id for page in (first, second, third) for ticket in page.tickets] == names
    assert [page.total for page in (first, second, third)] == [60, 60, 60]
    assert list(tickets(twin, mark=first.mark)) == names[24:]
    assert list(tickets(twin, mark=second.mark)) == names[49:]


def test_an_unchanged_account_leaves_the_mark_as_it_is(twin):
    opened(twin, 3)
    mark = mark_of(twin)
    twin.clock.sleep(86_400.0)

    assert {page.mark for page in pages(twin, mark)} == {mark}


def test_a_ticket_from_the_future_does_not_carry_the_mark_with_it(twin):
    odd, usual = opened(twin, 2)
    twin.api.places[int(odd)].now += 400 * 86_400 * 1_000_000
    twin.api.tickets[int(odd)]["updated_datetime"] = iso(twin.api.places[int(odd)].now)

    assert json.loads(mark_of(twin)) == {"updated": twin.api.tickets[int(usual)]["updated_datetime"]}


def test_a_tag_is_read_even_if_it_did_not_move_its_ticket(twin):
    ticket, _ = opened(twin, 2, wait=400.0)
    mark = mark_of(twin)
    twin.set_tag(int(ticket), "intent__refund", user_id=LEAD)

    [change] = tickets(twin, mark=mark)[ticket].changes

    assert change.value == "refund"


def test_tags_and_users_newer_than_their_lists_are_asked_for_one_by_one(twin):
    [first] = opened(twin)
    twin.correct(first, "OTHER", "102")
    twin.clock.sleep(60.0)
    [second] = opened(twin)

    def handle(request):
        answer = twin.handle(request)
        if request.url.path == "/api/users":
            twin.api.users[104] = "agent"
            twin.correct(second, "WISMO", "104")
        return answer

    [change] = tickets(twin, handle=handle)[second].changes

    assert (change.value, change.actor.kind, change.actor.id) == ("wismo", "human", "104")
    assert [path.split("/")[0] for path in twin.api.asked if path.startswith(("tags/", "users/"))] == ["tags", "users"]


def test_a_deleted_tag_is_reported_with_its_ticket_and_stops_nothing(twin):
    bad, good = opened(twin, 2)
    twin.set_tag(int(bad), "intent__old", user_id=LEAD)
    twin.unset_tag(int(bad), "intent__old", user_id=LEAD)
    twin.forget("intent__old")
    twin.correct(good, "OTHER", "102")
    store = FakeLabelStore()

    done = sync(twin, store)

    assert (done.refused, done.tickets) == (1, 2 + 1)
    [row] = store.quarantine()
    assert (row.file, row.ticket_id, row.excerpt) == ("gorgias:acme", bad, "")
    assert "is not in Gorgias any more" in row.reason
    assert [c.ticket_id for c in store.corrections()] == [good]
