"""Keys, scopes, limits; what is open without a key and to whom."""

import pytest

from ecomintent.served import Scope
from tests.unit.serving.server import Server

ASKED = {"text": "where is my parcel"}


def post(server, key="", **headers):
    return server.client(key, **headers).post("/classify", json=ASKED)


def test_without_any_key_made_this_machine_is_answered():
    assert post(Server()).status_code == 200


def test_without_any_key_made_nobody_else_is_answered():
    assert post(Server(loopback=False)).status_code == 401


def test_from_the_first_key_on_nobody_is_answered_without_one():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY)

    assert (post(server).status_code, post(server, key).status_code) == (401, 200)


def test_a_server_whose_only_key_was_revoked_is_not_open_again():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY, revoked=True)

    assert (post(server).status_code, post(server, key).status_code) == (401, 401)


def test_a_key_revoked_while_the_server_runs_is_refused_at_the_next_request():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY)
    assert post(server, key).status_code == 200

    server.keys.add("a", Scope.CLASSIFY, revoked=True)

    assert post(server, key).status_code == 401


def test_a_key_may_be_sent_in_either_header():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY)

    assert post(server, **{"X-API-Key": key}).status_code == 200
    assert post(server, **{"Authorization": f"bearer  {key} "}).status_code == 200


def test_a_key_for_something_else_is_told_what_is_needed():
    server = Server()
    key = server.keys.add("a", Scope.CORRECT, Scope.ADMIN)

    refused = post(server, key)

    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "this key is for admin, correct; classify is needed",
    )


@pytest.mark.parametrize("page", ["/intents", "/metrics"])
def test_any_good_key_may_read_what_holds_no_ticket(page):
    server = Server()
    key = server.keys.add("a", Scope.CORRECT)

    assert (server.client().get(page).status_code, server.client(key).get(page).status_code) == (401, 200)


@pytest.mark.parametrize("page", ["/health", "/ready"])
def test_an_orchestrator_needs_no_key(page):
    server = Server(loopback=False)
    server.keys.add("a", Scope.CLASSIFY)

    assert server.client().get(page).status_code == 200


def test_what_is_wrong_here_is_told_to_those_with_a_key_only():
    server = Server()
    key = server.keys.add("a", Scope.ADMIN)
    server.releases.problem = "/somewhere/champion.json: cannot be read"
    server.watcher.look()

    assert "/somewhere" in server.client(key).get("/health").json()["problem"]
    assert "/somewhere" not in server.client().get("/health").text


def test_while_the_keys_cannot_be_read_nobody_is_let_in():
    server = Server()
    server.keys.problem = "the database is locked"

    refused = post(server)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert server.client().get("/health").json()["keys"] == "cannot be read"


def test_a_key_may_send_so_many_tickets_a_minute_and_is_told_when_to_come_again():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY, per_minute=3)

    assert [post(server, key).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = post(server, key)
    assert refused.headers["retry-after"] == "20"
    assert refused.json()["detail"] == "this key may send 3 tickets a minute; try again in 20 s"

    server.time.seconds += 20
    assert [post(server, key).status_code for _ in range(2)] == [200, 429]


def test_a_pause_earns_a_minutes_worth_and_no_more():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY, per_minute=2)
    server.time.seconds += 86_400

    assert [post(server, key).status_code for _ in range(3)] == [200, 200, 429]


def test_every_ticket_of_a_batch_counts():
    server = Server()
    key = server.keys.add("a", Scope.CLASSIFY, per_minute=4)

    def send(count):
        return server.client(key).post("/classify/batch", json={"texts": ["a"] * count}).status_code

    assert [send(3), send(2), send(1), send(5)] == [200, 429, 200, 429]


def test_one_keys_limit_is_not_anothers():
    server = Server()
    one, other = (server.keys.add(name, Scope.CLASSIFY, per_minute=1) for name in "ab")

    assert [post(server, key).status_code for key in (one, one, other)] == [200, 429, 200]


def test_a_page_that_calls_this_machine_by_another_name_is_not_answered_without_keys():
    server = Server()

    assert post(server, Host="rebound.example").status_code == 421
    key = server.keys.add("a", Scope.CLASSIFY)
    assert post(server, key, Host="intents.shop.example").status_code == 200


def test_no_browser_page_from_elsewhere_may_read_an_answer():
    answered = post(Server(), Origin="https://shop.example")
    preflight = Server().client(Origin="https://shop.example", **{"Access-Control-Request-Method": "POST"})

    assert "access-control-allow-origin" not in answered.headers
    assert preflight.options("/classify").status_code == 405
