"""What was written in a Zendesk ticket, by whom, and since when it is closed."""

import pytest

from tests.twins.zendesk import WEB
from tests.unit.adapters.zendesk_desk import Desk, audits_of


@pytest.fixture
def desk():
    return Desk()


def test_more_audits_than_one_page_holds_are_all_read_in_order(desk):
    ticket = desk.twin.open("where is it")
    intents = ["WISMO", "OTHER", "RETURN_REQUEST", "WISMO", "OTHER", "RETURN_REQUEST", "WISMO", "OTHER"]
    for intent in intents:
        desk.twin.correct(ticket, intent, "101")

    assert [change.value.upper() for change in desk.only().changes] == intents
    assert desk.twin.asked.count(audits_of(ticket)) == 3


def test_what_the_customer_and_the_agent_wrote_is_told_apart(desk):
    ticket = desk.twin.open("where is it")
    note = {"type": "Comment", "author_id": 101, "public": False, "body": "Angry.", "html_body": "<p>Angry.</p>"}
    desk.twin.audit(int(ticket), 101, WEB, note)
    desk.twin.touch(ticket)
    desk.twin.touch(ticket)

    found = desk.only()

    assert [(m.author, m.body, m.is_html, m.public) for m in found.messages] == [
        ("customer", "<p>where is it</p>", True, True),
        ("agent", "<p>Angry.</p>", True, False),
        ("agent", "<p>We look.</p>", True, True),
    ]


def test_the_words_of_an_agent_who_opened_the_ticket_are_not_the_customers(desk):
    ticket = desk.twin.open("")
    said = {"type": "Comment", "author_id": 101, "public": True, "body": "Customer calls about a parcel"}
    opened = {"type": "Create", "field_name": "requester_id", "value": "101"}
    desk.twin.audits[int(ticket)] = []
    desk.twin.audit(int(ticket), 101, WEB, said, opened)

    assert [(m.author, m.body, m.is_html) for m in desk.only().messages] == [
        ("agent", "Customer calls about a parcel", False)
    ]


def test_the_first_requester_stays_a_customer_when_another_is_entered(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.rows[int(ticket)]["requester_id"] = 7002

    found = desk.only()

    assert [message.author for message in found.messages] == ["customer"]
    assert found.requester == "7002"


def test_a_ticket_counts_as_closed_from_when_it_was_last_solved(desk):
    ticket = desk.twin.open("where is it")
    moments = {}
    for status in ("solved", "open", "solved", "closed"):
        desk.twin.clock.sleep(86_400)
        moments[status] = desk.twin.clock.iso()
        change = {"type": "Change", "field_name": "status", "value": status, "previous_value": "open"}
        desk.twin.audit(int(ticket), 101, WEB, change)

    assert desk.only().closed_at == moments["solved"]


def test_a_ticket_that_was_opened_again_is_open(desk):
    ticket = desk.twin.open("where is it")
    for status in ("solved", "open"):
        change = {"type": "Change", "field_name": "status", "value": status, "previous_value": "new"}
        desk.twin.audit(int(ticket), 101, WEB, change)

    assert desk.only().closed_at == ""
