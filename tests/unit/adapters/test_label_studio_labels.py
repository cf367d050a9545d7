"""Which annotations of Label Studio are labels, whose they are, and what the labeller was shown."""

import json
from itertools import islice

import pytest

from ecomintent.adapters.label_studio_tasks import read
from ecomintent.records import Provenance
from ecomintent.tickets import ActorKind
from tests.fakes.labels import FakeLabelStore
from tests.twins.label_studio import LabelStudioTwin, chosen
from tests.twins.twin import TwinClock
from tests.unit.adapters.label_studio_project import TEXT, labels, sync


@pytest.fixture
def twin():
    return LabelStudioTwin(TwinClock(), "shop-a")


@pytest.fixture
def store():
    return FakeLabelStore()


def read_one(twin, ticket):
    [task] = [one for one in twin.tasks.values() if one["id"] == int(ticket.removeprefix("T-"))]
    return read(task, twin.setup())


def test_an_annotation_edited_in_place_is_another_event_and_the_later_one_stands_last(twin, store):
    ticket = twin.open(TEXT)
    annotation = twin.annotate(ticket, "WISMO")
    sync(twin, store)
    twin.clock.sleep(60)
    twin.edit(annotation, "CANCEL_ORDER")

    sync(twin, store)

    assert [row[1] for row in labels(store)] == ["WISMO", "CANCEL_ORDER"]


def test_each_annotator_of_a_task_has_a_label_of_their_own(twin, store):
    ticket = twin.open(TEXT)
    twin.annotate(ticket, "WISMO", by=101)
    twin.annotate(ticket, "OTHER", by=102)

    sync(twin, store)

    assert {row[1:3] for row in labels(store)} == {("WISMO", "101"), ("OTHER", "102")}


def test_an_annotation_deleted_later_neither_stops_the_sync_nor_brings_anything_back(twin, store):
    ticket = twin.open(TEXT)
    annotation = twin.annotate(ticket, "WISMO", by=101)
    twin.annotate(ticket, "OTHER", by=102)
    sync(twin, store)
    twin.withdraw(ticket, annotation)

    again = sync(twin, store)

    assert (again.stored, len(labels(store))) == (0, 2)


def test_skipped_annotations_drafts_and_other_questions_are_no_labels(twin, store):
    ticket = twin.open(TEXT)
    twin.annotate(ticket, "WISMO", by=101, was_cancelled=True)
    twin.annotate(ticket, by=102, result=chosen("WISMO", question="tone"))
    twin.annotate(ticket, by=103)
    twin.tasks[1]["drafts"].append({"id": 99, "user": 104, "result": chosen("WISMO")})

    done = sync(twin, store)

    assert (done.tickets, done.refused, labels(store)) == (1, 0, [])


def test_two_choices_are_refused_and_never_guessed(twin, store):
    ticket = twin.open(TEXT)
    annotation = twin.annotate(ticket, "WISMO", "OTHER")

    sync(twin, store)

    [row] = store.quarantine()
    assert (labels(store), row.ticket_id, row.excerpt) == ([], ticket, "")
    assert row.reason == (
        f"annotation {annotation['id']} has 2 choices for 'intent', a ticket has one intent; "
        'set choice="single" in the labelling interface and choose again'
    )


def test_a_choice_that_is_no_intent_is_refused(twin, store):
    twin.annotate(twin.open(TEXT), "Praise")

    sync(twin, store)

    [row] = store.quarantine()
    assert labels(store) == []
    assert row.reason.startswith("'Praise' is no intent in the map of label_studio:shop-a")


def test_an_annotation_that_became_the_ground_truth_is_a_label_like_any(twin, store):
    twin.annotate(twin.open(TEXT), "WISMO", ground_truth=True)

    sync(twin, store)

    assert [row[1] for row in labels(store)] == ["WISMO"]


@pytest.mark.parametrize("kept", [True, False], ids=["prediction kept with the annotation", "found by its time"])
def test_what_the_labeller_was_shown_makes_the_rung(twin, kept):
    confirmed, edited, blank = twin.open(TEXT), twin.open(TEXT), twin.open(TEXT)
    for ticket in (confirmed, edited, blank):
        twin.tasks[int(ticket.removeprefix("T-"))]["predictions"].clear()
    twin.suggest(confirmed, "WISMO")
    twin.suggest(edited, "OTHER")
    shown = {
        ticket: {"result": chosen(choice), "id": 1} if kept and choice else {}
        for ticket, choice in ((confirmed, "WISMO"), (edited, "OTHER"), (blank, ""))
    }
    for ticket in (confirmed, edited, blank):
        twin.annotate(ticket, "WISMO", prediction=shown[ticket])
    # Nobody has seen what was predicted afterwards.
    twin.suggest(blank, "OTHER")
    store = FakeLabelStore()

    sync(twin, store)

    rungs = {row[0]: row[3] for row in labels(store)}
    assert rungs == {confirmed: "confirmed", edited: "edited", blank: "set_from_blank"}


def test_the_prediction_an_annotation_was_begun_from_goes_before_a_newer_one(twin):
    ticket = twin.open(TEXT)
    older = twin.suggest(ticket, "WISMO")
    twin.suggest(ticket, "OTHER")
    twin.annotate(ticket, "WISMO", parent_prediction=older, prediction={})

    found, _ = read_one(twin, ticket)

    assert found.changes[0].previous == "WISMO"


def test_a_prediction_of_two_choices_or_known_by_its_id_only_says_nothing(twin):
    ticket = twin.open(TEXT)
    twin.suggest(ticket, "WISMO", "OTHER")
    twin.annotate(ticket, "WISMO", prediction={})
    two, _ = read_one(twin, ticket)
    twin.tasks[1]["predictions"] = [12]
    id_only, _ = read_one(twin, ticket)

    assert [one.changes[0].previous for one in (two, id_only)] == [None, None]


@pytest.mark.parametrize(
    ("fields", "kind", "agent"),
    [
        ({"by": 101}, ActorKind.HUMAN, "101"),
        ({"by": {"id": 101, "email": "ann@example.com", "first_name": "Ann"}}, ActorKind.HUMAN, "101"),
        ({"by": 101, "updated_by": 102}, ActorKind.HUMAN, "102"),
        ({"by": 901}, ActorKind.SELF, "901"),
        ({"by": 101, "updated_by": 901}, ActorKind.SELF, "901"),
        ({"by": None}, ActorKind.UNKNOWN, ""),
        ({"by": 101, "last_action": "imported"}, ActorKind.UNKNOWN, "101"),
        ({"by": 101, "last_action": "prediction"}, ActorKind.RULE, "101"),
        ({"by": 101, "last_action": "propagated_annotation"}, ActorKind.RULE, "101"),
        ({"by": 101, "parent_prediction": 5, "lead_time": None}, ActorKind.RULE, "101"),
        ({"by": 101, "parent_prediction": 5, "lead_time": 2.5}, ActorKind.HUMAN, "101"),
        ({"by": 101, "last_action": "updated", "lead_time": None}, ActorKind.HUMAN, "101"),
    ],
)
def test_only_who_looked_at_the_task_is_a_person(twin, fields, kind, agent):
    ticket = twin.open(TEXT)
    twin.annotate(ticket, "WISMO", **fields)

    found, _ = read_one(twin, ticket)

    assert (found.changes[0].actor.kind, found.changes[0].actor.id) == (kind, agent)


def test_our_own_annotations_never_come_back_as_labels(twin, store):
    ticket = twin.open(TEXT)
    twin.annotate(ticket, "WISMO", by=901)

    sync(twin, store)

    assert labels(store) == []
    assert Provenance.OWN in {event.provenance for event in store.story(ticket)}


@pytest.mark.parametrize("data", [{"ticket_id": 5001}, {"external_id": "5001"}, {}])
def test_a_ticket_is_known_by_the_helpdesks_id_where_the_task_has_it(twin, data):
    task = {"id": 12, "data": data, "created_at": "2026-03-02T09:00:00Z", "annotations": [], "predictions": []}

    found, _ = read(task, twin.setup())

    assert found.ticket_id == ("5001" if data else "12")


def test_the_text_is_read_from_the_field_that_is_named(twin, store):
    ticket = twin.open("not this")
    twin.tasks[1]["data"]["body"] = TEXT
    twin.correct(ticket, "WISMO", "101")

    sync(twin, store, text="body")

    assert [c.text for c in store.corrections()] == [TEXT]


def test_a_task_that_is_not_as_documented_does_not_stop_the_others(twin, store):
    whole = twin.open(TEXT)
    broken = [twin.open(TEXT) for _ in range(3)]
    for ticket in (whole, *broken):
        twin.annotate(ticket, "WISMO")
    for task, (name, value) in zip(
        islice(twin.tasks.values(), 1, None),
        [("data", "a string"), ("created_at", "yesterday"), ("predictions", "none")],
        strict=True,
    ):
        task[name] = value
    file = json.dumps(list(twin.tasks.values()))
    twin._file = lambda *args, **kwargs: json.loads(file)

    sync(twin, store)

    assert whole in {row[0] for row in labels(store)}
