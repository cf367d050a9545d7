"""Gorgias' limit, rows and answers that are not as documented, and what is sent at all."""

import json
from dataclasses import replace
from itertools import repeat

import httpx
import pytest

from ecomintent.adapters import syncing
from ecomintent.adapters.gorgias import connect
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from tests.fakes.labels import FakeLabelStore
from tests.twins.day import rules_of
from tests.twins.gorgias import GorgiasTwin
from tests.twins.twin import TwinClock
from tests.unit.adapters.gorgias_account import connector, mark_of, opened, pages, tickets


@pytest.fixture
def twin():
    """An account whose list of tickets is up to date, and in which nothing moves by itself."""
    found = GorgiasTwin(TwinClock(), "acme")
    found.api.lags, found.api.moves = repeat(0.0), 0
    return found


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
