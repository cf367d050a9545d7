"""Requests are patient with limits and faults, say in one line what is wrong, and never tell a credential.

Over 250 lines: one list of faults of one service, each with what is said of it.
"""

import json
import logging

import httpx
import pytest

from ecomintent.adapters.web import ATTEMPTS, Secret, Web
from ecomintent.errors import SourceError

TOKEN = "t0ken-of-nobody"
TEXT = "my parcel is three days late"
DATE = "Mon, 02 Mar 2026 09:00:03 GMT"
NINE_TEN = 1_772_442_010
"""02 Mar 2026 09:00:10 UTC."""


class Service(httpx.BaseTransport):
    """Gives its answers one after the other, the last one for ever; `requests` are what it was asked."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def handle_request(self, request):
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(
            status, headers={"content-type": "application/json", **headers}, content=content, request=request
        )


def ok(body, **headers):
    return 200, body, headers


def web(service, *, reset=""):
    slept = []
    found = Web(
        "https://desk.example/api",
        name="desk:acme",
        headers={"Authorization": f"Bearer {TOKEN}"},
        reset=reset,
        transport=service,
        sleep=slept.append,
    )
    return found, slept


def test_an_answer_is_its_status_its_json_and_its_headers_by_lower_case_name():
    service = Service((200, {"a": 1}, {"X-Total": "7"}))

    answer = web(service)[0].get("things", {"page": 2})

    assert (answer.status, answer.body, answer.headers["x-total"], answer.content) == (200, {"a": 1}, "7", b'{"a": 1}')
    assert str(service.requests[0].url) == "https://desk.example/api/things?page=2"


def test_a_post_carries_its_json_and_is_repeated_like_a_get():
    service = Service(httpx.ConnectError("no"), ok([]))

    web(service)[0].post("search", {"q": "x"})

    assert [json.loads(request.content) for request in service.requests] == [{"q": "x"}] * 2


@pytest.mark.parametrize(
    "fault",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("lost"),
        httpx.RemoteProtocolError("closed"),
        *((status, {}, {}) for status in (408, 409, 425, 429, 500, 502, 503, 504)),
        ok(b'{"text": "cut o'),
        ok(b"not gzip", **{"content-encoding": "gzip"}),
    ],
    ids=repr,
)
def test_a_fault_that_passes_is_not_noticed(fault):
    found, slept = web(Service(fault, fault, ok({"a": 1})))

    assert found.get("things").body == {"a": 1}
    assert slept == [1.0, 2.0]


def test_an_answer_says_how_long_its_own_attempt_took_without_waits_and_failed_attempts():
    ticks = iter([0.0, 5.0, 100.0, 100.25])
    service = Service((503, {}, {"retry-after": "17"}), ok({}))

    found = Web("https://desk.example", name="desk", transport=service, sleep=lambda _: None, timer=lambda: next(ticks))

    assert found.get("things").seconds == 0.25


def test_how_often_is_asked_and_what_giving_up_means_can_be_said():
    service = Service(httpx.ConnectError("refused"))
    found = Web(
        "https://desk.example", name="desk", attempts=2, later="try tomorrow", transport=service, sleep=lambda _: None
    )

    with pytest.raises(SourceError, match=r"after 2 attempts \(ConnectError\); nothing is lost: try tomorrow$"):
        found.get("things")

    assert len(service.requests) == 2


def test_a_service_that_says_how_long_to_wait_is_waited_for():
    found, slept = web(Service((429, {}, {"retry-after": "17"}), (503, {}, {"retry-after": "0"}), ok({})))

    found.get("things")

    assert slept == [17.0, 0.0]


def test_nobody_is_waited_for_longer_than_a_quarter_of_an_hour():
    found, slept = web(Service((429, {}, {"retry-after": "86400"}), ok({})))

    found.get("things")

    assert slept == [900.0]


@pytest.mark.parametrize("asked", ["soon", "-3", "1.5"])
def test_a_wait_that_cannot_be_read_is_a_wait_of_our_own(asked):
    found, slept = web(Service((429, {}, {"retry-after": asked}), ok({})))

    found.get("things")

    assert slept == [1.0]


def reset_of(status, **headers):
    """How long is waited after an answer with these headers, of a service whose reset header is x-reset."""
    found, slept = web(Service((status, {}, headers), ok({})), reset="x-reset")
    found.get("things")
    return slept


def test_a_limit_that_names_its_end_is_waited_for_by_the_services_own_clock():
    assert reset_of(429, date=DATE, **{"x-reset": str(NINE_TEN)}) == [7.0]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (503, {"date": DATE, "x-reset": str(NINE_TEN)}),
        (429, {"x-reset": str(NINE_TEN)}),
        (429, {"date": "today", "x-reset": str(NINE_TEN)}),
        (429, {"date": DATE, "x-reset": "soon"}),
        (429, {"date": DATE, "x-reset": str(NINE_TEN - 60)}),
        (429, {"date": DATE, "x-other": str(NINE_TEN)}),
    ],
)
def test_without_a_limit_that_names_its_end_the_wait_is_our_own(status, headers):
    assert reset_of(status, **headers) == [1.0]


def test_where_both_are_told_retry_after_counts():
    assert reset_of(429, date=DATE, **{"x-reset": str(NINE_TEN), "retry-after": "2"}) == [2.0]


def test_a_reset_header_counts_only_for_a_service_that_is_known_to_have_it():
    found, slept = web(Service((429, {}, {"date": DATE, "x-reset": str(NINE_TEN)}), ok({})))

    found.get("things")

    assert slept == [1.0]


def failure_of(service, path="things", **how):
    found, slept = web(service)
    with pytest.raises(SourceError) as caught:
        found.get(path, **how)
    return caught.value, slept


def test_a_fault_that_stays_is_given_up_with_a_longer_wait_each_time():
    service = Service(httpx.ConnectError("refused"))

    error, slept = failure_of(service)

    assert len(service.requests) == ATTEMPTS
    assert slept == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0]
    assert str(error) == (
        "desk:acme: no answer to GET things after 8 attempts (ConnectError); "
        "nothing is lost: the next sync goes on here"
    )


def test_json_that_stays_cut_off_is_one_line_without_the_text_in_it():
    service = Service(ok(json.dumps({"text": TEXT})[:-3].encode()))

    error, _ = failure_of(service)

    assert len(service.requests) == ATTEMPTS
    assert str(error) == (
        "desk:acme: GET things was answered 8 times with JSON that is cut off or none at all; "
        "nothing is lost: the next sync goes on here"
    )
    assert (error.__cause__, error.__suppress_context__) == (None, True)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (401, ": the token is not valid, or lacks a right; docs/connect.md lists the rights it needs"),
        (403, ": the token is not valid, or lacks a right; docs/connect.md lists the rights it needs"),
        (404, ": there is no such thing; check `url` and the ids of this source"),
        (302, "; see the service's own status page, then sync again"),
        (422, "; see the service's own status page, then sync again"),
    ],
)
def test_a_no_is_told_once_in_one_line_that_says_what_to_do(status, told):
    service = Service((status, {"error": TEXT}, {"location": "https://elsewhere.example/"}))

    error, slept = failure_of(service)

    assert str(error) == f"desk:acme: GET things was answered with {status}{told}"
    assert (len(service.requests), slept) == (1, [])


def test_a_status_that_is_allowed_is_an_answer():
    answer = web(Service((404, {"error": "gone"}, {})))[0].get("things/1", allowed=(404,))

    assert (answer.status, answer.body) == (404, {"error": "gone"})


@pytest.mark.parametrize(
    ("content", "kind"), [(b"", "application/json"), (b"<html>", "text/html")], ids=["empty", "html"]
)
def test_an_answer_without_json_has_no_body(content, kind):
    answer = web(Service((200, content, {"content-type": kind})))[0].get("things")

    assert (answer.body, answer.content) == (None, content)


def test_a_whole_address_keeps_its_own_parameters():
    service = Service(ok({}))

    web(service)[0].get("https://desk.example/api/things?cursor=abc")

    assert str(service.requests[0].url) == "https://desk.example/api/things?cursor=abc"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/things", "http://desk.example/things", "https://desk.example:8443/things"]
)
def test_the_credential_is_sent_to_no_other_host(address):
    service = Service(ok({}))

    error, _ = failure_of(service, address)

    assert service.requests == []
    assert str(error) == (
        "desk:acme: GET /things was not sent: the address is of another host than `url` of this source"
    )


def test_a_secret_shows_itself_only_to_who_asks_for_it_by_name():
    secret = Secret(TOKEN)

    assert secret.reveal() == TOKEN
    assert f"{secret} {secret!r} {[secret]}" == "Secret(...) Secret(...) [Secret(...)]"


@pytest.mark.parametrize(
    "answer",
    [
        (401, {"error": TEXT}, {}),
        httpx.ConnectError("refused https://desk.example/?key=k3y-in-an-address"),
        ok(b'{"text": "' + TEXT.encode()),
    ],
    ids=["401", "refused", "cut"],
)
def test_neither_a_credential_nor_a_text_is_told_anywhere(answer, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    found, _ = web(Service(answer))

    with pytest.raises(SourceError) as caught:
        found.get("things")

    error = caught.value
    told = f"{error!r} {error} {error.__cause__!r} {found!r} {vars(found)!r}"
    assert len(str(error).splitlines()) == 1
    assert "k3y-in-an-address" not in told
    told += "".join(capfd.readouterr()) + caplog.text
    assert TOKEN not in told
    assert TEXT not in told
