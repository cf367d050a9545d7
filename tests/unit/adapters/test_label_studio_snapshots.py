"""Label Studio's snapshots: waited for, gone on with, not made without need; and servers without them."""

import httpx
import pytest

from ecomintent.adapters import syncing
from ecomintent.errors import SourceError
from tests.fakes.labels import FakeLabelStore
from tests.twins.day import rules_of
from tests.twins.label_studio import READY_AFTER_SECONDS, LabelStudioTwin
from tests.twins.twin import DAY, TwinClock
from tests.unit.adapters.label_studio_project import TEXT, connected, labels, sync


@pytest.fixture
def twin():
    return LabelStudioTwin(TwinClock(), "shop-a")


@pytest.fixture
def store():
    return FakeLabelStore()


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
