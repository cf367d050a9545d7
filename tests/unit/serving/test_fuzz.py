"""Whatever arrives is answered with a clear line or an answer, never with a fault of ours."""

import json
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.serving.server import Server

CLIENT = Server().client()
CALM = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
documents = st.dictionaries(st.sampled_from(["text", "texts", "threshold", "x"]), values, max_size=4) | values
paths = st.sampled_from(["/classify", "/classify/batch"])


def told(answered):
    assert answered.status_code < 500
    if answered.status_code >= 400:
        assert set(answered.json()) == {"detail", "request_id"}
        assert 0 < len(answered.json()["detail"]) < 300
    return answered.status_code


@CALM
@given(path=paths, document=documents)
def test_any_json(path, document):
    body = json.dumps(document).encode()

    told(CLIENT.post(path, content=body, headers={"content-type": "application/json"}))


@CALM
@given(path=paths, body=st.binary(max_size=300))
def test_any_bytes(path, body):
    assert 400 <= told(CLIENT.post(path, content=body, headers={"content-type": "application/json"})) < 500


@CALM
@given(text=st.text(min_size=1, max_size=200), threshold=st.none() | st.floats(0, 1))
def test_any_text_that_says_something_is_answered(text, threshold):
    status = told(CLIENT.post("/classify", json={"text": text, "threshold": threshold}))

    assert status == (422 if not text.strip() or "\0" in text else 200)


@CALM
@given(
    name=st.sampled_from(["authorization", "x-api-key", "x-request-id", "content-type", "host", "origin", "cookie"]),
    value=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=100),
)
def test_any_header(name, value):
    told(CLIENT.post("/classify", content=b'{"text": "a"}', headers={"content-type": "application/json", name: value}))


@CALM
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "BREW"]),
    path=st.text(max_size=60),
    query=st.text(max_size=60),
)
def test_any_path(method, path, query):
    answered = CLIENT.request(method, "/" + quote(path), params={"q": query})

    assert answered.status_code < 500
