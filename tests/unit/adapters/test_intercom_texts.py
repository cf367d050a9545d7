"""What the customer wrote in an Intercom conversation, and what of a long one is lost."""

import pytest

from ecomintent.adapters.intercom_conversation import Known, ticket_of
from ecomintent.labels.cleaning import first_customer_message
from tests.twins.intercom import CUSTOMER, FIN, IntercomTwin, admin
from tests.twins.twin import TwinClock
from tests.unit.adapters.intercom_shop import TEXT, only, pages, refused, tickets


@pytest.fixture
def twin():
    return IntercomTwin(TwinClock(), "shop-a")


def text_of(ticket):
    message = first_customer_message(ticket.messages)
    return (message.body, message.is_html) if message else None


def test_the_first_message_is_the_source_and_may_be_html_where_plain_text_was_asked_for(twin):
    twin.touch(ticket := twin.open(TEXT))
    twin.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) == (f"<p>{TEXT}</p>", True)


def test_of_a_conversation_that_a_bot_began_the_first_message_is_the_customers_first_reply(twin):
    ticket = twin.open("<p>Hi, how can we help?</p>")
    twin.conversations[ticket].source |= {"author": FIN, "delivered_as": "operator_initiated", "subject": "Welcome"}
    twin.add(ticket, "comment", admin("101"), body="<p>hello</p>")
    twin.add(ticket, "comment", CUSTOMER, body=f"<p>{TEXT}</p>")

    found = only(twin)

    assert text_of(found) == (TEXT, False)
    assert found.subject == ""


@pytest.mark.parametrize("began", ["customer", "bot"])
def test_what_was_redacted_is_not_replaced_by_a_later_message(twin, began):
    ticket = twin.open(TEXT)
    if began == "bot":
        twin.conversations[ticket].source |= {"author": FIN}
        twin.add(ticket, "comment", CUSTOMER, redacted=True)
    else:
        twin.conversations[ticket].source |= {"body": None, "redacted": True}
    twin.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) is None


def test_a_redacted_reply_takes_nothing_from_the_first_message(twin):
    twin.add(twin.open(TEXT), "comment", CUSTOMER, redacted=True)

    assert text_of(only(twin)) == (f"<p>{TEXT}</p>", True)


def test_tags_come_without_the_time_they_were_applied(twin):
    twin.open(TEXT)

    found = only(twin)

    assert (found.tags, found.channel, found.requester, found.status) == (("vip",), "conversation", "c-1", "open")


@pytest.mark.parametrize("statistics", [None, {"last_close_at": 1}])
def test_it_is_closed_since_its_last_close_while_its_state_says_so(twin, statistics):
    ticket = twin.open(TEXT)
    twin.clock.sleep(60)
    twin.close(ticket)

    told = twin._told(twin.conversations[ticket], True) | {"statistics": statistics}
    known = Known(attribute="Intent", ours=frozenset(), teammates=frozenset())

    assert ticket_of(told, known).closed_at == "2026-03-02T09:01:00+00:00"
    assert ticket_of(told | {"state": "open"}, known).closed_at == ""
    told["conversation_parts"] |= {"conversation_parts": [], "total_count": 9}
    assert ticket_of(told | {"statistics": {"last_close_at": 1_772_442_000}}, known).closed_at[:4] == "2026"


def a_long_one(twin):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")
    for _ in range(twin.newest):
        twin.add(ticket, "note", admin("101"), body="<p>hm</p>")
    twin.correct(ticket, "OTHER", "102")
    return ticket


@pytest.mark.parametrize(("newest", "tells_total"), [(5, True), (500, False)])
def test_what_lies_before_the_newest_parts_is_said_to_be_lost_once(twin, newest, tells_total):
    twin.newest, twin.tells_total = newest, tells_total
    ticket = a_long_one(twin)

    found = pages(twin)
    again = pages(twin)

    assert [change.value for change in tickets(found)[ticket].changes] == ["OTHER"]
    [row] = refused(found)
    assert (row.file, row.line, row.ticket_id, row.excerpt) == ("intercom:shop-a", 0, ticket, "")
    assert row.reason.startswith("the conversation has more parts than the newest 500, which is all Intercom tells")
    twin.add(ticket, "note", admin("101"))
    assert refused(again) == refused(pages(twin)) == [row]


def test_the_first_message_of_a_long_conversation_is_still_known(twin):
    twin.newest = 5
    twin.add(a_long_one(twin), "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) == (f"<p>{TEXT}</p>", True)


def test_where_the_customers_first_words_are_cut_off_no_later_ones_stand_for_them(twin):
    twin.newest = 5
    ticket = a_long_one(twin)
    twin.conversations[ticket].source |= {"author": FIN}
    twin.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) is None
