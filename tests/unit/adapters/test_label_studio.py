"""Label Studio's traps, each on the twin: what is no label, what is told late, and snapshots nobody needs."""

import json
from itertools import islice

import httpx
import pytest

from ecomintent.adapters import label_studio, syncing
from ecomintent.adapters.label_studio_tasks import read
from ecomintent.adapters.web import Answer
from ecomintent.errors import InputError, SourceError
from ecomintent.records import Provenance
from ecomintent.tickets import ActorKind
from tests.fakes.labels import FakeLabelStore
from tests.twins.day import rules_of
from tests.twins.label_studio import READY_AFTER_SECONDS, LabelStudioTwin, chosen
from tests.twins.twin import DAY, TwinClock

TEXT = "my parcel is three days late, where is it now"


@pytest.fixture
def twin():
    return LabelStudioTwin(TwinClock(), "shop-a")


@pytest.fixture
def store():
    return FakeLabelStore()


def connected(twin, handle=None, **options):
    return twin.connector(httpx.MockTransport(handle or twin.handle), twin.clock.sleep, **options)


def sync(twin, store, **options):
    since = options.pop("since", "")
    return syncing.sync(connected(twin, **options), rules_of(twin), store, since=since)


def labels(store):
    return [(c.ticket_id, c.intent, c.agent, c.provenance.value) for c in store.corrections()]


def read_one(twin, ticket):
    [task] = [one for one in twin.tasks.values() if one["id"] == int(ticket.removeprefix("T-"))]
    return read(task, twin.setup())


def test_a_snapshot_that_is_not_ready_is_waited_for(twin, store):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")
    begun = twin.clock.now

    sync(twin, store)

    assert [row[:3] for row in labels(store)] == [(ticket, "WISMO", "101")]
    assert twin.clock.now >= begun + READY_AFTER_SECONDS


def test_a_project_in_which_nothing_changed_is_asked_for_no_snapshot(twin, store):
    twin.correct(twin.open(TEXT), "WISMO", "101")
    sync(twin, store)
    twin.clock.sleep(3 * DAY)

    pages = list(connected(twin).pages(store.mark("label_studio", "shop-a"), since=""))

    assert (pages, len(twin.exports)) == ([], 1)


@pytest.mark.parametrize("change", ["edit", "suggest", "open", "withdraw"])
def test_any_change_of_the_project_is_seen_though_the_numbers_stay(twin, store, change):
    ticket = twin.open(TEXT)
    annotation = twin.annotate(ticket, "WISMO")
    sync(twin, store)

    {
        "edit": lambda: twin.edit(annotation, "OTHER"),
        "suggest": lambda: twin.suggest(ticket, "OTHER"),
        "open": lambda: twin.open(TEXT),
        "withdraw": lambda: twin.withdraw(ticket, annotation),
    }[change]()
    sync(twin, store)

    assert len(twin.exports) == 2


def test_a_new_annotation_is_seen_though_the_server_leaves_the_tasks_time_as_it_was(twin, store):
    ticket = twin.open(TEXT)
    twin.annotate(ticket, "WISMO", by=101)
    sync(twin, store)
    before = twin.tasks[1]["updated_at"]
    twin.annotate(ticket, "OTHER", by=102)
    twin.tasks[1]["updated_at"] = before

    sync(twin, store)

    assert {row[2] for row in labels(store)} == {"101", "102"}


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


@pytest.mark.parametrize("asked", [403, 404])
def test_where_there_are_no_snapshots_the_quick_export_is_read_and_no_address_kept(twin, store, asked):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")

    def without_snapshots(request):
        if "/exports/" in request.url.path:
            return httpx.Response(asked, json={"detail": "no"})
        return twin.handle(request)

    syncing.sync(connected(twin, without_snapshots), rules_of(twin), store)

    assert [row[:3] for row in labels(store)] == [(ticket, "WISMO", "101")]
    assert "example.com" not in str(store.story(ticket))


def test_where_snapshots_may_be_listed_but_not_made_the_quick_export_is_read(twin, store):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")

    def read_only(request):
        if request.method == "POST" and "/exports/" in request.url.path:
            return httpx.Response(403, json={"detail": "no"})
        return twin.handle(request)

    syncing.sync(connected(twin, read_only), rules_of(twin), store)

    assert [row[0] for row in labels(store)] == [ticket]


@pytest.mark.parametrize("missing", ["tasks", "ordering"])
def test_where_changes_cannot_be_seen_every_sync_reads_all_and_writes_nothing_new(twin, store, missing):
    twin.without.add(missing)
    for _ in range(3):
        twin.correct(twin.open(TEXT), "WISMO", "101")
        twin.clock.sleep(60)
    sync(twin, store)
    mark = store.mark("label_studio", "shop-a")

    again = sync(twin, store)

    assert (len(twin.exports), again.stored, store.mark("label_studio", "shop-a")) == (2, 0, mark)


def test_a_legacy_token_is_sent_as_it_is(twin, store):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")

    sync(twin, store, auth="legacy")

    assert ([row[0] for row in labels(store)], twin.access) == ([ticket], {})


def test_an_access_token_that_runs_out_is_exchanged_again(twin, store):
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")

    def slow(request):
        answer = twin.handle(request)
        if request.method == "POST" and "/exports/" in request.url.path:
            twin.exports[-1]["ready_at"] += 1000
        return answer

    syncing.sync(connected(twin, slow), rules_of(twin), store)

    assert [row[0] for row in labels(store)] == [ticket]
    assert len(twin.access) >= 2


def test_an_exchange_that_gives_no_token_ends_in_one_line(twin):
    def no_exchange(request):
        if request.url.path.startswith("/api/token/"):
            return httpx.Response(200, text="<html>welcome</html>", headers={"content-type": "text/html"})
        return twin.handle(request)

    with pytest.raises(SourceError, match="was answered with 401: the token is not valid"):
        list(connected(twin, no_exchange).pages("", since=""))


def big(twin, tasks=450):
    """A project of more pages than one."""
    for _ in range(tasks):
        twin.annotate(twin.open(TEXT), "WISMO")


def test_a_sync_that_died_goes_on_in_the_same_snapshot(twin):
    big(twin)
    first = next(connected(twin).pages("", since=""))

    rest = list(connected(twin).pages(first.mark, since=""))

    assert len(twin.exports) == 1
    assert [len(page.tickets) for page in (first, *rest)] == [200, 200, 50]


def test_a_snapshot_that_fell_off_the_list_is_made_anew_and_nothing_is_left_out(twin):
    big(twin)
    first = next(connected(twin).pages("", since=""))
    others = [{"id": 10_000 + n, "title": "somebody's", "ready_at": 0.0} for n in range(100)]
    twin.exports += others

    rest = list(connected(twin).pages(first.mark, since=""))

    assert len(twin.exports) == 102
    read_in_all = {ticket.ticket_id for page in (first, *rest) for ticket in page.tickets}
    assert len(read_in_all) == 450


def test_a_change_between_death_and_the_next_sync_begins_the_reading_anew(twin):
    big(twin)
    first = next(connected(twin).pages("", since=""))
    twin.annotate(twin.open(TEXT), "WISMO")

    rest = list(connected(twin).pages(first.mark, since=""))

    assert sum(len(page.tickets) for page in rest) == 451


def test_a_snapshot_whose_answer_was_lost_is_made_twice_and_read_once(twin, store):
    twin.correct(twin.open(TEXT), "WISMO", "101")
    lost = []

    def handle(request):
        answer = twin.handle(request)
        if request.method == "POST" and "/exports/" in request.url.path and not lost:
            lost.append(request)
            raise httpx.ReadTimeout("lost", request=request)
        return answer

    syncing.sync(connected(twin, handle), rules_of(twin), store)

    assert (len(twin.exports), len(labels(store))) == (2, 1)


def test_what_did_not_change_for_more_than_a_day_is_not_handed_on_again(twin, store):
    old = twin.open(TEXT)
    twin.correct(old, "WISMO", "101")
    sync(twin, store)
    twin.clock.sleep(3 * DAY)
    new = twin.open(TEXT)
    twin.correct(new, "OTHER", "101")
    sync(twin, store)
    twin.correct(twin.open(TEXT), "OTHER", "101")

    pages = list(connected(twin).pages(store.mark("label_studio", "shop-a"), since=""))

    assert new in {ticket.ticket_id for page in pages for ticket in page.tickets}
    assert old not in {ticket.ticket_id for page in pages for ticket in page.tickets}


def test_the_first_sync_leaves_out_what_was_finished_before_the_day_asked_for(twin, store):
    twin.correct(twin.open(TEXT), "WISMO", "101")
    twin.clock.sleep(10 * DAY)
    since = twin.clock.iso().replace("Z", "+00:00")
    ticket = twin.open(TEXT)
    twin.correct(ticket, "WISMO", "101")

    sync(twin, store, since=since)

    assert [row[0] for row in labels(store)] == [ticket]


@pytest.mark.parametrize("fails", [True, False], ids=["failed", "never ready"])
def test_a_snapshot_that_never_comes_is_one_line(twin, fails):
    twin.correct(twin.open(TEXT), "WISMO", "101")
    twin.fails = fails

    def handle(request):
        answer = twin.handle(request)
        if not fails:
            for export in twin.exports:
                export["ready_at"] = twin.clock.now + DAY
        return answer

    told = "could not make its snapshot" if fails else "is not ready yet; nothing is lost"
    with pytest.raises(SourceError, match=told):
        list(connected(twin, handle).pages("", since=""))


def test_a_question_the_project_does_not_have_is_named_with_those_it_has(twin):
    with pytest.raises(SourceError) as caught:
        list(connected(twin, field="intnt").pages("", since=""))

    assert str(caught.value) == (
        "label_studio:shop-a: project 7 has no question 'intnt'; it has 'intent', 'tone': "
        "set `field` to the name of the Choices tag"
    )


@pytest.mark.parametrize("content", [b'{"tasks": []}', b"<html>", b"[1, 2]"])
def test_an_export_that_is_none_is_one_line(twin, content):
    helpdesk = connected(twin)

    with pytest.raises(SourceError, match="the answer is not an export in JSON"):
        helpdesk._downloaded(Answer(status=200, body=None, headers={}, content=content))


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_snapshot_that_is_none_is_one_line(twin, method):
    def handle(request):
        inside = request.url.path.partition("/exports/")[2]
        if request.method == method and (inside or method == "POST") and "/exports/" in request.url.path:
            return httpx.Response(200, json=None)
        return twin.handle(request)

    with pytest.raises(SourceError, match="the answer is not a snapshot; check that `url` is a Label Studio server"):
        list(connected(twin, handle).pages("", since=""))


def test_an_export_served_as_mere_bytes_is_read(twin):
    answer = Answer(status=200, body=None, headers={}, content=b'[{"id": 1}]')

    assert connected(twin)._downloaded(answer) == [{"id": 1}]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"field": ""}, "`field` is absent"),
        ({"project": ""}, "`project` is absent"),
        ({"auth": "basic"}, "`auth` is 'basic'; it is personal or legacy"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(twin, options, told):
    with pytest.raises(InputError, match=told):
        label_studio.connect(twin.setup(**options))
