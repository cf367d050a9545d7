"""Requests that no honest client sends: each gets a 4xx and one clear line, never a 500, never its own words back."""

import json

import pytest

from tests.unit.serving.server import Server

BATCH = "/classify/batch"
CANARY = "zq-canary-4711"
OK = json.dumps({"text": "where is my parcel"}).encode()
JSON = {"content-type": "application/json"}


def one(name, body, status, line, headers=JSON, path="/classify", method="POST"):
    return pytest.param(method, path, headers, body, status, line, id=name)


def field(value):
    return json.dumps({"text": value}).encode()


def with_threshold(value):
    return b'{"text": "a", "threshold": ' + value + b"}"


BROKEN_JSON = {
    "a brace": b"{",
    "a word": b"text",
    "a trailing comma": b'{"text": "a",}',
    "single quotes": b"{'text': 'a'}",
    "an unquoted name": b'{text: "a"}',
    "a comment": b'{"text": "a"} // b',
    "two documents": b'{"text": "a"}{"text": "b"}',
    "a raw newline in a string": b'{"text": "a\nb"}',
    "a raw NUL": b'{"text": "a\x00b"}',
    "only NULs": b"\x00" * 20,
    "a form": b"text=a",
    "xml": b"<text>a</text>",
    "an open string": b'{"text": "' + b"a" * 1000,
    "a bad escape": b'{"text": "\\x41"}',
    "half an escape": b'{"text": "\\u12"}',
}
UNREADABLE = {
    "latin-1": '{"text": "caf\xe9"}'.encode("latin-1"),
    "cut utf-8": b'{"text": "\xe2\x82"}',
    "overlong utf-8": b'{"text": "\xc0\xaf"}',
    "nested arrays": b"[" * 20_000,
    "nested objects": b'{"text":' * 8_000,
    "nested text": b'{"text":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "a number of 5,000 digits": with_threshold(b"9" * 5_000),
}
NOT_AN_OBJECT = {"null": b"null", "true": b"true", "a number": b"12", "a string": b'"a"', "an array": b"[]"}
TEXTS = {
    "null": None,
    "a number": 12,
    "a float": 1.5,
    "true": True,
    "an array": ["a"],
    "an object": {"text": "a"},
}
BLANK = {"nothing": "", "a space": " ", "spaces": " " * 500, "newlines": "\n\t\r\n", "an em space": "\u2003"}
THRESHOLDS = {
    "a string": b'"0.5"',
    "true": b"true",
    "an array": b"[0.5]",
    "an object": b"{}",
    "above 1": b"1.01",
    "below 0": b"-0.01",
    "huge": b"1e999",
    "minus huge": b"-1e999",
    "NaN": b"NaN",
    "Infinity": b"Infinity",
    "-Infinity": b"-Infinity",
    "a long number": b"1" * 300,
}
TYPES = (
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
    "*/*",
)
METHODS = ("GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE")
PATHS = (
    "/",
    "/Classify",
    "/classify/x",
    "/docs",
    "/redoc",
    "/admin",
    "/.env",
    "/..%2f..%2fetc/passwd",
    "/classify%00",
    "/%ff",
    "/" + "a" * 5_000,
    "//classify",
    "/health;x=1",
    "/intents/../metrics/x",
)
UNKNOWN = ("Text", "texts", "treshold", "__proto__", "model_version", CANARY, "text ", "\u0000")

REQUESTS = [
    *(one(f"json: {name}", body, 422, "not JSON") for name, body in BROKEN_JSON.items()),
    *(one(f"unreadable: {name}", body, 400, "not JSON that can be read") for name, body in UNREADABLE.items()),
    *(one(f"body: {name}", body, 422, "not a JSON object") for name, body in NOT_AN_OBJECT.items() if name != "null"),
    one("body: null", b"null", 422, "the body is missing"),
    one("body: none", b"", 422, "the body is missing"),
    one("no text", b"{}", 422, "text: missing; send it"),
    *(one(f"text: {name}", field(value), 422, "text: Input should be a valid string") for name, value in TEXTS.items()),
    *(one(f"blank: {name}", field(value), 422, "text: it is empty") for name, value in BLANK.items()),
    one("NUL", field("a\0b"), 422, "text: it holds a NUL"),
    one("only NULs", field("\0" * 10), 422, "text: it holds a NUL"),
    *(one(f"threshold: {name}", with_threshold(value), 422, "threshold: ") for name, value in THRESHOLDS.items()),
    *(
        one(f"unknown: {name!r}", json.dumps({"text": "a", name: CANARY}).encode(), 422, "unknown field")
        for name in UNKNOWN
    ),
    *(
        one(f"type: {kind}", OK, 415, "must be application/json", {"content-type": kind} if kind else {})
        for kind in TYPES
    ),
    *(one(f"method: {method}", b"", 405, "takes POST", {}, method=method) for method in METHODS if method != "HEAD"),
    one("method: HEAD", b"", 405, "", {}, method="HEAD"),
    one("method: made up", b"", 405, "takes POST", {}, method="BREW"),
    *(one(f"health: {method}", b"", 405, "takes", {}, "/health", method) for method in ("POST", "PUT", "DELETE")),
    *(one(f"path: {path[:20]}", b"", 404, "no such page", {}, path, "GET") for path in PATHS),
    *(one(f"path, posted: {path[:20]}", OK, 404, "no such page", JSON, path) for path in PATHS),
    *(one(f"batch, json: {name}", body, 422, "not JSON", path=BATCH) for name, body in BROKEN_JSON.items()),
    *(one(f"batch, unreadable: {name}", body, 400, "not JSON", path=BATCH) for name, body in UNREADABLE.items()),
    *(one(f"batch, body: {name}", body, 422, "", path=BATCH) for name, body in NOT_AN_OBJECT.items()),
    *(
        one(
            f"batch, threshold: {name}",
            b'{"texts": ["a"], "threshold": ' + value + b"}",
            422,
            "threshold: ",
            path=BATCH,
        )
        for name, value in THRESHOLDS.items()
    ),
    *(
        one(
            f"batch, unknown: {name!r}", json.dumps({"texts": ["a"], name: CANARY}).encode(), 422, "unknown", path=BATCH
        )
        for name in UNKNOWN
        if name != "texts"
    ),
    one("batch: no texts", b"{}", 422, "texts: missing", path=BATCH),
    one("batch: empty", b'{"texts": []}', 422, "texts: ", path=BATCH),
    one("batch: a string", b'{"texts": "a"}', 422, "texts: ", path=BATCH),
    one("batch: an object", b'{"texts": {"0": "a"}}', 422, "texts: ", path=BATCH),
    one("batch: a number in it", b'{"texts": ["a", 1]}', 422, "texts.1: ", path=BATCH),
    one("batch: a null in it", b'{"texts": ["a", null]}', 422, "texts.1: ", path=BATCH),
    one("batch: a blank in it", b'{"texts": ["a", "b", " "]}', 422, "texts.2: it is empty", path=BATCH),
    one("batch: a NUL in it", b'{"texts": ["\\u0000a"]}', 422, "texts.0: it holds a NUL", path=BATCH),
    one("batch: nested", b'{"texts": [["a"]]}', 422, "texts.0: ", path=BATCH),
    one("batch: 33", json.dumps({"texts": ["a"] * 33}).encode(), 422, "at most 32", path=BATCH),
    one("batch: 5,000", json.dumps({"texts": ["a"] * 5_000}).encode(), 422, "at most 32", path=BATCH),
    one("batch: one text for it", OK, 422, "", path=BATCH),
    one("huge: text", field("a" * 70_000), 413, "longer than 65536 bytes"),
    one("huge: spaces", b" " * 70_000, 413, "longer than 65536 bytes"),
    one("huge: to a page that takes none", b"a" * 70_000, 413, "longer", {}, "/health", "GET"),
    one("huge: to no page", b"a" * 70_000, 413, "longer", {}, "/nowhere"),
    one("length: a lie of a number", OK, 413, "longer", JSON | {"content-length": "9" * 30}),
    one("length: no number", OK, 400, "Content-Length is no number", JSON | {"content-length": "many"}),
    one("length: negative", OK, 400, "Content-Length is no number", JSON | {"content-length": "-1"}),
    one("length: other digits", OK, 400, "Content-Length is no number", JSON | {"content-length": "\u0661".encode()}),
    *(
        one(f"host: {host}", OK, 421, "localhost alone", JSON | {"host": host})
        for host in (
            "evil.example",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "localhost@evil",
            "10.0.0.1",
            " ",
        )
    ),
]


@pytest.fixture(scope="module")
def client():
    return Server().client()


@pytest.mark.parametrize(("method", "path", "headers", "body", "status", "line"), REQUESTS)
def test_a_hostile_request_gets_a_4xx_with_a_clear_line(client, method, path, headers, body, status, line):
    answered = client.request(method, path, headers=headers, content=body)

    assert answered.status_code == status
    if method != "HEAD":
        told = answered.json()
        assert set(told) == {"detail", "request_id"}
        assert line in told["detail"]
        assert "\n" not in told["detail"]
    assert CANARY not in answered.text


def test_there_are_more_than_170_of_them_beside_the_bad_keys():
    assert len(REQUESTS) > 170


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer eik",
        "Bearer eik_",
        "Bearer eik__",
        "Bearer eik_a_",
        "Bearer eik_a_wrong",
        "Bearer eik_a_secret-of-b",
        "Bearer eik_nobody_secret-of-a",
        "Bearer _a_secret-of-a",
        "Bearer key_a_secret-of-a",
        "Bearer eik_gone_secret-of-gone",
        "Basic eik_a_secret-of-a",
        "eik_a_secret-of-a",
        "Bearer eik_a_secret-of-a" + "x" * 10_000,
        "Bearer EIK_a_secret-of-a",
        "Bearer eik_A_secret-of-a",
        "Bearer eik_a_SECRET-of-a",
        "Bearer eik_a_secret-of-a, eik_a_secret-of-a",
        b"Bearer eik_a_\xff\xfe",
        b"Bearer \xe9\xe8",
    ],
    ids=range(23),
)
def test_a_bad_key_is_refused_without_a_word_on_what_is_wrong_with_it(sent):
    from ecomintent.served import Scope

    server = Server()
    server.keys.add("a", Scope.CLASSIFY)
    server.keys.add("gone", Scope.CLASSIFY, revoked=True)

    answered = server.client().post("/classify", headers={"Authorization": sent}, json={"text": "a"})

    assert (answered.status_code, answered.headers["www-authenticate"]) == (401, "Bearer")
    assert answered.json()["detail"].split(";")[0] in ("this key is unknown or was revoked", "a key is needed")
