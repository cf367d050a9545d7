"""Intercom's search and its list of deletions: nothing is lost, little is read twice."""

import json

import httpx
import pytest

from ecomintent.errors import SourceError
from tests.twins.intercom import FIN, IntercomTwin
from tests.twins.twin import DAY, TwinClock
from tests.unit.adapters.intercom_shop import TEXT, pages, tickets


@pytest.fixture
def twin():
    return IntercomTwin(TwinClock(), "shop-a")


def test_the_search_is_read_to_its_end_and_oldest_first(twin):
    names = []
    for _ in range(11):
        names.append(twin.open(TEXT))
        twin.clock.sleep(5)

    assert list(tickets(pages(twin))) == names


def test_a_conversation_that_changes_while_pages_are_read_is_not_lost(twin):
    names = []
    for _ in range(9):
        names.append(twin.open(TEXT))
        twin.clock.sleep(1)
    twin.lag = 0.0
    searches = []

    def meanwhile(request):
        answer = twin.handle(request)
        if request.url.path.endswith("/search") and not searches:
            searches.append(request)
            twin.clock.sleep(1)
            # The oldest moves from the last page to the first, which was just read.
            twin.correct(names[0], "WISMO", "101")
        return answer

    first = pages(twin, handle=meanwhile)
    second = pages(twin, first[-1].mark)

    assert names[0] not in tickets(first)
    assert [change.value for change in tickets(second)[names[0]].changes] == ["WISMO"]


def test_what_the_search_tells_late_is_read_by_the_next_sync(twin):
    early, late = twin.open(TEXT), twin.open(TEXT)
    twin.clock.sleep(60)
    twin.correct(early, "WISMO", "101")
    twin.clock.sleep(1)
    twin.correct(late, "OTHER", "101")
    lagging = twin.conversations[early].updates
    hidden = [lagging.pop() for _ in range(1)]
    first = pages(twin)
    lagging.extend(hidden)
    twin.conversations[late].updates.append(twin.clock.now)

    second = pages(twin, first[-1].mark)

    assert early in tickets(second)


def test_times_rounded_to_days_lose_nothing(twin):
    twin.rounds_to_days = True
    twin.clock.sleep(DAY)
    twin.open(TEXT)
    mark = pages(twin)[-1].mark
    twin.clock.sleep(3_600)
    ticket = twin.open(TEXT)

    assert ticket in tickets(pages(twin, mark))


def test_what_was_searched_too_far_back_is_not_read_again(twin):
    twin.open(TEXT)
    twin.clock.sleep(3_600)
    newest = twin.open(TEXT)
    mark = pages(twin)[-1].mark
    twin.asked.clear()

    pages(twin, mark)

    assert twin.asked == ["admins", "conversations/search", f"conversations/{newest}", "conversations/deleted"]


def test_the_first_sync_reads_what_changed_at_the_very_second_that_was_asked_for(twin):
    twin.open(TEXT)
    twin.clock.sleep(1)
    since, ticket = twin.clock.iso(), twin.open(TEXT)

    assert list(tickets(pages(twin, since=since))) == [ticket]


def test_a_mark_within_a_sync_leaves_only_what_comes_after_it(twin):
    names = []
    for _ in range(60):
        names.append(twin.open(TEXT))
        twin.clock.sleep(700)

    found = pages(twin)

    assert [len(page.tickets) for page in found] == [25, 25, 10]
    assert {page.total for page in found} == {60}
    # The one at the mark is read again.
    assert list(tickets(pages(twin, found[0].mark))) == names[24:]


def test_the_mark_never_goes_back_into_the_overlap(twin):
    for _ in range(30):
        twin.open(TEXT)
        twin.clock.sleep(10)
    mark = pages(twin)[-1].mark

    assert {page.mark for page in pages(twin, mark)} == {mark}


def test_a_search_that_goes_round_in_a_circle_is_an_error(twin):
    def circle(request):
        if not request.url.path.endswith("/search"):
            return twin.handle(request)
        following = {"next": {"starting_after": "here"}}
        return httpx.Response(200, json={"conversations": [], "pages": following})

    with pytest.raises(SourceError, match="intercom:shop-a: the search gave the same page twice"):
        pages(twin, handle=circle)


def deletions(found):
    return {name: ticket.deleted_at for name, ticket in tickets(found).items() if ticket.deleted_at}


def test_a_deleted_conversation_is_told_with_its_time_though_the_search_still_finds_it(twin):
    ticket = twin.open(TEXT)
    mark = pages(twin)[-1].mark
    twin.touch(ticket)
    twin.clock.sleep(30)
    del twin.conversations[ticket]
    twin.deleted[ticket] = 1_772_445_600
    ghost = {"conversations": [{"id": ticket, "updated_at": int(twin.clock.now)}], "pages": {}}

    def haunted(request):
        return httpx.Response(200, json=ghost) if request.url.path.endswith("/search") else twin.handle(request)

    found = pages(twin, mark, handle=haunted)

    assert deletions(found) == {ticket: "2026-03-02T10:00:00+00:00"}


def test_a_conversation_that_was_merged_into_another_counts_as_deleted(twin):
    ticket = twin.open(TEXT)
    twin.add(ticket, "merged_secondary_conversation", FIN)
    other = twin.open(TEXT)
    twin.add(other, "merged_primary_conversation", FIN)

    assert list(deletions(pages(twin))) == [ticket]


def many_deleted(twin, count):
    """So many deletions an hour apart; returns ids, oldest first."""
    names = [twin.open(TEXT) for _ in range(count)]
    for name in names:
        twin.clock.sleep(3_600)
        del twin.conversations[name]
        twin.deleted[name] = int(twin.clock.now)
    return names


def test_all_deletions_are_told_once_oldest_first_and_then_only_new_ones(twin):
    names = many_deleted(twin, 13)
    first = pages(twin)
    [new] = many_deleted(twin, 1)
    twin.asked.clear()

    second = pages(twin, first[-1].mark)

    assert list(deletions(first)) == names
    assert new in deletions(second)
    assert len(deletions(second)) <= 2
    assert twin.asked.count("conversations/deleted") == 1


def test_an_order_that_is_not_of_time_hides_no_deletion(twin):
    twin.deleted_by_id = True
    names = [twin.open(TEXT) for _ in range(14)]
    for name in names[1:]:
        twin.clock.sleep(3_600)
        del twin.conversations[name]
        twin.deleted[name] = int(twin.clock.now)
    mark = pages(twin)[-1].mark
    twin.clock.sleep(3_600)
    del twin.conversations[names[0]]
    twin.deleted[names[0]] = int(twin.clock.now)

    assert names[0] in deletions(pages(twin, mark))


def test_a_list_that_forgets_old_deletions_hides_no_new_one(twin):
    old = many_deleted(twin, 13)
    mark = pages(twin)[-1].mark
    new = many_deleted(twin, 8)
    for name in old[:8]:
        del twin.deleted[name]

    assert set(new) <= set(deletions(pages(twin, mark)))


@pytest.mark.parametrize("told", [{"total_pages": 99}, {}])
def test_a_list_of_unknown_length_is_read_to_its_end(twin, told):
    names = many_deleted(twin, 9)

    def vague(request):
        answer = twin.handle(request)
        if not request.url.path.endswith("/deleted"):
            return answer
        return httpx.Response(200, json=answer.json() | {"pages": told, "total_count": None})

    assert list(deletions(pages(twin, handle=vague))) == names


def test_the_first_sync_tells_of_no_deletion_before_the_time_asked_for_and_counts_them(twin):
    many_deleted(twin, 9)
    twin.clock.sleep(3_600)
    first = pages(twin, since=twin.clock.iso())
    twin.asked.clear()

    again = pages(twin, first[-1].mark)

    assert deletions(first) == {}
    assert json.loads(first[-1].mark)["settled"] == 9
    assert (again, twin.asked.count("conversations/deleted")) == ([], 1)
