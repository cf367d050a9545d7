"""Freshdesk's list of tickets: every one is read, from where a sync stopped; deleted ones lose their text."""

import pytest

from ecomintent.adapters import syncing
from ecomintent.errors import SourceError
from ecomintent.records import EventKind
from tests.twins.day import TEXTS, rules_of
from tests.twins.twin import DAY
from tests.unit.adapters.freshdesk_desk import Desk


def test_the_first_sync_lists_tickets_older_than_a_month():
    desk = Desk()
    desk.opened(1)
    desk.twin.clock.sleep(45 * DAY)

    desk.sync()

    assert desk.seen() == {"1"}


def test_more_tickets_than_pages_are_allowed_are_all_read():
    desk = Desk()
    desk.twin.page_size, desk.twin.page_cap = 2, 3
    desk.opened(20, every=1.0)

    desk.sync()

    assert len(desk.seen()) == 20


@pytest.mark.parametrize("includes_second", [True, False])
def test_tickets_of_one_second_are_all_read_across_the_edges_of_pages(includes_second):
    desk = Desk()
    desk.twin.includes_second = includes_second
    desk.opened(2, every=5.0)
    desk.opened(8)
    desk.opened(2, every=5.0)

    desk.sync()

    assert len(desk.seen()) == 12


@pytest.mark.parametrize("includes_second", [True, False])
def test_a_ticket_of_the_second_in_which_the_last_sync_stopped_is_read_by_the_next(includes_second):
    desk = Desk()
    desk.twin.includes_second = includes_second
    desk.opened(1)
    desk.sync()
    desk.opened(1)

    desk.sync()

    assert desk.seen() == {"1", "2"}


def test_a_ticket_updated_while_pages_are_read_hides_no_other():
    desk = Desk()
    desk.opened(9, every=10.0)

    def and_the_first_moves(request):
        answer = desk.twin.handle(request)
        if request.url.path.endswith("/tickets") and request.url.params.get("include"):
            desk.twin.clock.sleep(1)
            desk.twin.touch("1")
        return answer

    desk.handle = and_the_first_moves
    pages = desk.connector().pages("", since="")
    told = [ticket.ticket_id for _, page in zip(range(6), pages, strict=False) for ticket in page.tickets]

    assert set(told) == set(map(str, desk.twin.tickets))


def test_more_tickets_in_one_second_than_pages_are_allowed_end_in_one_line():
    desk = Desk()
    desk.twin.page_cap = 2
    desk.opened(10)

    with pytest.raises(SourceError, match=r"^freshdesk:acme: page 3 of the tickets .*300 pages") as caught:
        desk.sync()

    assert "\n" not in str(caught.value)


def test_a_limit_is_waited_for_as_long_as_it_asks():
    desk = Desk()
    desk.twin.limit.count = 2
    desk.opened(20, every=1.0)
    started = desk.twin.clock.now

    desk.sync()

    assert len(desk.seen()) == 20
    assert desk.twin.impatient == 0
    assert desk.twin.clock.now - started > 60


def test_deleted_tickets_and_spam_lose_their_text():
    desk = Desk()
    desk.opened(2)
    desk.sync()
    for ticket in ("1", "2"):
        desk.twin.delete(ticket)

    desk.sync()

    assert [ticket["spam"] for ticket in desk.twin.tickets.values()] == [True, False]
    for ticket in ("1", "2"):
        story = desk.store.story(ticket)
        assert EventKind.DELETED in [event.kind for event in story]
        assert {event.text for event in story} == {""}


def test_nothing_that_a_deleted_ticket_says_is_asked_for():
    desk = Desk()
    desk.opened(1)

    desk.sync()

    assert {params.get("filter") for params in desk.listings() if "include" in params} == {None}
    assert {params.get("filter") for params in desk.listings()} == {None, "deleted", "spam"}


def test_a_ticket_is_told_in_words_where_freshdesk_has_numbers():
    desk = Desk()
    desk.twin.open("<p>where is it</p>", source=9)
    desk.twin.tickets[1] |= {"status": 3, "product_id": 77, "tags": ["vip"]}

    [ticket] = next(desk.connector().pages("", since="")).tickets

    assert (ticket.channel, ticket.status, ticket.brand, ticket.tags) == ("feedback_widget", "pending", "77", ("vip",))
    assert (ticket.requester, ticket.created_at) == ("5001", "2026-03-02T09:00:00Z")
    assert [(m.body, m.is_html, m.author) for m in ticket.messages] == [("where is it", False, "customer")]


def test_a_status_and_a_channel_of_the_shop_s_own_keep_their_number():
    desk = Desk()
    desk.twin.open(TEXTS[0], source=101)
    desk.twin.tickets[1]["status"] = 8

    [ticket] = next(desk.connector().pages("", since="")).tickets

    assert (ticket.channel, ticket.status) == ("101", "8")


def test_what_the_shop_wrote_to_a_customer_is_not_taken_for_the_customer_s_words():
    desk = Desk()
    desk.twin.open("we have news of your order", source=10)

    assert desk.sync().left_out == {"empty": 1}


def test_a_first_sync_from_a_time_on_lists_no_ticket_that_was_last_updated_before():
    desk = Desk()
    desk.at(3, 9)
    desk.opened(1)
    desk.twin.correct("1", "WISMO", "101")
    desk.at(3, 9.5)
    desk.opened(1)
    desk.twin.correct("2", "WISMO", "101")
    desk.at(5, 14)

    syncing.sync(desk.connector(), rules_of(desk.twin), desk.store, since="2026-03-03T09:15:00+00:00")

    assert (desk.seen(), desk.labels()) == ({"2"}, [("2", "WISMO", "set_from_blank")])


def test_a_first_sync_asks_for_no_export_that_is_kept_no_longer():
    desk = Desk(activities_days="10")
    desk.opened(1)
    desk.twin.clock.sleep(100 * DAY)

    desk.sync()

    asked = [r.url.params["created_at"] for r in desk.twin.requests if r.url.path.endswith("ticket_activities")]
    assert min(asked) == "2026-05-31"


def test_a_sync_killed_while_it_lists_for_some_days_goes_on_where_it_was_and_for_these_days():
    desk = Desk()
    desk.opened(8, every=60.0)
    desk.at(2, 11)
    for ticket in map(str, desk.twin.tickets):
        desk.twin.correct(ticket, "WISMO", "101")
        desk.twin.clock.sleep(60)
    desk.at(3, 14)
    killed, *_ = desk.connector().pages("", since="")
    desk.at(3, 15)
    desk.twin.correct("1", "RETURN_REQUEST", "102")
    desk.at(6, 14)

    resumed = [ticket for page in desk.connector().pages(killed.mark, since="") for ticket in page.tickets]
    desk.settle()

    assert [ticket.ticket_id for ticket in killed.tickets] == ["1", "2", "3"]
    assert [ticket.ticket_id for ticket in resumed][:3] == ["3", "4", "5"]
    assert {ticket.ticket_id for ticket in resumed if ticket.changes} == {"1", "3", "4", "5", "6", "7", "8"}
    assert ("1", "RETURN_REQUEST", "edited") in desk.labels()
