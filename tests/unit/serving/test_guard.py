"""Around every request: headers, one log line without a word of a ticket, no traceback outside."""

import asyncio
import json
import logging

import pytest

from ecomintent.serving.running import _Json, _Words, is_loopback, log_lines
from tests.unit.serving.server import Server

SECRET = "zq-secret-4711"


@pytest.fixture
def lines(caplog):
    """Every line of every logger, as both formats write it, tracebacks included."""
    caplog.set_level(logging.DEBUG)

    def told():
        plain = logging.Formatter()
        return "\n".join(each.format(record) for record in caplog.records for each in (plain, _Json(), _Words()))

    return told


@pytest.mark.parametrize("page", ["/health", "/nowhere", "/classify"])
def test_every_answer_carries_the_headers_that_browsers_obey(page):
    headers = Server().client().get(page).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cache-control"] == "no-store"
    assert len(headers["x-request-id"]) == 32


def test_one_line_tells_each_request_and_holds_no_text(lines, caplog):
    server = Server()
    server.client(**{"X-Request-ID": "r1"}).post(f"/classify?{SECRET}", json={"text": f"my parcel {SECRET}"})
    server.client().get(f"/{SECRET}")
    server.client().post("/classify", json={"text": "a", SECRET: SECRET})
    server.client().post("/classify", content=SECRET)

    facts = [record.facts for record in caplog.records if record.name == "ecomintent.access"]
    assert [(each["route"], each["status"], each["tickets"], each["version"]) for each in facts] == [
        ("/classify", 200, 1, "1"),
        ("none", 404, 0, "-"),
        ("/classify", 422, 0, "-"),
        ("/classify", 415, 0, "-"),
    ]
    assert facts[0]["id"] == "r1"
    ours = [record for record in caplog.records if record.name.startswith(("ecomintent", "uvicorn"))]
    assert SECRET not in "\n".join(each.format(record) for record in ours for each in (logging.Formatter(), _Json()))


def test_a_fault_of_ours_says_where_and_not_what_was_written(lines):
    server = Server()

    def broken(text):
        raise ValueError(f"cannot read {text!r}")

    server.reader("1").read = broken
    answered = server.ask(f"my parcel {SECRET}")

    assert (answered.status_code, SECRET in answered.text) == (500, False)
    assert "fault of ours" in answered.json()["detail"]
    assert "error=ValueError at=broken:" in lines()
    assert SECRET not in lines()


def test_a_body_in_parts_is_counted_too():
    server = Server(most_bytes=1000)
    parts = ({"type": "http.request", "body": b"x" * 400, "more_body": True} for _ in range(10))

    sent = _raw(server.app, parts)

    assert sent[0]["status"] == 413
    assert len(list(parts)) == 7  # the rest was not read


def test_a_json_line_can_be_read_by_a_machine():
    record = logging.LogRecord("ecomintent.access", logging.INFO, "", 0, "request", (), None)
    record.facts = {"id": "r1", "status": 200}

    told = json.loads(_Json().format(record))

    assert (told["said"], told["id"], told["status"], told["level"]) == ("request", "r1", 200, "info")


@pytest.mark.parametrize(
    ("host", "expected"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback_is_what_only_this_machine_reaches(host, expected):
    assert is_loopback(host) is expected


def test_metrics_count_requests_and_tickets_and_name_the_release():
    server = Server("4")
    server.ask("my parcel")
    server.ask("word " * 40)
    server.client().get("/nowhere")

    told = server.client().get("/metrics").text

    assert 'ecomintent_requests_total{method="POST",route="/classify",status="200"} 2.0' in told
    assert 'ecomintent_requests_total{method="GET",route="none",status="404"} 1.0' in told
    assert 'ecomintent_tickets_total{confidence="high",intent="WISMO",version="4"} 1.0' in told
    assert "ecomintent_truncated_total 1.0" in told
    assert 'ecomintent_release{version="4"} 1.0' in told


def _raw(app, parts):
    """What the application sends when a body arrives in parts, with no length told before."""
    sent = []
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/classify",
        "raw_path": b"/classify",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }

    async def receive():
        return next(parts)

    async def send(message):
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    return sent


def test_a_servers_own_log_lines_have_no_traceback(capsys):
    root = logging.getLogger()
    kept, level, ours = root.handlers, root.level, logging.getLogger("ecomintent").level
    try:
        log_lines(as_json=False)
        logging.getLogger("asyncio").error("something else went wrong", exc_info=ValueError(SECRET))
    finally:
        root.handlers = kept
        root.setLevel(level)
        logging.getLogger("ecomintent").setLevel(ours)

    said = capsys.readouterr().err
    assert "something else went wrong" in said
    assert SECRET not in said
