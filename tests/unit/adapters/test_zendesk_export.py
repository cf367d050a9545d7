"""Zendesk's export of changed tickets: limits, cursors that expire, circles and kills."""

import json

import httpx
import pytest

from ecomintent.errors import SourceError
from tests.unit.adapters.zendesk_desk import EXPORT, Desk, audits_of, told


@pytest.fixture
def desk():
    return Desk()


def test_the_limit_of_ten_exports_a_minute_is_waited_for_as_long_as_it_asks(desk):
    for _ in range(60):
        desk.twin.open("where is it")
    before = desk.twin.clock.now + 61

    pages = desk.read()

    assert told(pages) == [str(n) for n in sorted(desk.twin.rows)]
    assert desk.twin.asked.count(EXPORT) > 12
    assert 60 <= desk.twin.clock.now - before < 120
    assert desk.twin.impatient == 0


def test_what_happened_in_the_last_minute_is_told_by_the_next_sync(desk):
    first = desk.twin.open("where is it")
    desk.twin.clock.sleep(61)
    second = desk.twin.open("and where is this")

    pages = list(desk.pages())
    later = desk.read(pages[-1].mark)

    assert told(pages) == [first]
    assert told(later)[-1] == second


def test_a_start_within_the_last_minute_has_nothing_to_tell_yet_and_is_no_fault(desk):
    desk.twin.open("where is it")
    now = desk.twin.clock.iso().replace("Z", "+00:00")

    assert list(desk.pages(since=now)) == []


def test_a_quiet_account_costs_one_request_and_leaves_the_mark_alone(desk):
    desk.twin.open("where is it")
    [page] = desk.read()

    again = desk.read(page.mark)

    assert again == []
    assert desk.twin.asked == [EXPORT]


def test_a_ticket_that_two_pages_of_the_export_tell_of_is_asked_for_once(desk):
    for _ in range(7):
        desk.twin.open("where is it")

    pages = desk.read()

    assert len(told(pages)) == 7
    assert [desk.twin.asked.count(audits_of(ticket)) for ticket in desk.twin.rows] == [1] * 7


def test_a_system_update_that_leaves_updated_at_alone_is_a_change_all_the_same(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.clock.sleep(3600)
    since = desk.twin.clock.iso().replace("Z", "+00:00")
    desk.twin.touch(ticket)

    pages = desk.read(since=since)

    assert desk.twin.rows[int(ticket)]["updated_at"] < since
    assert told(pages) == [ticket]


def test_an_expired_cursor_costs_a_repetition_and_loses_nothing(desk):
    first = desk.twin.open("where is it")
    [page] = desk.read()
    missed = desk.twin.open("and where is this")
    desk.twin.clock.sleep(100 * 86_400)
    last = desk.twin.open("and where is that")

    pages = desk.read(page.mark)

    assert told(pages) == [first, missed, last]
    assert desk.read(pages[-1].mark) == []


def test_an_expired_cursor_does_not_start_all_over(desk):
    desk.twin.open("where is it")
    desk.twin.clock.sleep(30 * 86_400)
    newest = desk.twin.open("and where is this")
    [page] = desk.read()
    desk.twin.clock.sleep(30 * 86_400)

    assert told(desk.read(page.mark)) == [newest]


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_any_answer_by_which_zendesk_may_say_that_a_cursor_expired_is_understood(desk, status):
    first = desk.twin.open("where is it")
    [page] = desk.read()
    desk.instead[EXPORT] = [httpx.Response(status, json={"error": "InvalidCursor"})]

    assert told(desk.read(page.mark)) == [first]


def test_an_export_that_goes_round_in_a_circle_is_left_with_an_error(desk):
    desk.twin.open("where is it")
    [page] = desk.read()
    body = {"tickets": [{"id": 1}], "after_cursor": json.loads(page.mark)["cursor"], "end_of_stream": False}
    desk.instead[EXPORT] = [httpx.Response(200, json=body) for _ in range(50)]

    with pytest.raises(SourceError, match="says that there is more, and gives no cursor to it"):
        desk.read(page.mark)

    assert len(desk.instead[EXPORT]) == 49


def test_an_export_that_has_nothing_and_does_not_say_that_it_ended_is_left_quietly(desk):
    desk.twin.open("where is it")
    [page] = desk.read()
    body = {"tickets": [], "after_cursor": None, "end_of_stream": False}
    desk.instead[EXPORT] = [httpx.Response(200, json=body) for _ in range(50)]

    assert desk.read(page.mark) == []
    assert len(desk.instead[EXPORT]) == 49


def test_a_kill_within_an_export_page_loses_25_tickets_at_most_though_its_tickets_move(desk):
    desk.twin.rows_at_once = 100
    tickets = [desk.twin.open("where is it") for _ in range(60)]
    desk.twin.clock.sleep(61)
    killed = next(desk.pages())

    # Two of those stored and one of those to come leave their places in the answer.
    for ticket in (tickets[0], tickets[24], tickets[40]):
        desk.twin.correct(ticket, "WISMO", "101")
    pages = desk.read(killed.mark)

    assert told([killed]) == tickets[:25]
    assert told(pages) == [*tickets[25:40], *tickets[41:], tickets[0], tickets[24], tickets[40]]


def test_a_kill_loses_nothing_of_an_export_whose_rows_come_in_any_order(desk):
    desk.twin.rows_at_once = 100
    tickets = [desk.twin.open("where is it") for _ in range(30)]
    body = {"tickets": list(desk.twin.rows.values())[::-1], "after_cursor": "c", "end_of_stream": True}
    desk.instead[EXPORT] = [httpx.Response(200, json=body)]
    killed = next(desk.pages())

    pages = desk.read(killed.mark)

    assert sorted(told([killed, *pages]), key=int) == tickets
