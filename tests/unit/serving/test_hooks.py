"""POST /hooks/{account}: who may send events, what is taken, and when 200 is said."""

import time

import pytest
from fastapi.testclient import TestClient

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.errors import InputError
from ecomintent.serving.app import create_app
from ecomintent.serving.hook_pages import Hook, router
from tests.twins import desks
from tests.unit.serving.server import HERE, Server

KINDS = sorted(desks.TWINS)
EACH = pytest.mark.parametrize("kind", KINDS)


class Door:
    """A server with one account of each kind, named as its kind."""

    def __init__(self, home, **more):
        self.queue, self.now = TagQueue(home), time.time()
        self.problem = ""
        hooks = [Hook(**{"name": kind, "kind": kind, "secret": desks.SECRET, "on": True, **more}) for kind in KINDS]
        app = create_app(Server().service, [router(hooks, self._take, lambda: self.now)])
        self.client = TestClient(app, base_url=HERE, raise_server_exceptions=False)

    def _take(self, account, ticket, now):
        if self.problem:
            raise InputError(self.problem, where="the queue")
        return self.queue.take(account, ticket, now)

    def send(self, kind, ticket="4711", *, at=None, to=None, headers=None, body=None):
        signed, content = desks.event(kind, ticket, self.now if at is None else at)
        headers = signed if headers is None else headers
        return self.client.post(f"/hooks/{to or kind}", headers=headers, content=content if body is None else body)


@pytest.fixture
def door(tmp_path):
    return Door(tmp_path)


@EACH
def test_an_event_is_answered_once_its_ticket_is_on_the_disk(door, kind, tmp_path):
    answer = door.send(kind)

    assert (answer.status_code, answer.json()) == (200, {"taken": True})
    assert TagQueue(tmp_path).counts() == {kind: {"waiting": 1}}


@EACH
def test_the_same_event_ten_times_is_one_ticket(door, kind):
    assert [door.send(kind).status_code for _ in range(10)] == [200] * 10
    assert door.queue.counts() == {kind: {"waiting": 1}}


@EACH
@pytest.mark.parametrize("wrong", ["absent", "another secret", "another body", "another account", "not ASCII"])
def test_an_event_that_is_not_proved_is_refused_in_one_way_and_leaves_nothing(door, kind, wrong):
    headers, body = desks.event(kind, "4711", door.now)
    name = next(iter(headers))
    shared = kind in ("gorgias", "freshdesk")
    sent = {
        "absent": lambda: door.send(kind, headers={}),
        "another secret": lambda: door.send(kind, headers={**headers, name: headers[name][:-2] + "x="}),
        # A shared secret says nothing of the body.
        "another body": lambda: door.send(kind, body=body + b" ", headers={} if shared else headers),
        "another account": lambda: door.send(kind, to="nobody"),
        "not ASCII": lambda: door.send(kind, headers={**headers, name: "ü".encode()}),
    }[wrong]()

    assert sent.status_code == 401
    assert sent.json()["detail"].startswith("no such account, or the event is not signed")
    assert door.queue.counts() == {}


@pytest.mark.parametrize(("kind", "window"), [("zendesk", 300), ("intercom", 3600)])
def test_a_signed_event_is_good_for_a_while_only(door, kind, window):
    assert door.send(kind, at=door.now - window + 5).status_code == 200
    assert door.send(kind, at=door.now - window - 5).status_code == 401
    assert door.send(kind, at=door.now + window + 5).status_code == 401


def test_the_time_of_a_zendesk_event_cannot_be_changed(door):
    headers, body = desks.event("zendesk", "4711", door.now - 1000)
    now, _ = desks.event("zendesk", "4711", door.now)
    stamp = "x-zendesk-webhook-signature-timestamp"

    assert door.send("zendesk", headers={**headers, stamp: now[stamp]}, body=body).status_code == 401


@EACH
def test_an_event_that_cannot_be_stored_is_asked_for_again(door, kind):
    door.problem = "the disk is full"

    answer = door.send(kind)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")


def test_an_account_that_is_off_is_answered_and_let_go(tmp_path):
    door = Door(tmp_path, on=False)

    assert door.send("zendesk").json() == {"taken": False}
    assert door.queue.counts() == {}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b'{"ticket_id": "12; DROP"}', b'{"ticket_id": true}', b"[" * 60_000]
)
def test_an_event_without_a_ticket_is_refused_without_a_word_of_it(door, body):
    answer = door.send("gorgias", body=body)

    assert answer.status_code == 422
    assert "DROP" not in answer.text
    assert "docs/tagging.md" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("freshdesk", b'{"freshdesk_webhook": {"ticket_id": 4711}}'),
        ("freshdesk", b'{"ticket_id": 4711}'),
        ("gorgias", b'{"ticket": {"id": "4711"}}'),
    ],
)
def test_a_ticket_is_found_where_the_helpdesks_templates_put_it(door, kind, body):
    assert door.send(kind, body=body).status_code == 200
    assert door.queue.due(kind, door.now).ticket == "4711"


def test_a_trial_of_the_set_up_is_answered(door):
    import hmac

    body = b'{"topic": "ping", "data": {"item": {"type": "ping", "message": "hello"}}}'
    signed = {"x-hub-signature": f"sha1={hmac.digest(desks.SECRET.encode(), body, 'sha1').hex()}"}

    assert door.send("intercom", headers=signed, body=body).json() == {"taken": False}
    assert door.client.head("/hooks/intercom").status_code == 200


def test_no_secret_and_no_words_of_an_event_are_logged(door, caplog):
    caplog.set_level("DEBUG")
    door.send("gorgias", headers={"x-ecomintent-secret": "nearly-the-secret"}, body=b'{"note": "my parcel"}')
    door.send("gorgias", body=b'{"note": "my parcel"}')

    assert "my parcel" not in caplog.text
    assert "secret of" not in caplog.text
    assert desks.SECRET not in caplog.text
    assert "nearly" not in caplog.text


def test_a_server_that_tags_nothing_has_no_such_page():
    assert Server().client().post("/hooks/acme").status_code == 404


class Busy:
    """Works beside the server, and says when."""

    def __init__(self):
        self.said = []

    def start(self):
        self.said.append("start")

    def stop(self):
        self.said.append("stop")


def test_tagging_begins_and_ends_with_the_server(tmp_path):
    busy = Busy()
    app = create_app(Server().service, [router([], TagQueue(tmp_path).take, beside=busy)])

    with TestClient(app, base_url=HERE) as client:
        assert client.get("/health").status_code == 200
        assert busy.said == ["start"]

    assert busy.said == ["start", "stop"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_only_events_are_taken(door, method):
    answer = door.client.request(method, "/hooks/zendesk")

    assert answer.status_code == 405
    assert "it takes" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["..", "%2e%2e%2fmetrics", "acme%00", "ü" * 200, "zendesk/more", "<script>", "a" * 5000]
)
@EACH
def test_no_name_and_no_body_makes_a_fault_of_ours(door, kind, path):
    headers, body = desks.event(kind, "4711", door.now)

    for content in (body, b"\x00\xff", b'{"ticket_id": 1e400}', b"", b'"' + b"x" * 1000):
        assert door.client.post(f"/hooks/{path}", headers=headers, content=content).status_code in (401, 404, 405)
    assert door.client.post(f"/hooks/{kind}", headers=headers, content=b'{"ticket_id": 1e400}').status_code in (
        401,
        422,
    )
    assert door.queue.counts() == {}


def test_a_body_that_is_too_long_is_not_read(door):
    assert door.send("gorgias", body=b" " * 100_000).status_code == 413
