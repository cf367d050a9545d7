"""Erasing a customer: nothing of theirs is left in the label store, and nothing comes back."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from ecomintent.adapters.sql_erasure import SqlErasure
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.records import Refused, Tombstone
from tests.contracts.test_label_store import CORRECTED, DOUBLE_CHARGE, PREDICTED, SEEN

ANNA = "a" * 32
HERS = [replace(event, requester=ANNA) for event in (SEEN, PREDICTED, CORRECTED)]
ALSO_HERS = replace(CORRECTED, ticket_id="80", source_event="e-80", requester=ANNA)
ANOTHERS = replace(CORRECTED, ticket_id="78", source_event="e-9", requester="b" * 32)
SAME_ID_ELSEWHERE = replace(CORRECTED, account="shop-b", requester="c" * 32)
ASKED = Tombstone(
    source="zendesk",
    account="shop-a",
    ticket_id="",
    requester=ANNA,
    at="2026-06-01T10:00:00+00:00",
    by="Dana Ortiz",
    retrain_by="2026-07-01",
)


@pytest.fixture
def url(new_url):
    return new_url()


@pytest.fixture
def store(url):
    made = SqlLabelStore(url)
    made.record([*HERS, ALSO_HERS, ANOTHERS, SAME_ID_ELSEWHERE])
    bad = Refused(file="zendesk:shop-a", line=0, ticket_id="77", reason="no intent", excerpt="her words")
    made.add([DOUBLE_CHARGE], [bad, replace(bad, file="zendesk:shop-b"), replace(bad, ticket_id="78")])
    return made


def test_every_event_and_refused_row_of_the_customer_goes_and_nobody_elses(store, url):
    erased = SqlErasure(url).erase(ASKED)

    assert [one.ticket_id for one in erased] == ["77", "80"]
    assert list(store.story("77")) == [SAME_ID_ELSEWHERE]
    assert list(store.story("80")) == []
    assert {c.ticket_id for c in store.corrections()} == {"77", "78", DOUBLE_CHARGE.ticket_id}
    assert [(row.file, row.ticket_id) for row in store.quarantine()] == [
        ("zendesk:shop-a", "78"),
        ("zendesk:shop-b", "77"),
    ]


def test_what_was_erased_does_not_come_back_with_a_later_sync(store, url):
    SqlErasure(url).erase(ASKED)

    again = store.take(
        [*HERS, replace(ALSO_HERS, ticket_id="99", source_event="e-99"), ANOTHERS],
        [],
        source="zendesk",
        account="shop-a",
        mark="2",
    )

    assert again.stored == 0
    assert list(store.story("99")) == []


def test_without_a_customer_known_one_ticket_is_erased_by_its_id(store, url):
    one = replace(ASKED, source=DOUBLE_CHARGE.source, account="", requester="", ticket_id=DOUBLE_CHARGE.ticket_id)

    erased = SqlErasure(url).erase(one)
    store.add([DOUBLE_CHARGE], [])

    assert erased == [one]
    assert list(store.story(DOUBLE_CHARGE.ticket_id)) == []


def test_erasing_again_changes_nothing_and_says_the_same(store, url):
    first = SqlErasure(url).erase(ASKED)

    again = SqlErasure(url).erase(replace(ASKED, at="2026-06-09T10:00:00+00:00", by="somebody else"))

    assert again == first
    assert len(SqlErasure(url).tombstones()) == 3


def test_nothing_slips_in_while_a_customer_is_erased(store, url):
    start = Barrier(3)

    def write():
        mine = SqlLabelStore(url)
        start.wait()
        for number in range(30):
            mine.record([replace(ALSO_HERS, ticket_id=f"9{number}", source_event=f"n-{number}")])

    def erase():
        start.wait()
        SqlErasure(url).erase(ASKED)

    workers = [Thread(target=write), Thread(target=write), Thread(target=erase)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [event for number in range(30) for event in store.story(f"9{number}")] == []
