"""Freshdesk's traps, one by one, on its twin."""

import logging
from datetime import UTC, datetime

import httpx
import pytest

from ecomintent.adapters import syncing
from ecomintent.errors import InputError, SourceError
from ecomintent.records import EventKind, Provenance
from tests.fakes.labels import FakeLabelStore
from tests.twins.day import TEXTS, rules_of
from tests.twins.freshdesk import FILES, HOUR, FreshdeskTwin
from tests.twins.twin import DAY, TwinClock


class Desk:
    """An account on its first day, and syncs into a store."""

    def __init__(self, **options):
        self.twin = FreshdeskTwin(TwinClock(), "acme")
        self.store = FakeLabelStore()
        self.options = options
        self.handle = self.twin.handle

    def at(self, day, hour):
        """Let time pass until the hour of a day in March 2026."""
        self.twin.clock.now = max(self.twin.clock.now, datetime(2026, 3, day, tzinfo=UTC).timestamp() + hour * HOUR)

    def connector(self, **options):
        transport = httpx.MockTransport(self.handle)
        return self.twin.connector(transport, self.twin.clock.sleep, **self.options, **options)

    def sync(self, **options):
        return syncing.sync(self.connector(**options), rules_of(self.twin), self.store)

    def settle(self):
        """Sync once everything has long been exported."""
        self.twin.clock.sleep(4 * DAY)
        return self.sync()

    def labels(self):
        return [(c.ticket_id, c.intent, c.provenance.value) for c in self.store.corrections()]

    def seen(self):
        return {ticket for ticket in map(str, self.twin.tickets) if self.store.story(ticket)}

    def opened(self, number, *, every=0.0):
        """Open some tickets, so many seconds apart."""
        for _ in range(number):
            self.twin.open(TEXTS[0])
            self.twin.clock.sleep(every)

    def listings(self):
        return [request.url.params for request in self.twin.requests if request.url.path.endswith("/tickets")]


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


def test_a_row_that_is_no_ticket_is_refused_and_the_others_are_read():
    desk = Desk()
    desk.opened(2)
    desk.twin.tickets[1]["id"] = None

    [page, *_] = desk.connector().pages("", since="")

    assert [ticket.ticket_id for ticket in page.tickets] == ["2"]
    [row] = page.refused
    assert (row.file, row.line, row.excerpt) == ("freshdesk:acme", 0, "")
    assert "has no id" in row.reason


def test_an_answer_that_is_no_list_ends_in_one_line():
    desk = Desk()
    desk.handle = lambda request: httpx.Response(200, json={"description": "welcome"})

    with pytest.raises(SourceError, match=r"^freshdesk:acme: an answer is no list; check that `url`"):
        desk.sync()


def test_today_s_export_is_not_taken_for_the_whole_day():
    desk = Desk()
    desk.opened(2)
    desk.at(2, 11)
    desk.twin.correct("1", "WISMO", "101")
    desk.at(3, 9)
    desk.sync()
    desk.twin.correct("1", "RETURN_REQUEST", "102")
    desk.at(3, 9.5)
    desk.twin.touch("2")
    desk.sync()
    desk.at(3, 11)
    desk.twin.touch("2")

    desk.settle()

    assert [intent for _, intent, _ in desk.labels()] == ["WISMO", "RETURN_REQUEST"]


def test_an_export_that_is_not_there_yet_is_asked_for_again():
    desk = Desk()
    desk.opened(1)
    desk.at(2, 11)
    desk.twin.correct("1", "WISMO", "101")
    desk.at(3, 12.5)
    desk.sync()
    assert desk.labels() == []
    desk.at(3, 14)

    desk.sync()

    assert desk.labels() == [("1", "WISMO", "set_from_blank")]


def test_an_export_is_read_whether_it_comes_as_a_list_or_as_an_object():
    desk = Desk()
    desk.opened(1)
    for day, intent in ((2, "WISMO"), (3, "RETURN_REQUEST"), (4, "WISMO")):
        desk.at(day, 11)
        desk.twin.correct("1", intent, "101")

    desk.settle()

    assert len(desk.labels()) == 3


def test_the_file_of_an_export_is_fetched_without_the_key():
    desk = Desk()
    desk.opened(1)

    desk.settle()

    fetched = [request for request in desk.twin.requests if request.url.host == FILES]
    assert fetched
    assert not [request for request in fetched if "authorization" in request.headers]


def test_a_day_is_read_once_and_those_before_it_for_what_stood_before():
    desk = Desk()
    desk.opened(1)
    desk.at(2, 11)
    desk.twin.predict("1", "WISMO")
    desk.at(3, 14)
    desk.sync()
    desk.at(3, 15)
    desk.twin.correct("1", "RETURN_REQUEST", "101")
    desk.at(4, 14)

    desk.sync()

    assert desk.labels() == [("1", "RETURN_REQUEST", "edited")]
    before = len(desk.twin.requests)
    desk.sync()
    assert not [request for request in desk.twin.requests[before:] if request.url.host == FILES]


def test_an_answer_that_stood_when_the_ticket_was_solved_days_later_counts_as_unchanged():
    desk = Desk()
    desk.opened(1)
    desk.at(2, 11)
    desk.twin.predict("1", "WISMO")
    desk.at(5, 11)
    desk.sync()
    desk.twin.close("1")
    desk.settle()
    desk.twin.tickets[1] |= {
        "status": 5,
        "stats": {"resolved_at": "2026-03-05T11:00:00Z", "closed_at": "2026-03-08T11:00:00Z"},
    }
    desk.twin.touch("1")

    desk.settle()

    assert desk.labels() == [("1", "WISMO", Provenance.UNCHANGED.value)]


def test_a_ticket_solved_later_than_the_last_record_is_not_yet_taken_for_unchanged():
    desk = Desk()
    desk.opened(1)
    desk.at(2, 11)
    desk.twin.predict("1", "WISMO")
    desk.at(3, 11)
    desk.twin.correct("1", "RETURN_REQUEST", "101")
    desk.at(3, 11.5)
    desk.twin.close("1")
    desk.at(3, 14)

    desk.sync()
    desk.settle()

    assert desk.labels() == [("1", "RETURN_REQUEST", "edited")]


def test_a_day_without_an_export_is_waited_for_and_then_passed_over(caplog):
    desk = Desk()
    desk.opened(1)
    desk.twin.missing = {"2026-03-03"}
    for day in (2, 3, 4):
        desk.at(day, 11)
        desk.twin.correct("1", ("WISMO", "RETURN_REQUEST")[day % 2], "101")
    desk.at(6, 12)
    desk.sync()
    assert len(desk.labels()) == 1
    assert not caplog.records
    desk.at(7, 13)

    desk.sync()

    assert len(desk.labels()) == 2
    [line] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert line.startswith("freshdesk:acme has no export of activities from 2026-03-03 to 2026-03-03: ")


def test_what_was_set_on_a_day_without_an_export_is_not_taken_for_what_stood_before_it():
    desk = Desk()
    desk.opened(1)
    desk.twin.missing = {"2026-03-03"}
    desk.at(2, 11)
    desk.twin.predict("1", "WISMO")
    desk.at(3, 11)
    desk.twin.correct("1", "RETURN_REQUEST", "101")
    desk.at(4, 11)
    desk.twin.close("1")
    desk.at(10, 12)

    for _ in range(3):
        desk.sync()

    assert desk.labels() == []


def test_a_day_in_two_files_is_there_once_both_are_and_what_both_hold_happened_once():
    desk = Desk()
    desk.opened(2)
    desk.at(2, 11)
    desk.twin.correct("1", "WISMO", "101")
    desk.at(3, 14)
    there = False

    def in_two_files(request):
        answer = desk.twin.handle(request)
        if request.url.path.endswith("ticket_activities") and answer.status_code == 200:
            export = answer.json()["export"]
            link = (export[0] if isinstance(export, list) else export)["url"]
            return httpx.Response(200, json={"export": [{"url": f"{link}&part=2"}, {"url": link}]})
        missing = "part" in request.url.params and not there
        return httpx.Response(404) if missing else answer

    desk.handle = in_two_files
    desk.sync()
    assert desk.labels() == []
    there = True

    desk.sync()

    assert desk.labels() == [("1", "WISMO", "set_from_blank")]


def test_a_record_a_minute_later_than_the_update_of_its_ticket_still_finds_it():
    desk = Desk()
    desk.opened(2)
    desk.at(3, 9.99)
    desk.twin.correct("1", "WISMO", "101")
    at, late = desk.twin.records.pop()
    desk.twin.records.append((at + 60, {**late, "performed_at": "03-03-2026 10:00:24 +0000"}))
    desk.at(3, 13)
    desk.twin.touch("2")
    desk.at(3, 14)
    desk.sync()
    assert desk.labels() == []
    desk.at(4, 14)

    desk.sync()

    assert desk.labels() == [("1", "WISMO", "set_from_blank")]


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


def test_a_deleted_ticket_without_a_time_is_refused_and_the_others_are_taken():
    desk = Desk()
    desk.opened(4)
    for ticket in ("2", "4"):
        desk.twin.delete(ticket)

    def one_without_a_time(request):
        answer = desk.twin.handle(request)
        if request.url.params.get("filter") != "deleted":
            return answer
        return httpx.Response(
            200, json=[{**row, **({"updated_at": None} if row["id"] == 2 else {})} for row in answer.json()]
        )

    desk.handle = one_without_a_time
    pages = list(desk.connector().pages("", since=""))

    assert [ticket.ticket_id for page in pages for ticket in page.tickets if ticket.deleted_at] == ["4"]
    [row] = [row for page in pages for row in page.refused]
    assert (row.ticket_id, row.reason) == (
        "2",
        "a ticket among the deleted ones has no id or no `updated_at`; remove its text by hand",
    )


def test_exports_that_are_not_enabled_end_in_one_line_that_says_what_to_do():
    desk = Desk()
    desk.opened(1)
    desk.twin.exports_enabled = False

    with pytest.raises(SourceError, match=r'refused \(403\).*administrator, or set `activities = "off"`') as caught:
        desk.settle()

    assert "\n" not in str(caught.value)


def test_without_exports_a_label_is_nobody_s_and_is_refused_once():
    desk = Desk(activities="off")
    desk.twin.exports_enabled = False
    desk.opened(2)
    desk.twin.correct("1", "WISMO", "101")
    desk.sync()
    desk.twin.touch("1")

    desk.settle()

    assert desk.labels() == []
    [row] = desk.store.quarantine()
    assert row.ticket_id == "1"
    assert "nobody knows who set the label" in row.reason


@pytest.mark.parametrize(
    ("export", "fault"),
    [
        ([{"created_at": "2-3-2026"}], "has no link to a file"),
        ({"url": {"href": "https://files.example.net/x?signature=s3cret"}}, "has no link to a file"),
        ({"url": "https://files.example.net:s3cret/x"}, "has no link to a file"),
        ("s3cret", "has no link to a file"),
        ({"url": "http://files.example.net/x?signature=s3cret"}, "has no link to a file"),
        ({"url": "https://files.example.net/x?signature=s3cret"}, "is refused, cut off or holds no"),
    ],
)
def test_an_export_of_another_shape_ends_in_one_line_without_its_link(export, fault):
    desk = Desk()
    desk.opened(1)

    def answered(request):
        if request.url.path.endswith("ticket_activities"):
            return httpx.Response(200, headers={"date": "x"}, json={"export": export})
        if request.url.host == FILES:
            return httpx.Response(403, text="the link has expired")
        return desk.twin.handle(request)

    desk.handle = answered

    with pytest.raises(SourceError, match=f"^freshdesk:acme: .*{fault}") as caught:
        desk.settle()

    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("nothing", [None, [], {}])
def test_an_export_of_nothing_is_one_that_is_not_there_yet(nothing):
    desk = Desk()
    desk.opened(1)
    desk.at(2, 11)
    desk.twin.correct("1", "WISMO", "101")
    desk.at(3, 14)
    desk.handle = lambda request: (
        httpx.Response(200, json={"export": nothing})
        if request.url.path.endswith("ticket_activities")
        else desk.twin.handle(request)
    )
    desk.sync()
    desk.handle = desk.twin.handle

    desk.sync()

    assert len(desk.labels()) == 1


def test_answers_without_a_date_end_in_one_line():
    desk = Desk()
    desk.twin.dated = False

    with pytest.raises(SourceError, match=r"^freshdesk:acme: its answers carry no date"):
        desk.sync()


def test_a_record_that_does_not_fit_is_refused_once_and_the_rest_of_the_day_is_read():
    desk = Desk()
    desk.opened(5)
    desk.twin.set("1", "WISMO", "user", 101)
    desk.twin.record("1", "user", 101, {"Intent": {"from": "WISMO"}})
    desk.twin.set("2", "WISMO", "user", 101)

    refused = [desk.settle().refused, desk.settle().refused]

    assert refused == [1, 0]
    assert [ticket for ticket, *_ in desk.labels()] == ["1", "2"]
    [row] = desk.store.quarantine()
    assert row.ticket_id == "1"
    assert "holds a dict for the intent field" in row.reason


def test_an_intent_that_was_set_before_or_after_what_exports_tell_is_no_riddle():
    desk = Desk(activities_days="5")
    desk.opened(1)
    desk.twin.correct("1", "WISMO", "101")
    desk.at(20, 11)
    desk.twin.touch("1")
    desk.opened(1)
    desk.at(21, 11)
    desk.twin.correct("2", "WISMO", "101")
    desk.at(21, 14)

    desk.sync()

    assert (desk.labels(), desk.store.quarantine()) == ([], [])


def test_a_field_that_activities_call_otherwise_is_told_in_the_quarantine():
    desk = Desk()
    desk.twin.label = "What it is about"
    desk.opened(1)
    desk.twin.correct("1", "WISMO", "101")
    desk.twin.clock.sleep(60)
    desk.twin.open(TEXTS[1])

    desk.settle()

    assert desk.labels() == []
    [row] = desk.store.quarantine()
    assert row.ticket_id == "1"
    assert "holds an intent, yet no activity of it set one" in row.reason


def test_a_field_that_activities_call_otherwise_is_found_by_its_label():
    desk = Desk(label="What it is about")
    desk.twin.label = "What it is about"
    desk.opened(1)
    desk.twin.correct("1", "WISMO", "101")

    desk.settle()

    assert desk.labels() == [("1", "WISMO", "set_from_blank")]
    assert desk.store.quarantine() == []


def test_an_agent_on_a_later_page_of_the_list_is_a_person():
    desk = Desk()
    desk.opened(1)
    desk.twin.correct("1", "WISMO", str(desk.twin.agents[-1]["id"]))

    desk.settle()

    assert desk.labels() == [("1", "WISMO", "set_from_blank")]


@pytest.mark.parametrize("performer", [5001, 104, 105, None])
def test_only_an_agent_of_the_list_is_a_person(performer):
    desk = Desk()
    desk.twin.agents.append({"id": 105, "type": "freddy_ai_agent"})
    desk.opened(1)
    desk.twin.set("1", "WISMO", "user", performer)

    desk.settle()

    assert desk.labels() == []
    assert ["nobody knows who" in row.reason for row in desk.store.quarantine()] == [True]


@pytest.mark.parametrize("ticket", ["1", "2"])
def test_an_automation_is_a_rule_even_under_the_name_of_a_person(ticket):
    desk = Desk()
    desk.opened(2)
    desk.twin.rule(ticket, "WISMO")

    desk.settle()

    assert desk.labels() == [(ticket, "WISMO", "rule")]


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"activities": "perhaps"}, "`activities` is 'perhaps'; allowed are on, off"),
        ({"activities_days": "a month"}, "`activities_days` is 'a month'; write a number of days, such as 30"),
        ({"activities_days": "0"}, "`activities_days` is '0'; write a number of days, such as 30"),
    ],
)
def test_a_setup_that_is_not_understood_is_refused(said, complaint):
    twin = FreshdeskTwin(TwinClock(), "acme")

    with pytest.raises(InputError) as caught:
        twin.connector(httpx.MockTransport(twin.handle), twin.clock.sleep, **said)

    assert str(caught.value) == f"freshdesk:acme: {complaint}"
