"""Who set the intent of an Intercom conversation, and what it was before."""

import pytest

from ecomintent.adapters.intercom_conversation import Known, ticket_of
from ecomintent.tickets import ActorKind
from tests.twins.intercom import CUSTOMER, FIN, OUR_ADMIN, OUR_APP, IntercomTwin, admin
from tests.twins.twin import TwinClock
from tests.unit.adapters.intercom_shop import TEXT, changed, conversation, only


@pytest.fixture
def twin():
    return IntercomTwin(TwinClock(), "shop-a")


def kinds(twin, **options):
    return [(change.actor.kind, change.actor.id) for change in only(twin, **options).changes]


def changes_of(told):
    known = Known(attribute="Intent", ours=frozenset({OUR_ADMIN}), teammates=frozenset({"101"}))
    return [(change.value, change.previous) for change in ticket_of(told, known).changes]


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
