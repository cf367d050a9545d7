"""What is no Zendesk ticket any more, what goes wrong, and a field that cannot hold an intent."""

import httpx
import pytest

from ecomintent.adapters import zendesk
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from tests.twins.zendesk import FIELD
from tests.unit.adapters.zendesk_desk import EXPORT, Desk, audits_of, told


@pytest.fixture
def desk():
    return Desk()


@pytest.mark.parametrize("ending", ["deleted", "merged", "spam"])
def test_a_ticket_that_is_gone_is_told_as_deleted_and_its_audits_are_not_asked_for(desk, ending):
    for _ in range(["deleted", "merged", "spam"].index(ending)):
        desk.twin.delete(desk.twin.open("another"))
    ticket = desk.twin.open("where is it")
    desk.twin.clock.sleep(3600)
    desk.twin.delete(ticket)
    when = desk.twin.clock.iso().replace("Z", "+00:00")

    [*_, found] = [one for page in desk.read() for one in page.tickets]

    assert (found.ticket_id, found.deleted_at, found.messages) == (ticket, when, ())
    assert audits_of(ticket) not in desk.twin.asked


def test_a_follow_up_that_inherits_the_tag_of_a_merger_is_there(desk):
    ticket = desk.twin.open("it came back broken")
    via = {"channel": "web", "source": {"rel": "follow_up"}}
    desk.twin.rows[int(ticket)].update(status="closed", tags=["closed_by_merge"], via=via)

    assert desk.only().deleted_at == ""


def test_a_deletion_counts_even_where_the_rest_of_its_row_is_odd(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.delete(ticket)
    desk.twin.rows[int(ticket)].update(created_at="yesterday", updated_at=None, tags=None, via=7, subject=3)

    found = desk.only()

    assert found.deleted_at
    assert found.created_at == ""


def test_a_ticket_deleted_while_it_is_read_is_named_and_holds_up_nothing(desk):
    gone, there = desk.twin.open("where is it"), desk.twin.open("and where is this")
    desk.instead[audits_of(gone)] = [lambda: desk.twin.delete(gone)]

    [page] = desk.read()
    later = desk.read(page.mark)

    assert told([page]) == [there]
    assert [(row.ticket_id, row.file, row.excerpt) for row in page.refused] == [(gone, "zendesk:acme", "")]
    assert page.refused[0].reason == "it has no audits (404): deleted just now, or hidden from the token"
    assert (gone, True) in [(t.ticket_id, bool(t.deleted_at)) for p in later for t in p.tickets]


@pytest.mark.parametrize(
    "odd",
    [
        {"events": None},
        {"events": [{"type": "Change", "field_name": FIELD, "value": "wismo", "previous_value": None}]},
        {"events": ["Comment"]},
    ],
    ids=["no events", "an event without an id", "an event that is a word"],
)
def test_one_odd_ticket_does_not_hold_up_the_others(desk, odd):
    first, second = desk.twin.open("where is it"), desk.twin.open("and where is this")
    desk.twin.audits[int(first)].append({"author_id": 101, "created_at": desk.twin.clock.iso(), **odd})

    [page] = desk.read()

    assert told([page]) == [second]
    assert [row.ticket_id for row in page.refused] == [first]
    assert "where is it" not in page.refused[0].reason


@pytest.mark.parametrize("odd", [{"subject": 3}, {"created_at": 3}, {"tags": [3]}, {"status": ["new"]}, {"via": "web"}])
def test_a_ticket_whose_texts_are_none_does_not_hold_up_the_others(desk, odd):
    first, second = desk.twin.open("where is it"), desk.twin.open("and where is this")
    desk.twin.rows[int(first)].update(odd)

    [page] = desk.read()

    assert told([page]) == [second]
    assert [row.ticket_id for row in page.refused] == [first]


def test_a_row_without_an_id_is_put_into_the_quarantine(desk):
    ticket = desk.twin.open("where is it")
    good = desk.twin.rows[int(ticket)]
    body = {"tickets": [{"subject": "odd"}, good, "odd"], "after_cursor": "c", "end_of_stream": True}
    desk.instead[EXPORT] = [httpx.Response(200, json=body)]

    [page] = desk.read()

    assert told([page]) == [ticket]
    assert [row.reason for row in page.refused] == ["a ticket without an id"] * 2


def test_an_answer_of_rows_without_ids_only_is_put_into_the_quarantine(desk):
    body = {"tickets": [{"subject": "odd"}], "after_cursor": "c", "end_of_stream": True}
    desk.instead[EXPORT] = [httpx.Response(200, json=body)]

    [page] = desk.read()

    assert (page.tickets, len(page.refused)) == ((), 1)


@pytest.mark.parametrize("shape", [None, "unoffered", {"score": "good", "comment": "thanks"}, []])
def test_a_satisfaction_rating_may_have_any_shape(desk, shape):
    ticket = desk.twin.open("where is it")
    desk.twin.rows[int(ticket)]["satisfaction_rating"] = shape

    assert desk.only().ticket_id == ticket


def test_a_conflict_and_an_unavailable_service_are_tried_again(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.troubles = [409, 503, 409]

    assert told(desk.read()) == [ticket]


@pytest.mark.parametrize("end", ["cursor", "audits", "users", FIELD])
def test_what_the_plan_leaves_out_is_said_in_one_line(desk, end):
    desk.twin.open("where is it")
    desk.twin.not_in_plan.add(end)

    with pytest.raises(SourceError) as caught:
        desk.read()

    assert str(caught.value).startswith("zendesk:acme: GET /api/v2/")
    assert "was answered with 403: the token's user is no admin" in str(caught.value)
    assert "plan leaves this out" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_page_for_people_in_place_of_the_api_is_recognised(desk):
    desk.instead[EXPORT] = [httpx.Response(200, html="<h1>Please sign in</h1>")]

    with pytest.raises(SourceError, match="without a list `tickets`; check that `url`"):
        desk.read()


# The field.


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "there is none of this id"), ({FIELD: {"type": "multiselect"}}, "it is of type 'multiselect'")],
)
def test_a_field_that_cannot_hold_one_intent_is_refused_before_anything_is_read(desk, fields, said):
    desk.twin.open("where is it")
    desk.twin.fields = fields

    with pytest.raises(SourceError, match=f"ticket field {FIELD}: {said}; `field` must be the id of a drop-down"):
        desk.read()

    assert EXPORT not in desk.twin.asked


@pytest.mark.parametrize("field", ["", "Intent", "360001/../../users", "３６"])
def test_a_field_that_is_no_id_is_refused_before_anything_is_sent(field):
    setup = Setup(kind="zendesk", account="acme", url="https://acme.example", token=Secret("t"), field=field)

    with pytest.raises(InputError, match=r"^zendesk:acme: `field` is"):
        zendesk.connect(setup)


def test_without_a_user_the_token_is_one_of_oauth():
    heard = []

    def handle(request):
        heard.append(request.headers["authorization"])
        return httpx.Response(404, json={})

    setup = Setup(kind="zendesk", account="acme", url="https://acme.example", token=Secret("t0ken"), field=FIELD)

    with pytest.raises(SourceError):
        list(zendesk.connect(setup, transport=httpx.MockTransport(handle)).pages("", since=""))

    assert heard == ["Bearer t0ken"]
