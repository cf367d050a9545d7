"""Freshdesk's daily exports of activities: late, missing, in parts; and who of them is a person."""

import logging

import httpx
import pytest

from ecomintent.records import Provenance
from tests.twins.freshdesk import FILES
from tests.unit.adapters.freshdesk_desk import LABELLED, Desk


def test_today_s_export_is_not_taken_for_the_whole_day():
    desk = Desk()
    desk.labelled(2)
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
    desk.labelled()
    desk.at(3, 12.5)
    desk.sync()
    assert desk.labels() == []
    desk.at(3, 14)

    desk.sync()

    assert desk.labels() == LABELLED


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
    desk.labelled(2)
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

    assert desk.labels() == LABELLED


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

    assert desk.labels() == LABELLED


def test_an_agent_on_a_later_page_of_the_list_is_a_person():
    desk = Desk()
    desk.opened(1)
    desk.twin.correct("1", "WISMO", str(desk.twin.agents[-1]["id"]))

    desk.settle()

    assert desk.labels() == LABELLED


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
