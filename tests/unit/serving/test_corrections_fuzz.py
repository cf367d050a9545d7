"""Whatever arrives at the corrections home is answered with a line or a page, never with a fault of ours."""

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomintent.taxonomy import NAMES
from tests.unit.serving.desk_server import TOKEN, DeskServer

CALM = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
FIELDS = ["event_id", "ticket_id", "intent", "text", "previous_intent", "agent", "at", "x"]

values = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from([*NAMES, "t0"])
)
documents = st.dictionaries(st.sampled_from(FIELDS), values | st.lists(values, max_size=2), max_size=8) | values
forms = st.dictionaries(
    st.sampled_from(["ticket", "intent", "turn", "position", "show", "name", "password", "next"]),
    st.text(max_size=30) | st.sampled_from(["t0", "WISMO", "0", "all", "blind"]),
    max_size=8,
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    server = DeskServer(tmp_path_factory.mktemp("shop"))
    server.classified("parcel at 0.5", "cancel at 0.5")
    found = server.signed_in()
    found.see()
    found.token = TOKEN.search(found.page)[1]
    return found


@CALM
@given(document=documents)
def test_any_json_as_a_correction(browser, document):
    body = json.dumps(document).encode()
    answered = browser.client.post("/corrections", content=body, headers={"content-type": "application/json"})

    assert answered.status_code < 500
    assert set(answered.json()) in ({"detail", "request_id"}, {"event_id", "new", "request_id"})


@CALM
@given(name=st.text(max_size=40), text=st.text(max_size=40))
def test_any_name_and_text_of_a_correction_is_refused_or_reaches_the_label_store(tmp_path_factory, name, text):
    server = DeskServer(tmp_path_factory.mktemp("shop"))
    said = {"event_id": name, "ticket_id": name, "text": text, "intent": "WISMO", "agent": name}
    accepted = server.client().post("/corrections", json=said).status_code == 200

    assert server.handed_on() == int(accepted) == len(server.stored())


@CALM
@given(form=forms, path=st.sampled_from(["/corrections/answer", "/corrections/undo", "/sign-in"]))
def test_any_form_with_a_good_token(browser, form, path):
    body = urlencode({**form, "token": browser.token}, errors="replace").encode()
    answered = browser.client.post(
        path, content=body, headers={"content-type": "application/x-www-form-urlencoded"}, follow_redirects=False
    )

    assert answered.status_code in (303, 401, 404, 413, 422, 429)


@CALM
@given(
    query=st.dictionaries(st.sampled_from(["show", "after", "ticket", "did", "say"]), st.text(max_size=20), max_size=5),
    key=st.text(max_size=20),
)
def test_any_address(browser, query, key):
    assert browser.client.get("/corrections?" + urlencode(query, errors="replace")).status_code == 200
    review = quote(key, safe="", errors="replace")
    assert browser.client.get(f"/status/review/{review}").status_code in (200, 404)
