"""Which changes of a Zendesk ticket are labels, and who made them."""

import httpx
import pytest

from ecomintent.tickets import ActorKind
from tests.twins.zendesk import API, CUSTOMER, FIELD, OURS, RULE, WEB
from tests.unit.adapters.zendesk_desk import Desk, audits_of

USERS = "/api/v2/users"


@pytest.fixture
def desk():
    return Desk()


def actor_of(ticket):
    [change] = ticket.changes
    return (change.actor.kind, change.actor.id)


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
