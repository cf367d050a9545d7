"""Argilla's traps, each on the twin: records that come and go while they are read, and responses that are no labels.

Over 250 lines: one trap after the other on one twin, with one way to sync it.
"""

import json
from itertools import islice

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.adapters import argilla, syncing
from ecomintent.adapters.argilla_records import Question, read
from ecomintent.errors import InputError, SourceError
from ecomintent.records import Provenance
from tests.fakes.labels import FakeLabelStore
from tests.twins.argilla import QUESTION, ArgillaTwin
from tests.twins.day import rules_of
from tests.twins.twin import DAY, TwinClock

TEXT = "my parcel is three days late, where is it now"


@pytest.fixture
def twin():
    return ArgillaTwin(TwinClock(), "shop-a")


@pytest.fixture
def store():
    return FakeLabelStore()


def connected(twin, handle=None, **options):
    return twin.connector(httpx.MockTransport(handle or twin.handle), twin.clock.sleep, **options)


def sync(twin, store, *, since="", handle=None, **options):
    return syncing.sync(connected(twin, handle, **options), rules_of(twin), store, since=since)


def labels(store):
    return [(c.ticket_id, c.intent, c.agent, c.provenance.value) for c in store.corrections()]


def handed_on(pages):
    return [ticket.ticket_id for page in pages for ticket in page.tickets]


def there_now(twin):
    return [one["external_id"] or one["id"] for one in twin.records.values()]


def labelled(twin, count):
    """Records with one answer each."""
    tickets = [twin.open(TEXT) for _ in range(count)]
    for ticket in tickets:
        twin.respond(ticket, "WISMO")
    return tickets


def test_records_deleted_while_they_are_read_take_no_other_with_them(twin, store):
    tickets = labelled(twin, 10)
    gone = tickets[:2]

    def delete_what_was_read(offset):
        while gone:
            twin.vanish(gone.pop())

    twin.afterwards = delete_what_was_read

    sync(twin, store)

    assert {row[0] for row in labels(store)} == set(tickets)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(0, 60), max_size=4), max_size=12))
def test_whatever_comes_goes_or_is_answered_while_records_are_read_all_that_stay_are_read(changes):
    twin, store = ArgillaTwin(TwinClock(), "shop-a"), FakeLabelStore()
    tickets = labelled(twin, 14)
    coming = iter(changes)

    def something_happens(offset):
        for number in next(coming, ()):
            there = there_now(twin)
            if number < 30 and there:
                twin.vanish(there[number % len(there)])
            elif number < 45 and there:
                twin.respond(there[number % len(there)], "OTHER", by="102")
            else:
                twin.open(TEXT)

    twin.afterwards = something_happens

    sync(twin, store)

    stayed = set(tickets) & set(there_now(twin))
    assert stayed <= {row[0] for row in labels(store)}


def test_a_dataset_that_empties_while_it_is_read_ends_the_sync(twin, store):
    labelled(twin, 10)
    twin.afterwards = lambda offset: twin.records.clear()

    assert sync(twin, store).tickets == 3


def test_drafts_discarded_and_other_questions_are_no_labels(twin, store):
    ticket = twin.open(TEXT)
    twin.respond(ticket, "WISMO", by="101", status="draft")
    twin.respond(ticket, "WISMO", by="102", status="discarded")
    twin.respond(ticket, "WISMO", by="103", question="tone")
    twin.respond(ticket, None, by="104")
    twin.record(ticket)["responses"][0]["values"] = None

    done = sync(twin, store)

    assert (done.tickets, done.refused, labels(store)) == (1, 0, [])


def test_a_response_that_is_discarded_after_all_is_told_no_more(twin, store):
    ticket = twin.open(TEXT)
    twin.respond(ticket, "WISMO")
    twin.respond(ticket, "WISMO", status="discarded")

    sync(twin, store)

    assert labels(store) == []


def test_two_labels_are_refused_and_never_guessed_and_a_list_of_one_is_a_label(twin, store):
    twin.kind = "multi_label_selection"
    two, one = twin.open(TEXT), twin.open(TEXT)
    response = twin.respond(two, ["WISMO", "OTHER"])
    twin.respond(one, ["WISMO"])

    sync(twin, store)

    [row] = store.quarantine()
    assert [label[:2] for label in labels(store)] == [(one, "WISMO")]
    assert (row.ticket_id, row.reason) == (
        two,
        f"response {response['id']} has 2 labels for 'intent', a ticket has one intent; "
        "use a LabelQuestion, or choose one label only",
    )


def test_a_label_that_is_no_intent_is_refused(twin, store):
    twin.respond(twin.open(TEXT), "praise")

    sync(twin, store)

    assert labels(store) == []
    assert [row.reason.split(";")[0] for row in store.quarantine()] == [
        "'praise' is no intent in the map of argilla:shop-a"
    ]


def test_each_annotator_of_a_record_has_a_label_of_their_own(twin, store):
    ticket = twin.open(TEXT)
    twin.respond(ticket, "WISMO", by="101")
    twin.respond(ticket, "OTHER", by="102")

    sync(twin, store)

    assert {row[1:3] for row in labels(store)} == {("WISMO", "101"), ("OTHER", "102")}


def test_a_response_that_is_changed_is_another_event_and_the_later_one_stands_last(twin, store):
    ticket = twin.open(TEXT)
    twin.respond(ticket, "WISMO")
    sync(twin, store)
    twin.clock.sleep(60)
    twin.respond(ticket, "CANCEL_ORDER")

    sync(twin, store)

    assert [row[1] for row in labels(store)] == ["WISMO", "CANCEL_ORDER"]


def test_an_answer_is_found_though_it_leaves_the_records_own_time_as_it_was(twin, store):
    old, answered = twin.open(TEXT), twin.open(TEXT)
    twin.clock.sleep(10 * DAY)
    twin.respond(twin.open(TEXT), "WISMO")
    sync(twin, store)
    twin.clock.sleep(DAY)
    twin.respond(answered, "OTHER")

    pages = list(connected(twin).pages(store.mark("argilla", "shop-a"), since=""))

    assert answered in handed_on(pages)
    assert old not in handed_on(pages)


def test_our_accounts_and_deleted_users_are_no_persons(twin, store):
    ours, nobodys = twin.open(TEXT), twin.open(TEXT)
    twin.respond(ours, "WISMO", by="u-bot")
    twin.respond(nobodys, "WISMO", by=None)

    sync(twin, store)

    assert labels(store) == []
    assert Provenance.OWN in {event.provenance for event in store.story(ours)}
    assert [row.ticket_id for row in store.quarantine()] == [nobodys]


def test_what_was_suggested_when_the_answer_was_given_makes_the_rung(twin, store):
    confirmed, edited, blank, late, changed, other = (twin.open(TEXT) for _ in range(6))
    for ticket in (confirmed, edited, blank, late, changed, other):
        twin.record(ticket)["suggestions"].clear()
    twin.suggest(confirmed, "WISMO")
    twin.suggest(edited, "OTHER")
    twin.suggest(changed, "WISMO")
    twin.suggest(other, "WISMO", question="q-tone")
    for ticket in (confirmed, edited, blank, late, changed, other):
        twin.respond(ticket, "WISMO")
    twin.suggest(late, "OTHER")
    # What stood there when the answer was given is written over.
    twin.suggest(changed, "OTHER")

    sync(twin, store)

    rungs = {row[0]: row[3] for row in labels(store)}
    assert rungs == {
        confirmed: "confirmed",
        edited: "edited",
        blank: "set_from_blank",
        late: "set_from_blank",
        changed: "set_from_blank",
        other: "set_from_blank",
    }


def test_that_nobody_knows_what_was_suggested_is_not_that_nothing_was(twin):
    changed, late = twin.open(TEXT), twin.open(TEXT)
    for ticket in (changed, late):
        twin.record(ticket)["suggestions"].clear()
    twin.suggest(changed, "WISMO")
    for ticket in (changed, late):
        twin.respond(ticket, "WISMO")
        twin.suggest(ticket, "OTHER")

    question = Question(id=QUESTION, name="intent")
    previous = [read(twin.record(t), question, twin.setup())[0].changes[0].previous for t in (changed, late)]

    assert previous == [None, ""]


def test_the_first_sync_leaves_out_what_was_finished_before_the_day_asked_for(twin, store):
    twin.respond(twin.open(TEXT), "WISMO")
    twin.clock.sleep(10 * DAY)
    since = twin.clock.iso().replace("Z", "+00:00")
    ticket = twin.open(TEXT)
    twin.respond(ticket, "WISMO")

    sync(twin, store, since=since)

    assert [row[0] for row in labels(store)] == [ticket]


def test_a_sync_that_died_goes_on_where_it_was(twin):
    tickets = labelled(twin, 12)
    first, second = islice(connected(twin).pages("", since=""), 2)
    twin.searched.clear()

    rest = list(connected(twin).pages(second.mark, since=""))

    assert twin.searched[0] == 4
    assert set(handed_on([first, second, *rest])) == set(tickets)


def test_records_deleted_after_a_sync_died_take_no_other_with_them(twin):
    tickets = labelled(twin, 12)
    first, second = islice(connected(twin).pages("", since=""), 2)
    for ticket in tickets[:4]:
        twin.vanish(ticket)

    rest = list(connected(twin).pages(second.mark, since=""))

    assert set(handed_on([first, second, *rest])) == set(tickets)


def test_a_sync_that_died_early_still_hands_on_what_changed_long_before_the_first_records(twin):
    tickets = labelled(twin, 12)
    twin.clock.sleep(10 * DAY)
    twin.respond(tickets[0], "OTHER", by="102")
    first = next(connected(twin).pages("", since=""))

    rest = list(connected(twin).pages(first.mark, since=""))

    assert set(handed_on([first, *rest])) == set(tickets)


def test_where_the_last_record_read_is_deleted_the_reading_goes_back_one_page_and_not_to_the_start(twin):
    twin.cap = 100
    tickets = labelled(twin, 350)
    twin.afterwards = lambda offset: (
        twin.vanish(tickets[198]) if offset == 99 and tickets[198] in there_now(twin) else 0
    )

    pages = list(connected(twin).pages("", since=""))

    assert set(handed_on(pages)) == set(tickets)
    assert twin.searched == [0, 99, 198, 98, 197, 296]


def test_what_changed_in_records_already_read_when_a_sync_died_is_read_by_the_sync_after(twin):
    tickets = labelled(twin, 12)
    _, second = islice(connected(twin).pages("", since=""), 2)
    twin.clock.sleep(5 * DAY)
    twin.respond(tickets[0], "OTHER", by="102")
    twin.clock.sleep(5 * DAY)
    twin.respond(tickets[-1], "OTHER", by="102")

    resumed = list(connected(twin).pages(second.mark, since=""))
    after = list(connected(twin).pages(resumed[-1].mark, since=""))

    assert tickets[0] in handed_on(after)


def test_a_dataset_in_which_nothing_changed_keeps_one_mark_throughout(twin, store):
    labelled(twin, 12)
    sync(twin, store)
    mark = store.mark("argilla", "shop-a")

    pages = list(connected(twin).pages(mark, since=""))

    assert {page.mark for page in pages} == {mark}
    assert "reading" not in json.loads(mark)


def test_a_server_that_is_busy_is_waited_for(twin, store):
    ticket = twin.open(TEXT)
    twin.respond(ticket, "WISMO")
    busy = iter((429, 503))
    begun = twin.clock.now

    def handle(request):
        status = next(busy, 0)
        return httpx.Response(status, headers={"retry-after": "7"}) if status else twin.handle(request)

    sync(twin, store, handle=handle)

    assert [row[0] for row in labels(store)] == [ticket]
    assert twin.clock.now >= begun + 14


@pytest.mark.parametrize("field", ["intnt", "why"], ids=["unknown", "not a question of labels"])
def test_a_question_that_has_no_labels_is_named_with_those_that_have(twin, field):
    with pytest.raises(SourceError) as caught:
        list(connected(twin, field=field).pages("", since=""))

    assert str(caught.value) == (
        f"argilla:shop-a: the dataset has no label question {field!r}; it has 'intent', 'tone': set `field` to its name"
    )


@pytest.mark.parametrize("body", [[], {"items": None}, {"items": [1]}, {"items": [{"record": None}], "total": 1}])
def test_an_answer_that_is_no_list_of_records_is_one_line(twin, body):
    def handle(request):
        return httpx.Response(200, json=body) if "records" in request.url.path else twin.handle(request)

    with pytest.raises(SourceError, match="the answer is no list of records"):
        list(connected(twin, handle).pages("", since=""))


def test_records_that_vanish_faster_than_they_are_read_end_in_one_line(twin):
    labelled(twin, 12)
    answers = iter(range(100_000))

    def handle(request):
        answer = twin.handle(request)
        if "records" not in request.url.path:
            return answer
        body = answer.json()
        for item in body["items"]:
            item["record"] |= {"id": f"x{next(answers)}", "inserted_at": f"2026-03-02T10:00:00.{next(answers):06}"}
        return httpx.Response(200, json=body)

    with pytest.raises(SourceError, match="vanish faster than they can be read"):
        list(connected(twin, handle).pages("", since=""))


@pytest.mark.parametrize(
    ("options", "told"), [({"field": ""}, "`field` is absent"), ({"dataset": ""}, "`dataset` is absent")]
)
def test_what_is_missing_is_said_before_anything_is_sent(twin, options, told):
    with pytest.raises(InputError, match=told):
        argilla.connect(twin.setup(**options))
