"""Intercom's limits and answers of another shape: waited for, told in one line, or refused row by row."""

from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.adapters.intercom import VERSION, connect
from ecomintent.adapters.intercom_conversation import Known, ticket_of
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from ecomintent.labels.intake import take
from ecomintent.taxonomy import NAMES
from tests.twins.day import rules_of
from tests.twins.intercom import CUSTOMER, OUR_ADMIN, IntercomTwin, admin
from tests.twins.twin import TwinClock
from tests.unit.adapters.intercom_shop import TEXT, changed, conversation, pages, refused, tickets


@pytest.fixture
def twin():
    return IntercomTwin(TwinClock(), "shop-a")


def test_a_limit_of_a_ten_second_window_is_waited_for_to_its_end(twin):
    for _ in range(20):
        twin.open(TEXT)
    twin.clock.sleep(0.5)
    twin.per_window = 6
    began = twin.clock.now

    found = pages(twin)

    assert len(tickets(found)) == 20
    assert twin.impatient == 0
    # 1 of teammates, 5 of the search, 20 conversations, 1 of deletions: five windows.
    assert twin.clock.now - began - twin.settles_after < 60


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("admins", {"type": "error.list"}),
        ("conversations/search", ["conversations"]),
        ("conversations/search", {"conversations": [{"updated_at": 1}]}),
        ("conversations/deleted", {"conversations": None}),
    ],
)
def test_an_answer_of_another_shape_is_an_error_of_one_line(twin, path, body):
    def other(request):
        same = request.url.path.strip("/") == path
        return httpx.Response(200, json=body) if same else twin.handle(request)

    with pytest.raises(SourceError) as caught:
        pages(twin, handle=other)

    assert str(caught.value).startswith("intercom:shop-a: an answer has no list of ")


@pytest.mark.parametrize(
    "body",
    [
        {"id": "1"},
        [],
        {"id": "2", "conversation_parts": {"conversation_parts": []}},
        conversation({"part_type": "note"}),
        conversation("part"),
    ],
)
def test_one_malformed_conversation_is_refused_and_stops_nothing(twin, body):
    bad, good = twin.open(TEXT), twin.open(TEXT)
    if isinstance(body, dict) and body["id"] == "1":
        body = {**body, "id": bad}

    def other(request):
        return httpx.Response(200, json=body) if request.url.path.endswith(bad) else twin.handle(request)

    found = pages(twin, handle=other)

    assert list(tickets(found)) == [good]
    assert [(row.ticket_id, row.excerpt) for row in refused(found)] == [(bad, "")]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


def places(value, path=()):
    """The way to everything in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def with_at(value, path, new):
    """The value with another one at a place in it."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = with_at(value[path[0]], path[1:], new)
    return copy


TOLD = conversation(
    {"id": "1", "part_type": "comment", "created_at": 1_772_442_000, "author": CUSTOMER, "body": "hm"},
    {"id": "2", "part_type": "close", "created_at": 1_772_442_001, "author": admin("101")},
    changed("3", {"name": "WISMO", "previous": None}),
    state="closed",
    statistics={"last_close_at": 1_772_442_001},
    tags={"tags": [{"id": "77", "name": "vip"}]},
    contacts={"contacts": [{"id": "c-1"}]},
)


PLACES = [path for path in places(TOLD) if path]


@settings(deadline=None, derandomize=True, max_examples=25)
@given(anything=ANYTHING)
def test_whatever_stands_in_one_place_of_a_conversation_it_is_read_or_refused(anything):
    known = Known(attribute="Intent", ours=frozenset({OUR_ADMIN}), teammates=frozenset({"101"}))
    rules = rules_of(IntercomTwin(TwinClock(), "shop-a"))

    for path in PLACES:
        with suppress(InputError):
            take(ticket_of(with_at(TOLD, path, anything), known), rules)


@pytest.mark.parametrize("at", [1_772_442_000_000, None, "soon"])
def test_a_conversation_without_a_time_hides_none_of_those_to_come(twin, at):
    bad, good = twin.open(TEXT), twin.open(TEXT)

    def other(request):
        answer = twin.handle(request)
        if not request.url.path.endswith("/search"):
            return answer
        body = answer.json()
        for row in body["conversations"]:
            row["updated_at"] = at if row["id"] == bad else row["updated_at"]
        return httpx.Response(200, json=body)

    found = pages(twin, handle=other)
    twin.clock.sleep(3_600)
    later = twin.open(TEXT)

    assert tickets(found).keys() == {bad, good}
    assert later in tickets(pages(twin, found[-1].mark, handle=other))


@pytest.mark.parametrize("at", ["yesterday", 10**15, 1.5, True])
def test_a_time_that_is_none_is_left_for_the_intake_to_refuse(at):
    known = Known(attribute="Intent", ours=frozenset(), teammates=frozenset())

    assert ticket_of(conversation(created_at=at), known).created_at == str(at)


def test_without_the_name_of_the_attribute_nothing_is_connected():
    setup = Setup(kind="intercom", account="shop-a", url="https://api.intercom.example", token=Secret("t"), field=" ")

    with pytest.raises(InputError, match="intercom:shop-a: `field` is absent"):
        connect(setup)


def test_the_page_for_operators_names_the_nine_options_and_the_version():
    page = (Path(__file__).parents[3] / "docs" / "connect" / "intercom.md").read_text(encoding="utf-8")

    block = page.partition("do not matter)")[2].partition("Use an attribute")[0]
    assert [word for word in block.split() if word.isupper() or "_" in word] == list(NAMES)
    assert f"(version {VERSION})" in page
