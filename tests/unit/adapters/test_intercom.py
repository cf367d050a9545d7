"""What Intercom does otherwise than one would think, and what the connector makes of it."""

import json
from contextlib import suppress
from pathlib import Path
from random import Random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.adapters.intercom import VERSION, connect
from ecomintent.adapters.intercom_conversation import Known, ticket_of
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from ecomintent.labels.cleaning import first_customer_message
from ecomintent.labels.intake import take
from ecomintent.taxonomy import NAMES
from ecomintent.tickets import ActorKind
from tests.twins.day import rules_of
from tests.twins.faults import Faulty
from tests.twins.intercom import CUSTOMER, FIN, OUR_ADMIN, OUR_APP, IntercomTwin, admin
from tests.twins.twin import DAY, TwinClock

TEXT = "my parcel is three days late, where is it now"


@pytest.fixture
def twin():
    return IntercomTwin(TwinClock(), "shop-a")


def pages(twin, mark="", *, since="", handle=None, **options):
    """Every page of one sync, all that happened having settled."""
    twin.clock.sleep(twin.settles_after)
    carried = Faulty(handle or twin.handle, Random(1), 0.0)
    return list(twin.connector(carried, twin.clock.sleep, **options).pages(mark, since=since))


def tickets(found):
    return {ticket.ticket_id: ticket for page in found for ticket in page.tickets}


def refused(found):
    return [row for page in found for row in page.refused]


def only(twin, **options):
    """The one ticket there is."""
    [ticket] = tickets(pages(twin, **options)).values()
    return ticket


def kinds(twin, **options):
    return [(change.actor.kind, change.actor.id) for change in only(twin, **options).changes]


def conversation(*parts, **more):
    """A conversation as the API tells it."""
    source = {"type": "conversation", "subject": "", "body": f"<p>{TEXT}</p>", "author": CUSTOMER, "redacted": False}
    listed = {"type": "conversation_part.list", "conversation_parts": list(parts), "total_count": len(parts)}
    return {"id": "1", "created_at": 1_772_442_000, "source": source, "conversation_parts": listed, **more}


def changed(number, value, at=1_772_442_000, **more):
    """A part that tells of the intent."""
    details = {"attribute": {"name": "Intent"}, "value": value}
    kind = "conversation_attribute_updated_by_admin"
    part = {"id": number, "part_type": kind, "created_at": at, "author": admin("101"), "event_details": details}
    return {**part, **more}


def changes_of(told):
    known = Known(attribute="Intent", ours=frozenset({OUR_ADMIN}), teammates=frozenset({"101"}))
    return [(change.value, change.previous) for change in ticket_of(told, known).changes]


# Who it was.


def test_only_a_known_teammate_is_a_person(twin):
    ticket = twin.open(TEXT)
    twin.set(ticket, "WISMO", admin("102"))
    twin.set(ticket, "RETURN_REQUEST", admin("555"))
    twin.set(ticket, "WISMO", admin("556"))
    twin.set(ticket, "RETURN_REQUEST", {"type": "team", "id": "102"})

    assert kinds(twin) == [
        (ActorKind.HUMAN, "102"),
        (ActorKind.UNKNOWN, "555"),
        (ActorKind.UNKNOWN, "556"),
        (ActorKind.UNKNOWN, "102"),
    ]


def test_fin_is_a_bot_though_its_changes_are_called_an_admins(twin):
    ticket = twin.open(TEXT)
    twin.set(ticket, "WISMO", FIN)
    twin.set(ticket, "RETURN_REQUEST", {**admin("101"), "from_ai_agent": True})

    assert kinds(twin) == [(ActorKind.BOT, "278"), (ActorKind.BOT, "101")]


def test_an_app_that_writes_under_a_teammates_name_is_no_person(twin):
    twin.set(twin.open(TEXT), "WISMO", admin("101"), app_package_code="another-app")

    assert kinds(twin) == [(ActorKind.BOT, "another-app")]


def test_we_are_known_by_our_account_and_by_our_app_before_anything_else(twin):
    ticket = twin.open(TEXT)
    twin.set(ticket, "WISMO", admin(OUR_ADMIN))
    twin.set(ticket, "RETURN_REQUEST", FIN, app_package_code=OUR_APP)
    twin.set(ticket, "WISMO", admin(OUR_ADMIN), how="workflow")

    assert [kind for kind, _ in kinds(twin)] == [ActorKind.SELF] * 3


def test_a_workflow_is_a_rule_and_a_customer_is_no_agent(twin):
    ticket = twin.open(TEXT)
    twin.rule(ticket, "WISMO")
    twin.set(ticket, "RETURN_REQUEST", admin("101"), how="workflow")
    twin.set(ticket, "WISMO", CUSTOMER, how="user")
    twin.set(ticket, "RETURN_REQUEST", admin("101"), how="user")

    assert [kind for kind, _ in kinds(twin)] == [ActorKind.RULE, ActorKind.RULE, ActorKind.UNKNOWN, ActorKind.UNKNOWN]


def test_one_who_left_is_a_person_once_the_operator_says_so(twin):
    twin.correct(twin.open(TEXT), "WISMO", "103")
    twin.former = {"103"}

    assert kinds(twin) == [(ActorKind.UNKNOWN, "103")]
    assert kinds(twin, former_teammates="900, 103") == [(ActorKind.HUMAN, "103")]


# What changed.


def test_a_previous_value_that_is_missing_or_null_is_found_in_earlier_parts():
    told = conversation(
        changed("1", {"name": "WISMO"}),
        changed("2", {"name": "RETURN_REQUEST", "previous": None}),
        changed("3", {"name": "WISMO", "previous": "OTHER"}),
        changed("4", {"name": None}),
        changed("5", {"name": "WISMO"}),
    )

    assert changes_of(told) == [
        ("WISMO", ""),
        ("RETURN_REQUEST", "WISMO"),
        ("WISMO", "OTHER"),
        ("", "WISMO"),
        ("WISMO", ""),
    ]


def test_where_it_cannot_be_known_the_previous_value_is_unknown():
    without_details = changed("2", {}, event_details=None)
    told = conversation(
        changed("1", {"name": "WISMO"}),
        without_details,
        changed("3", {"name": "OTHER"}),
        changed("4", {"name": "WISMO"}),
    )
    cut = conversation(changed("1", {"name": "WISMO"}), changed("2", {"name": "OTHER"}))
    cut["conversation_parts"]["total_count"] = 3

    assert changes_of(told) == [("WISMO", ""), ("OTHER", None), ("WISMO", "OTHER")]
    assert changes_of(cut) == [("WISMO", None), ("OTHER", "WISMO")]


def test_the_changes_come_oldest_first_whatever_the_order_of_the_parts():
    told = conversation(changed("2", {"name": "OTHER"}, at=1_772_442_009), changed("1", {"name": "WISMO"}))

    assert changes_of(told) == [("WISMO", ""), ("OTHER", "WISMO")]


def test_another_attribute_and_another_kind_of_part_are_no_change_of_the_intent(twin):
    ticket = twin.open(TEXT)
    for _ in range(7):
        twin.touch(ticket)

    assert only(twin).changes == ()


def test_ids_are_texts_and_the_same_at_every_reading(twin):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")
    first = only(twin)
    twin.set(ticket, "OTHER", {**admin("101"), "id": 101}, id=77)
    again = only(twin)

    assert again.changes[0].event_id == first.changes[0].event_id
    assert (again.changes[1].event_id, again.changes[1].actor.id) == (f"{ticket}:77", "101")
    assert again.changes[1].actor.kind is ActorKind.HUMAN


def test_times_are_seconds_since_1970(twin):
    twin.correct(twin.open(TEXT), "WISMO", "101")

    ticket = only(twin)

    assert (ticket.created_at, ticket.changes[0].at) == ("2026-03-02T09:00:00+00:00",) * 2


# What the customer wrote.


def text_of(ticket):
    message = first_customer_message(ticket.messages)
    return (message.body, message.is_html) if message else None


def test_the_first_message_is_the_source_and_may_be_html_where_plain_text_was_asked_for(twin):
    twin.touch(ticket := twin.open(TEXT))
    twin.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) == (f"<p>{TEXT}</p>", True)


def test_of_a_conversation_that_a_bot_began_the_first_message_is_the_customers_first_reply(twin):
    ticket = twin.open("<p>Hi, how can we help?</p>")
    twin.conversations[ticket].source |= {"author": FIN, "delivered_as": "operator_initiated", "subject": "Welcome"}
    twin.add(ticket, "comment", admin("101"), body="<p>hello</p>")
    twin.add(ticket, "comment", CUSTOMER, body=f"<p>{TEXT}</p>")

    found = only(twin)

    assert text_of(found) == (TEXT, False)
    assert found.subject == ""


@pytest.mark.parametrize("began", ["customer", "bot"])
def test_what_was_redacted_is_not_replaced_by_a_later_message(twin, began):
    ticket = twin.open(TEXT)
    if began == "bot":
        twin.conversations[ticket].source |= {"author": FIN}
        twin.add(ticket, "comment", CUSTOMER, redacted=True)
    else:
        twin.conversations[ticket].source |= {"body": None, "redacted": True}
    twin.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) is None


def test_a_redacted_reply_takes_nothing_from_the_first_message(twin):
    twin.add(twin.open(TEXT), "comment", CUSTOMER, redacted=True)

    assert text_of(only(twin)) == (f"<p>{TEXT}</p>", True)


def test_tags_come_without_the_time_they_were_applied(twin):
    twin.open(TEXT)

    found = only(twin)

    assert (found.tags, found.channel, found.requester, found.status) == (("vip",), "conversation", "c-1", "open")


@pytest.mark.parametrize("statistics", [None, {"last_close_at": 1}])
def test_it_is_closed_since_its_last_close_while_its_state_says_so(twin, statistics):
    ticket = twin.open(TEXT)
    twin.clock.sleep(60)
    twin.close(ticket)

    told = twin._told(twin.conversations[ticket], True) | {"statistics": statistics}
    known = Known(attribute="Intent", ours=frozenset(), teammates=frozenset())

    assert ticket_of(told, known).closed_at == "2026-03-02T09:01:00+00:00"
    assert ticket_of(told | {"state": "open"}, known).closed_at == ""
    told["conversation_parts"] |= {"conversation_parts": [], "total_count": 9}
    assert ticket_of(told | {"statistics": {"last_close_at": 1_772_442_000}}, known).closed_at[:4] == "2026"


# Long conversations.


def a_long_one(twin):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")
    for _ in range(twin.newest):
        twin.add(ticket, "note", admin("101"), body="<p>hm</p>")
    twin.correct(ticket, "OTHER", "102")
    return ticket


@pytest.mark.parametrize(("newest", "tells_total"), [(5, True), (500, False)])
def test_what_lies_before_the_newest_parts_is_said_to_be_lost_once(twin, newest, tells_total):
    twin.newest, twin.tells_total = newest, tells_total
    ticket = a_long_one(twin)

    found = pages(twin)
    again = pages(twin)

    assert [change.value for change in tickets(found)[ticket].changes] == ["OTHER"]
    [row] = refused(found)
    assert (row.file, row.line, row.ticket_id, row.excerpt) == ("intercom:shop-a", 0, ticket, "")
    assert row.reason.startswith("the conversation has more parts than the newest 500, which is all Intercom tells")
    twin.add(ticket, "note", admin("101"))
    assert refused(again) == refused(pages(twin)) == [row]


def test_the_first_message_of_a_long_conversation_is_still_known(twin):
    twin.newest = 5
    twin.add(a_long_one(twin), "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) == (f"<p>{TEXT}</p>", True)


def test_where_the_customers_first_words_are_cut_off_no_later_ones_stand_for_them(twin):
    twin.newest = 5
    ticket = a_long_one(twin)
    twin.conversations[ticket].source |= {"author": FIN}
    twin.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")

    assert text_of(only(twin)) is None


# Searching.


def test_the_search_is_read_to_its_end_and_oldest_first(twin):
    names = []
    for _ in range(11):
        names.append(twin.open(TEXT))
        twin.clock.sleep(5)

    assert list(tickets(pages(twin))) == names


def test_a_conversation_that_changes_while_pages_are_read_is_not_lost(twin):
    names = []
    for _ in range(9):
        names.append(twin.open(TEXT))
        twin.clock.sleep(1)
    twin.lag = 0.0
    searches = []

    def meanwhile(request):
        answer = twin.handle(request)
        if request.url.path.endswith("/search") and not searches:
            searches.append(request)
            twin.clock.sleep(1)
            # The oldest moves from the last page to the first, which was just read.
            twin.correct(names[0], "WISMO", "101")
        return answer

    first = pages(twin, handle=meanwhile)
    second = pages(twin, first[-1].mark)

    assert names[0] not in tickets(first)
    assert [change.value for change in tickets(second)[names[0]].changes] == ["WISMO"]


def test_what_the_search_tells_late_is_read_by_the_next_sync(twin):
    early, late = twin.open(TEXT), twin.open(TEXT)
    twin.clock.sleep(60)
    twin.correct(early, "WISMO", "101")
    twin.clock.sleep(1)
    twin.correct(late, "OTHER", "101")
    lagging = twin.conversations[early].updates
    hidden = [lagging.pop() for _ in range(1)]
    first = pages(twin)
    lagging.extend(hidden)
    twin.conversations[late].updates.append(twin.clock.now)

    second = pages(twin, first[-1].mark)

    assert early in tickets(second)


def test_times_rounded_to_days_lose_nothing(twin):
    twin.rounds_to_days = True
    twin.clock.sleep(DAY)
    twin.open(TEXT)
    mark = pages(twin)[-1].mark
    twin.clock.sleep(3_600)
    ticket = twin.open(TEXT)

    assert ticket in tickets(pages(twin, mark))


def test_what_was_searched_too_far_back_is_not_read_again(twin):
    twin.open(TEXT)
    twin.clock.sleep(3_600)
    newest = twin.open(TEXT)
    mark = pages(twin)[-1].mark
    twin.asked.clear()

    pages(twin, mark)

    assert twin.asked == ["admins", "conversations/search", f"conversations/{newest}", "conversations/deleted"]


def test_the_first_sync_reads_what_changed_at_the_very_second_that_was_asked_for(twin):
    twin.open(TEXT)
    twin.clock.sleep(1)
    since, ticket = twin.clock.iso(), twin.open(TEXT)

    assert list(tickets(pages(twin, since=since))) == [ticket]


def test_a_mark_within_a_sync_leaves_only_what_comes_after_it(twin):
    names = []
    for _ in range(60):
        names.append(twin.open(TEXT))
        twin.clock.sleep(700)

    found = pages(twin)

    assert [len(page.tickets) for page in found] == [25, 25, 10]
    assert {page.total for page in found} == {60}
    # The one at the mark is read again.
    assert list(tickets(pages(twin, found[0].mark))) == names[24:]


def test_the_mark_never_goes_back_into_the_overlap(twin):
    for _ in range(30):
        twin.open(TEXT)
        twin.clock.sleep(10)
    mark = pages(twin)[-1].mark

    assert {page.mark for page in pages(twin, mark)} == {mark}


def test_a_search_that_goes_round_in_a_circle_is_an_error(twin):
    def circle(request):
        if not request.url.path.endswith("/search"):
            return twin.handle(request)
        following = {"next": {"starting_after": "here"}}
        return httpx.Response(200, json={"conversations": [], "pages": following})

    with pytest.raises(SourceError, match="intercom:shop-a: the search gave the same page twice"):
        pages(twin, handle=circle)


# Deleted ones.


def deletions(found):
    return {name: ticket.deleted_at for name, ticket in tickets(found).items() if ticket.deleted_at}


def test_a_deleted_conversation_is_told_with_its_time_though_the_search_still_finds_it(twin):
    ticket = twin.open(TEXT)
    mark = pages(twin)[-1].mark
    twin.touch(ticket)
    twin.clock.sleep(30)
    del twin.conversations[ticket]
    twin.deleted[ticket] = 1_772_445_600
    ghost = {"conversations": [{"id": ticket, "updated_at": int(twin.clock.now)}], "pages": {}}

    def haunted(request):
        return httpx.Response(200, json=ghost) if request.url.path.endswith("/search") else twin.handle(request)

    found = pages(twin, mark, handle=haunted)

    assert deletions(found) == {ticket: "2026-03-02T10:00:00+00:00"}


def test_a_conversation_that_was_merged_into_another_counts_as_deleted(twin):
    ticket = twin.open(TEXT)
    twin.add(ticket, "merged_secondary_conversation", FIN)
    other = twin.open(TEXT)
    twin.add(other, "merged_primary_conversation", FIN)

    assert list(deletions(pages(twin))) == [ticket]


def many_deleted(twin, count):
    """So many deletions an hour apart; returns ids, oldest first."""
    names = [twin.open(TEXT) for _ in range(count)]
    for name in names:
        twin.clock.sleep(3_600)
        del twin.conversations[name]
        twin.deleted[name] = int(twin.clock.now)
    return names


def test_all_deletions_are_told_once_oldest_first_and_then_only_new_ones(twin):
    names = many_deleted(twin, 13)
    first = pages(twin)
    [new] = many_deleted(twin, 1)
    twin.asked.clear()

    second = pages(twin, first[-1].mark)

    assert list(deletions(first)) == names
    assert new in deletions(second)
    assert len(deletions(second)) <= 2
    assert twin.asked.count("conversations/deleted") == 1


def test_an_order_that_is_not_of_time_hides_no_deletion(twin):
    twin.deleted_by_id = True
    names = [twin.open(TEXT) for _ in range(14)]
    for name in names[1:]:
        twin.clock.sleep(3_600)
        del twin.conversations[name]
        twin.deleted[name] = int(twin.clock.now)
    mark = pages(twin)[-1].mark
    twin.clock.sleep(3_600)
    del twin.conversations[names[0]]
    twin.deleted[names[0]] = int(twin.clock.now)

    assert names[0] in deletions(pages(twin, mark))


def test_a_list_that_forgets_old_deletions_hides_no_new_one(twin):
    old = many_deleted(twin, 13)
    mark = pages(twin)[-1].mark
    new = many_deleted(twin, 8)
    for name in old[:8]:
        del twin.deleted[name]

    assert set(new) <= set(deletions(pages(twin, mark)))


@pytest.mark.parametrize("told", [{"total_pages": 99}, {}])
def test_a_list_of_unknown_length_is_read_to_its_end(twin, told):
    names = many_deleted(twin, 9)

    def vague(request):
        answer = twin.handle(request)
        if not request.url.path.endswith("/deleted"):
            return answer
        return httpx.Response(200, json=answer.json() | {"pages": told, "total_count": None})

    assert list(deletions(pages(twin, handle=vague))) == names


def test_the_first_sync_tells_of_no_deletion_before_the_time_asked_for_and_counts_them(twin):
    many_deleted(twin, 9)
    twin.clock.sleep(3_600)
    first = pages(twin, since=twin.clock.iso())
    twin.asked.clear()

    again = pages(twin, first[-1].mark)

    assert deletions(first) == {}
    assert json.loads(first[-1].mark)["settled"] == 9
    assert (again, twin.asked.count("conversations/deleted")) == ([], 1)


# Limits and answers of another shape.


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
