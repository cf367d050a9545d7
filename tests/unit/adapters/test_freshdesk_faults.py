"""What Freshdesk tells that does not fit: refused once, or told in one line."""

import httpx
import pytest

from ecomintent.errors import InputError, SourceError
from tests.twins.day import TEXTS
from tests.twins.freshdesk import FILES, FreshdeskTwin
from tests.twins.twin import TwinClock
from tests.unit.adapters.freshdesk_desk import LABELLED, Desk


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
    desk.labelled()
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

    assert desk.labels() == LABELLED
    assert desk.store.quarantine() == []


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
