"""A customer is forgotten: what goes, what is named, and what is refused."""

from dataclasses import replace

import pytest

from ecomintent.adapters import erasing
from ecomintent.adapters.kept_tickets import StoredTickets
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.corrected import Channel, Given, KeptTicket, Why
from ecomintent.data import snapshot
from ecomintent.data.settling import ticket_of
from ecomintent.errors import InputError
from ecomintent.layout import PARAMS
from tests.contracts.test_label_store import CORRECTED
from tests.shop import ROOT
from tests.unit.adapters.trust_shop import Shop

NOON = "2026-11-21T12:00:00+00:00"


@pytest.fixture
def shop(tmp_path):
    """A home with two versions; the second one has learned from the customer's ticket."""
    made = Shop(tmp_path)
    made.add_version("2")
    store = SqlLabelStore(f"sqlite:///{tmp_path}/labels.db")
    settings = replace(made.system.settings, params=ROOT / PARAMS)
    made.system = replace(made.system, labels=store, settings=settings)
    hers = made.system.pseudonyms.of("zendesk", "shop-a", "7712")
    store.record(
        [replace(CORRECTED, requester=hers, text="ticket 2"), replace(CORRECTED, ticket_id="78", source_event="x")]
    )
    for number, rows in (("1", [1]), ("2", [0, 1])):
        version = made.system.registry.version(number)
        learned = [store.corrections()[row] for row in rows]
        made.system.evidence.note_tickets(version.weights, map(ticket_of, learned))
    return made


def erase(shop, **said):
    asked = {"source": "zendesk:shop-a", "requester": "7712", "ticket": "", "by": "Dana Ortiz"}
    return erasing.erase(shop.system, **asked | said)


def test_who_learned_from_the_customer_is_named_with_a_day_and_who_did_not_is_not(shop):
    shop.system.registry.point("champion", "2")

    done = erase(shop)

    assert done.tickets == ("77",)
    assert [(one.version, one.aliases, one.tickets) for one in done.learned] == [("2", ("champion",), 1)]
    assert done.retrain_by > shop.system.clock.now()[:10]


def test_the_next_snapshot_has_nothing_of_the_customer(shop, tmp_path):
    erase(shop)

    snapshot.write(shop.system.labels.corrections(), tmp_path / "s.parquet")

    assert [row.ticket_id for row in snapshot.read(tmp_path / "s.parquet")] == ["78"]


def test_a_frozen_ticket_with_the_customers_text_is_named(shop):
    assert erase(shop).frozen == ("t2",)


def test_a_version_without_a_note_of_its_tickets_counts_as_one_that_learned(shop):
    shop.add_version("3")

    assert [(one.version, one.tickets) for one in erase(shop).learned] == [("3", None), ("2", 1)]


def test_again_it_says_what_is_left_to_do(shop):
    first = erase(shop)

    again = erase(shop)

    assert (again.tickets, again.learned, again.retrain_by) == (first.tickets, first.learned, first.retrain_by)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"by": " "}, "bound to a person"),
        ({"requester": ""}, "name one"),
        ({"ticket": "77"}, "name one"),
    ],
)
def test_an_erasure_needs_a_person_and_one_of_customer_and_ticket(shop, said, told):
    with pytest.raises(InputError, match=told):
        erase(shop, **said)

    assert shop.system.erasure.tombstones() == []


def test_a_ticket_of_the_corrections_page_is_forgotten_there_too_also_while_it_is_on_its_way(shop):
    database = LabellingDatabase(shop.system.settings.home)
    tickets, outbox = StoredTickets(database), StoredOutbox(database)
    for name in ("r1", "r2"):
        kept = KeptTicket(
            ticket_id=name,
            at=NOON,
            text=f"words of {name}",
            why=frozenset({Why.LOW}),
            intent="WISMO",
            confidence=0.5,
            version="1",
        )
        tickets.add([kept], [], NOON)
    given = Given(
        channel=Channel.PAGE,
        event_id="r1.0",
        ticket_id="r1",
        text="words of r1",
        intent="WISMO",
        predicted="WISMO",
        shown=True,
        blind=False,
        agent="dana",
        at=NOON,
        version="1",
    )
    outbox.give(given, now=NOON, held_seconds=0)

    erase(shop, source="ecomintent", requester="", ticket="r1")
    shop.system.labels.record([given.event()])  # a server had it in hand

    assert (tickets.find("r1"), outbox.waiting(), tickets.open()["all"]) == (None, 0, 1)
    assert "r1" not in {one.ticket_id for one in shop.system.labels.corrections()}
