"""Zendesk's traps, one by one, on its twin: each test fails where the connector falls into its trap."""

import json

import httpx
import pytest

from ecomintent.adapters import zendesk
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from ecomintent.tickets import ActorKind
from tests.twins.twin import TwinClock
from tests.twins.zendesk import API, CUSTOMER, FIELD, OURS, RULE, WEB, ZendeskTwin

EXPORT = "/api/v2/incremental/tickets/cursor"
USERS = "/api/v2/users"


class Desk:
    """A twin and what the connector makes of it."""

    def __init__(self):
        self.twin = ZendeskTwin(TwinClock(), "acme")
        self.instead = {}
        """Path -> answers in the twin's place, the first one first; a function is called on its way to the twin."""

    def pages(self, mark="", since=""):
        connector = self.twin.connector(httpx.MockTransport(self._handle), self.twin.clock.sleep)
        return connector.pages(mark, since=since)

    def read(self, mark="", since=""):
        """Every page, of all that happened so far."""
        self.twin.clock.sleep(61)
        self.twin.asked.clear()
        return list(self.pages(mark, since))

    def only(self):
        """The one ticket there is."""
        [page] = self.read()
        assert page.refused == ()
        [ticket] = page.tickets
        return ticket

    def _handle(self, request):
        waiting = self.instead.get(request.url.path.removesuffix(".json"))
        first = waiting.pop(0) if waiting else None
        if isinstance(first, httpx.Response):
            return first
        if first is not None:
            first()
        return self.twin.handle(request)


@pytest.fixture
def desk():
    return Desk()


def audits_of(ticket):
    return f"/api/v2/tickets/{ticket}/audits"


def told(pages):
    return [ticket.ticket_id for page in pages for ticket in page.tickets]


def actor_of(ticket):
    [change] = ticket.changes
    return (change.actor.kind, change.actor.id)


# The export of changed tickets.


def test_the_limit_of_ten_exports_a_minute_is_waited_for_as_long_as_it_asks(desk):
    for _ in range(60):
        desk.twin.open("where is it")
    before = desk.twin.clock.now + 61

    pages = desk.read()

    assert told(pages) == [str(n) for n in sorted(desk.twin.rows)]
    assert desk.twin.asked.count(EXPORT) > 12
    assert 60 <= desk.twin.clock.now - before < 120
    assert desk.twin.impatient == 0


def test_what_happened_in_the_last_minute_is_told_by_the_next_sync(desk):
    first = desk.twin.open("where is it")
    desk.twin.clock.sleep(61)
    second = desk.twin.open("and where is this")

    pages = list(desk.pages())
    later = desk.read(pages[-1].mark)

    assert told(pages) == [first]
    assert told(later)[-1] == second


def test_a_start_within_the_last_minute_has_nothing_to_tell_yet_and_is_no_fault(desk):
    desk.twin.open("where is it")
    now = desk.twin.clock.iso().replace("Z", "+00:00")

    assert list(desk.pages(since=now)) == []


def test_a_quiet_account_costs_one_request_and_leaves_the_mark_alone(desk):
    desk.twin.open("where is it")
    [page] = desk.read()

    again = desk.read(page.mark)

    assert again == []
    assert desk.twin.asked == [EXPORT]


def test_a_ticket_that_two_pages_of_the_export_tell_of_is_asked_for_once(desk):
    for _ in range(7):
        desk.twin.open("where is it")

    pages = desk.read()

    assert len(told(pages)) == 7
    assert [desk.twin.asked.count(audits_of(ticket)) for ticket in desk.twin.rows] == [1] * 7


def test_a_system_update_that_leaves_updated_at_alone_is_a_change_all_the_same(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.clock.sleep(3600)
    since = desk.twin.clock.iso().replace("Z", "+00:00")
    desk.twin.touch(ticket)

    pages = desk.read(since=since)

    assert desk.twin.rows[int(ticket)]["updated_at"] < since
    assert told(pages) == [ticket]


def test_an_expired_cursor_costs_a_repetition_and_loses_nothing(desk):
    first = desk.twin.open("where is it")
    [page] = desk.read()
    missed = desk.twin.open("and where is this")
    desk.twin.clock.sleep(100 * 86_400)
    last = desk.twin.open("and where is that")

    pages = desk.read(page.mark)

    assert told(pages) == [first, missed, last]
    assert desk.read(pages[-1].mark) == []


def test_an_expired_cursor_does_not_start_all_over(desk):
    desk.twin.open("where is it")
    desk.twin.clock.sleep(30 * 86_400)
    newest = desk.twin.open("and where is this")
    [page] = desk.read()
    desk.twin.clock.sleep(30 * 86_400)

    assert told(desk.read(page.mark)) == [newest]


@pytest.mark.parametrize("status", [400, 404, 410, 422])
def test_any_answer_by_which_zendesk_may_say_that_a_cursor_expired_is_understood(desk, status):
    first = desk.twin.open("where is it")
    [page] = desk.read()
    desk.instead[EXPORT] = [httpx.Response(status, json={"error": "InvalidCursor"})]

    assert told(desk.read(page.mark)) == [first]


def test_an_export_that_goes_round_in_a_circle_is_left_with_an_error(desk):
    desk.twin.open("where is it")
    [page] = desk.read()
    body = {"tickets": [{"id": 1}], "after_cursor": json.loads(page.mark)["cursor"], "end_of_stream": False}
    desk.instead[EXPORT] = [httpx.Response(200, json=body) for _ in range(50)]

    with pytest.raises(SourceError, match="says that there is more, and gives no cursor to it"):
        desk.read(page.mark)

    assert len(desk.instead[EXPORT]) == 49


def test_an_export_that_has_nothing_and_does_not_say_that_it_ended_is_left_quietly(desk):
    desk.twin.open("where is it")
    [page] = desk.read()
    body = {"tickets": [], "after_cursor": None, "end_of_stream": False}
    desk.instead[EXPORT] = [httpx.Response(200, json=body) for _ in range(50)]

    assert desk.read(page.mark) == []
    assert len(desk.instead[EXPORT]) == 49


def test_a_kill_within_an_export_page_loses_25_tickets_at_most_though_its_tickets_move(desk):
    desk.twin.rows_at_once = 100
    tickets = [desk.twin.open("where is it") for _ in range(60)]
    desk.twin.clock.sleep(61)
    killed = next(desk.pages())

    # Two of those stored and one of those to come leave their places in the answer.
    for ticket in (tickets[0], tickets[24], tickets[40]):
        desk.twin.correct(ticket, "WISMO", "101")
    pages = desk.read(killed.mark)

    assert told([killed]) == tickets[:25]
    assert told(pages) == [*tickets[25:40], *tickets[41:], tickets[0], tickets[24], tickets[40]]


def test_a_kill_loses_nothing_of_an_export_whose_rows_come_in_any_order(desk):
    desk.twin.rows_at_once = 100
    tickets = [desk.twin.open("where is it") for _ in range(30)]
    body = {"tickets": list(desk.twin.rows.values())[::-1], "after_cursor": "c", "end_of_stream": True}
    desk.instead[EXPORT] = [httpx.Response(200, json=body)]
    killed = next(desk.pages())

    pages = desk.read(killed.mark)

    assert sorted(told([killed, *pages]), key=int) == tickets


# What is no ticket any more, and what goes wrong.


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


def test_tags_that_are_values_and_triage_tags_are_no_changes_of_the_intent(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.correct(ticket, "WISMO", "101")
    for _ in range(4):
        desk.twin.touch(ticket)

    found = desk.only()

    assert set(found.tags) == {"wismo", "intent__billing__refund"}
    assert [(change.value, change.previous) for change in found.changes] == [("wismo", "")]


def test_every_value_is_told_with_the_one_before_under_the_id_of_its_event_at_every_reading(desk):
    ticket = desk.twin.open("where is it")
    for intent in ("WISMO", "REFUND_STATUS", "", "WISMO"):
        desk.twin.clock.sleep(60)
        desk.twin.correct(ticket, intent, "102")

    once, again = desk.only(), desk.only()

    assert [(c.value, c.previous) for c in once.changes] == [
        ("wismo", ""),
        ("refund_status", "wismo"),
        ("", "refund_status"),
        ("wismo", ""),
    ]
    assert len({change.event_id for change in once.changes}) == 4
    assert again.changes == once.changes


def test_a_value_before_that_zendesk_does_not_tell_is_not_taken_for_a_blank(desk):
    ticket = desk.twin.open("where is it")
    change = {"type": "Change", "field_name": FIELD, "value": "wismo"}
    desk.twin.audit(int(ticket), 101, WEB, change)

    assert [one.previous for one in desk.only().changes] == [None]


def test_values_of_other_types_are_left_for_the_intake_to_refuse(desk):
    ticket = desk.twin.open("where is it")
    change = {"type": "Change", "field_name": int(FIELD), "value": ["a", "b"], "previous_value": True}
    desk.twin.audit(int(ticket), 101, WEB, change)

    assert [(one.value, one.previous) for one in desk.only().changes] == [('["a", "b"]', "true")]


# Who did it.


def test_an_agent_is_a_person_with_the_macro_that_was_used(desk):
    ticket = desk.twin.open("where is it")
    macro = {"type": "AgentMacroReference", "macro_id": "71", "macro_title": "Sort"}
    desk.twin.audit(int(ticket), 103, WEB, *desk.twin.setting(int(ticket), "WISMO"), macro)

    [change] = desk.only().changes

    assert (change.actor.kind, change.actor.id, change.actor.macro) == (ActorKind.HUMAN, "103", "71")


def test_a_rule_within_the_update_of_an_agent_is_a_rule(desk):
    ticket = desk.twin.open("where is it")
    events = [{**event, "via": RULE} for event in desk.twin.setting(int(ticket), "WISMO")]
    desk.twin.audit(int(ticket), 101, WEB, *events)

    assert actor_of(desk.only()) == (ActorKind.RULE, "55")


def test_a_rule_that_our_own_update_sets_off_is_a_rule(desk):
    ticket = desk.twin.open("where is it")
    events = [{**event, "via": RULE} for event in desk.twin.setting(int(ticket), "WISMO")]
    desk.twin.audit(int(ticket), OURS, API, *events)

    assert actor_of(desk.only()) == (ActorKind.RULE, "55")


def test_an_agents_change_within_the_update_of_a_rule_is_the_agents(desk):
    ticket = desk.twin.open("where is it")
    events = [{**event, "via": WEB} for event in desk.twin.setting(int(ticket), "WISMO")]
    desk.twin.audit(int(ticket), 101, RULE, *events)

    assert actor_of(desk.only()) == (ActorKind.HUMAN, "101")


@pytest.mark.parametrize("via", [WEB, API, {"channel": "mobile"}, {"channel": "never heard of"}, None])
def test_our_service_user_is_ourselves_though_it_is_an_agent(desk, via):
    ticket = desk.twin.open("where is it")
    desk.twin.audit(int(ticket), OURS, via, *desk.twin.setting(int(ticket), "WISMO"))

    assert actor_of(desk.only()) == (ActorKind.SELF, str(OURS))


@pytest.mark.parametrize(
    ("author", "channel", "kind"),
    [
        (101, "web", ActorKind.HUMAN),
        (101, 0, ActorKind.HUMAN),
        (101, "batch", ActorKind.HUMAN),
        (101, "native_messaging", ActorKind.HUMAN),
        (101, "api", ActorKind.BOT),
        (101, 5, ActorKind.BOT),
        (101, "sunshine_conversations_api", ActorKind.BOT),
        (101, "answer_bot_for_agents", ActorKind.BOT),
        (101, "rule", ActorKind.RULE),
        (101, 8, ActorKind.RULE),
        (101, "system", ActorKind.RULE),
        (-1, "web", ActorKind.RULE),
        (101, "never heard of", ActorKind.UNKNOWN),
        (101, 99, ActorKind.UNKNOWN),
        (101, None, ActorKind.UNKNOWN),
        (CUSTOMER, "web", ActorKind.UNKNOWN),
        (4040, "web", ActorKind.UNKNOWN),
    ],
)
def test_only_a_known_agent_in_a_channel_of_persons_is_a_person(desk, author, channel, kind):
    ticket = desk.twin.open("where is it")
    desk.twin.audit(int(ticket), author, {"channel": channel}, *desk.twin.setting(int(ticket), "WISMO"))

    assert actor_of(desk.only())[0] is kind


def test_a_value_that_a_ticket_is_born_with_may_be_the_fields_default_and_is_no_persons(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.audit(int(ticket), 101, WEB, {"type": "Create", "field_name": FIELD, "value": "other"})

    [change] = desk.only().changes

    assert (change.actor.kind, change.value, change.previous) == (ActorKind.UNKNOWN, "other", "")


def test_agents_on_every_page_of_the_list_of_users_are_known(desk):
    desk.twin.users += [{"id": 500 + n, "role": "agent"} for n in range(7)]
    ticket = desk.twin.open("where is it")
    desk.twin.correct(ticket, "WISMO", "506")

    assert actor_of(desk.only()) == (ActorKind.HUMAN, "506")
    assert desk.twin.asked.count(USERS) == 4


def test_customers_in_the_list_of_users_are_no_agents(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.audit(int(ticket), CUSTOMER, WEB, *desk.twin.setting(int(ticket), "WISMO"))
    body = {"users": [{"id": CUSTOMER, "role": "end-user"}], "meta": {"has_more": False}}
    desk.instead[USERS] = [httpx.Response(200, json=body) for _ in range(2)]

    assert actor_of(desk.only())[0] is ActorKind.UNKNOWN


def test_an_agent_who_is_hired_while_a_sync_runs_is_known(desk):
    first, second = desk.twin.open("where is it"), desk.twin.open("and where is this")
    for ticket in (first, second, second):
        desk.twin.correct(ticket, "WISMO", "600")
    desk.instead[audits_of(second)] = [lambda: desk.twin.users.append({"id": 601, "role": "agent"})]
    desk.twin.correct(second, "OTHER", "601")

    [page] = desk.read()

    assert [[c.actor.kind for c in ticket.changes] for ticket in page.tickets] == [
        [ActorKind.UNKNOWN],
        [ActorKind.UNKNOWN, ActorKind.UNKNOWN, ActorKind.HUMAN],
    ]
    # Two pages, read once for all and once for each of two strangers.
    assert desk.twin.asked.count(USERS) == 2 * (1 + 2)


# The conversation.


def test_more_audits_than_one_page_holds_are_all_read_in_order(desk):
    ticket = desk.twin.open("where is it")
    intents = ["WISMO", "OTHER", "RETURN_REQUEST", "WISMO", "OTHER", "RETURN_REQUEST", "WISMO", "OTHER"]
    for intent in intents:
        desk.twin.correct(ticket, intent, "101")

    assert [change.value.upper() for change in desk.only().changes] == intents
    assert desk.twin.asked.count(audits_of(ticket)) == 3


def test_what_the_customer_and_the_agent_wrote_is_told_apart(desk):
    ticket = desk.twin.open("where is it")
    note = {"type": "Comment", "author_id": 101, "public": False, "body": "Angry.", "html_body": "<p>Angry.</p>"}
    desk.twin.audit(int(ticket), 101, WEB, note)
    desk.twin.touch(ticket)
    desk.twin.touch(ticket)

    found = desk.only()

    assert [(m.author, m.body, m.is_html, m.public) for m in found.messages] == [
        ("customer", "<p>where is it</p>", True, True),
        ("agent", "<p>Angry.</p>", True, False),
        ("agent", "<p>We look.</p>", True, True),
    ]


def test_the_words_of_an_agent_who_opened_the_ticket_are_not_the_customers(desk):
    ticket = desk.twin.open("")
    said = {"type": "Comment", "author_id": 101, "public": True, "body": "Customer calls about a parcel"}
    opened = {"type": "Create", "field_name": "requester_id", "value": "101"}
    desk.twin.audits[int(ticket)] = []
    desk.twin.audit(int(ticket), 101, WEB, said, opened)

    assert [(m.author, m.body, m.is_html) for m in desk.only().messages] == [
        ("agent", "Customer calls about a parcel", False)
    ]


def test_the_first_requester_stays_a_customer_when_another_is_entered(desk):
    ticket = desk.twin.open("where is it")
    desk.twin.rows[int(ticket)]["requester_id"] = 7002

    found = desk.only()

    assert [message.author for message in found.messages] == ["customer"]
    assert found.requester == "7002"


def test_a_ticket_counts_as_closed_from_when_it_was_last_solved(desk):
    ticket = desk.twin.open("where is it")
    moments = {}
    for status in ("solved", "open", "solved", "closed"):
        desk.twin.clock.sleep(86_400)
        moments[status] = desk.twin.clock.iso()
        change = {"type": "Change", "field_name": "status", "value": status, "previous_value": "open"}
        desk.twin.audit(int(ticket), 101, WEB, change)

    assert desk.only().closed_at == moments["solved"]


def test_a_ticket_that_was_opened_again_is_open(desk):
    ticket = desk.twin.open("where is it")
    for status in ("solved", "open"):
        change = {"type": "Change", "field_name": "status", "value": status, "previous_value": "new"}
        desk.twin.audit(int(ticket), 101, WEB, change)

    assert desk.only().closed_at == ""
