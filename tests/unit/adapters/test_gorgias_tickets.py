"""What a Gorgias ticket says: whose words, what is gone, what stands at closing."""

from itertools import repeat

import httpx
import pytest

from ecomintent.labels.cleaning import first_customer_message
from ecomintent.records import EventKind, Provenance
from tests.fakes.labels import FakeLabelStore
from tests.twins.gorgias import LEAD, SURVIVOR, GorgiasTwin
from tests.twins.twin import TwinClock
from tests.unit.adapters.gorgias_account import TEXT, opened, sync, tickets


@pytest.fixture
def twin():
    """An account whose list of tickets is up to date, and in which nothing moves by itself."""
    found = GorgiasTwin(TwinClock(), "acme")
    found.api.lags, found.api.moves = repeat(0.0), 0
    return found


@pytest.mark.parametrize("spam", [True, "True", "true"])
def test_spam_is_gone_whether_a_boolean_says_so_or_a_text(twin, spam):
    [ticket] = opened(twin)
    twin.api.tickets[int(ticket)]["spam"] = spam

    assert tickets(twin)[ticket].deleted_at


@pytest.mark.parametrize("spam", [False, "False", None, ""])
def test_what_is_not_spam_stays_whether_a_boolean_says_so_or_a_text(twin, spam):
    [ticket] = opened(twin)
    twin.api.tickets[int(ticket)]["spam"] = spam

    assert not tickets(twin)[ticket].deleted_at


@pytest.mark.parametrize("turn", range(4))
def test_trash_merge_spam_and_deletion_each_take_the_text_away(twin, turn):
    [ticket] = opened(twin)
    twin.correct(ticket, "OTHER", "102")
    twin.clock.sleep(86_400.0)
    opened(twin)
    store = FakeLabelStore()
    sync(twin, store)
    for _ in range(turn):
        next(twin._ends)

    twin.delete(ticket)
    sync(twin, store)

    assert {event.text for event in store.story(ticket)} == {""}
    assert list(store.corrections()) == []
    # The event of the merge names a customer as well.
    assert "tickets/31" not in twin.api.asked


def test_the_ticket_that_others_were_merged_into_stays_and_their_tags_are_no_correction_of_it(twin):
    [ticket] = opened(twin)
    twin.correct(ticket, "OTHER", "102")
    twin.merge(int(ticket))
    store = FakeLabelStore()

    sync(twin, store)

    assert [event.kind for event in store.story(str(SURVIVOR))] == [EventKind.SEEN]
    assert list(store.corrections()) == []
    [row] = store.quarantine()
    assert row.ticket_id == str(SURVIVOR)


def test_a_ticket_answered_under_another_number_was_merged_away(twin):
    [ticket] = opened(twin)

    def handle(request):
        if request.url.path == f"/api/tickets/{ticket}":
            return httpx.Response(200, json={"id": SURVIVOR, "messages": []})
        return twin.handle(request)

    assert tickets(twin, handle=handle)[ticket].deleted_at


def test_an_internal_note_is_not_what_the_customer_wrote(twin):
    [ticket] = opened(twin)
    twin.api.tickets[int(ticket)]["messages"].clear()
    for public, from_agent, text in (
        ("False", "False", "a note"),
        ("True", "True", "an answer"),
        ("True", "False", TEXT),
    ):
        twin.write(int(ticket), text, public=public, from_agent=from_agent)

    found = first_customer_message(tickets(twin)[ticket].messages)

    assert found.body == TEXT


@pytest.mark.parametrize(
    ("more", "author"),
    [
        ({"from_agent": None, "sender": {"id": 31}}, "customer"),
        ({"from_agent": None, "sender": {"id": LEAD}}, "system"),
        ({"from_agent": None, "sender": None}, "system"),
        ({"from_agent": True, "rule_id": 5}, "bot"),
        ({"from_agent": True}, "agent"),
        ({"from_agent": "False"}, "customer"),
    ],
)
def test_who_wrote_a_message_is_told_by_what_there_is(twin, more, author):
    [ticket] = opened(twin)
    twin.api.tickets[int(ticket)]["messages"][0] |= more

    [message] = tickets(twin)[ticket].messages

    assert message.author == author


@pytest.mark.parametrize(
    ("bodies", "body", "is_html"),
    [
        ({"stripped_text": "short", "body_text": "short\n> long", "body_html": "<p>short</p>"}, "short", False),
        ({"stripped_text": "", "body_text": "short\n> long", "body_html": "<p>short</p>"}, "short\n> long", False),
        ({"stripped_text": None, "body_text": " ", "body_html": "<p>short</p>"}, "<p>short</p>", True),
        ({"stripped_text": None, "body_text": None, "body_html": None}, "", False),
    ],
)
def test_the_stripped_text_is_preferred_and_html_the_last_resort(twin, bodies, body, is_html):
    [ticket] = opened(twin)
    twin.api.tickets[int(ticket)]["messages"][0] |= bodies

    [message] = tickets(twin)[ticket].messages

    assert (message.body, message.is_html) == (body, is_html)


def test_a_ticket_that_was_opened_again_is_not_closed(twin):
    [ticket] = opened(twin)
    twin.close(ticket)
    assert tickets(twin)[ticket].closed_at

    twin.api.tickets[int(ticket)]["status"] = "open"

    assert tickets(twin)[ticket].closed_at == ""


def test_an_answer_of_ours_that_stands_at_closing_is_unchanged(twin):
    [ticket] = opened(twin)
    twin.predict(ticket, "WISMO")
    twin.clock.sleep(60.0)
    twin.close(ticket)
    store = FakeLabelStore()

    sync(twin, store)

    assert [(c.intent, c.provenance) for c in store.corrections()] == [("WISMO", Provenance.UNCHANGED)]
