"""The traps of Gorgias' API, one by one, on its twin. That nothing is lost or doubled: tests/contracts."""

import json
from dataclasses import replace
from itertools import repeat

import httpx
import pytest

from ecomintent.adapters import syncing
from ecomintent.adapters.gorgias import connect
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from ecomintent.labels.cleaning import first_customer_message
from ecomintent.records import EventKind, Provenance
from tests.fakes.labels import FakeLabelStore
from tests.twins.day import rules_of
from tests.twins.gorgias import LEAD, SURVIVOR, GorgiasTwin
from tests.twins.gorgias_api import iso
from tests.twins.twin import TwinClock

TEXT = "where is my parcel, please"


@pytest.fixture
def twin():
    """An account whose list of tickets is up to date, and in which nothing moves by itself."""
    found = GorgiasTwin(TwinClock(), "acme")
    found.api.lags, found.api.moves = repeat(0.0), 0
    return found


def sync(twin, store):
    """One sync of the account; returns what it did."""
    return syncing.sync(connector(twin), rules_of(twin), store)


def connector(twin, handle=None):
    return twin.connector(httpx.MockTransport(handle or twin.handle), twin.clock.sleep)


def pages(twin, mark="", since="", handle=None):
    return list(connector(twin, handle).pages(mark, since=since))


def tickets(twin, **how):
    return {ticket.ticket_id: ticket for page in pages(twin, **how) for ticket in page.tickets}


def mark_of(twin):
    return pages(twin)[-1].mark


def opened(twin, number=1, wait=60.0):
    """That many tickets, each some time after the last."""
    names = []
    for _ in range(number):
        names.append(twin.open(TEXT))
        twin.clock.sleep(wait)
    return names


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


def test_the_limit_is_waited_out_and_never_tried_early(twin):
    opened(twin, 60)
    before = twin.clock.now

    assert len(tickets(twin)) == 60

    requests = len(twin.api.asked)
    assert twin.impatient == 0
    assert requests > 120
    assert twin.clock.now - before >= (requests // 40 - 1) * 20


def test_one_ticket_that_cannot_be_read_does_not_stop_the_others(twin):
    untimed, odd, good = opened(twin, 3)
    twin.api.tickets[int(untimed)]["created_datetime"] = "yesterday"
    for name in (untimed, odd, good):
        twin.correct(name, "OTHER", "102")

    def handle(request):
        answer = twin.handle(request)
        if request.url.path == "/api/tickets":
            body = json.loads(answer.content)
            body["data"] = [row | ({"id": "?"} if str(row["id"]) == odd else {}) for row in body["data"]]
            return httpx.Response(200, json=body)
        return answer

    store = FakeLabelStore()
    syncing.sync(connector(twin, handle), rules_of(twin), store)

    assert [c.ticket_id for c in store.corrections()] == [good]
    assert {row.ticket_id for row in store.quarantine()} == {"?", untimed}


def test_a_row_without_a_time_is_read_all_the_same(twin):
    ticket, _ = opened(twin, 2, wait=400.0)
    mark = mark_of(twin)
    twin.correct(ticket, "OTHER", "102")
    twin.api.events = [event for event in twin.api.events if "tags" not in event["type"]]

    def handle(request):
        answer = twin.handle(request)
        if request.url.path == "/api/tickets":
            body = json.loads(answer.content)
            body["data"] = [
                row | ({"updated_datetime": None} if str(row["id"]) == ticket else {}) for row in body["data"]
            ]
            return httpx.Response(200, json=body)
        return answer

    assert ticket in tickets(twin, mark=mark, handle=handle)


@pytest.mark.parametrize("body", [[], {}, {"data": None}, {"data": ["text"]}, "text"])
def test_an_answer_that_is_not_as_documented_is_one_line_without_its_content(twin, body):
    with pytest.raises(SourceError) as caught:
        pages(twin, handle=lambda request: httpx.Response(200, json=body))

    assert str(caught.value) == (
        "gorgias:acme: the answer to GET tickets is not `data` with a list of objects, as Gorgias documents it; "
        "check that `url` is that of Gorgias"
    )


def test_with_a_user_the_token_is_a_password_and_without_one_a_bearer(twin):
    seen = []

    def handle(request):
        seen.append(request.headers["authorization"].split()[0])
        return httpx.Response(200, json={"data": [], "meta": {}})

    for user in ("sync@example.com", ""):
        setup = replace(twin.setup(), user=user)
        assert list(connect(setup, transport=httpx.MockTransport(handle)).pages("", since="")) == []

    assert seen == ["Basic", "Bearer"]


def test_only_gets_are_sent_and_only_below_the_account(twin):
    opened(twin, 2)
    seen = set()

    def handle(request):
        seen.add((request.method, request.url.host, request.url.path.split("/")[1]))
        return twin.handle(request)

    tickets(twin, handle=handle)

    assert seen == {("GET", "acme.gorgias.example.com", "api")}


def test_a_source_without_a_prefix_of_tags_is_refused(twin):
    setup = replace(twin.setup(), field="", token=Secret("s3cret"))

    with pytest.raises(InputError, match=r"^gorgias:acme: `field` is absent; write what the names of intent tags"):
        connect(setup)
