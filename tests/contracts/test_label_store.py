"""What every label store promises: the same tests on the fake, on SQLite and on PostgreSQL.

Over 250 lines: one list of promises, each held to three stores.
"""

from dataclasses import replace
from itertools import count, pairwise, permutations
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import InputError
from ecomintent.records import Correction, EventKind, ImportReport, LabelEvent, Provenance, Recorded, Refused
from ecomintent.taxonomy import NAMES
from tests.corrections import corrected
from tests.fakes.labels import FakeLabelStore

LATE_PARCEL = corrected(text="where is my parcel \N{PACKAGE}, Zoë?\nthanks")
DOUBLE_CHARGE = replace(LATE_PARCEL, ticket_id="T-2", text="charged twice", intent="BILLING_DISPUTE", created_at="")
BAD_ROW = Refused(file="may.csv", line=7, ticket_id="T-9", reason="text: empty", excerpt="")


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def new_store(request, tmp_path):
    """Makes empty stores."""
    if request.param == "fake":
        return FakeLabelStore
    if request.param == "postgres":
        server = request.getfixturevalue("postgres")
        return lambda: SqlLabelStore(server.url())
    numbers = count()
    return lambda: SqlLabelStore(f"sqlite:///{tmp_path}/{next(numbers)}/labels.db")


def test_a_new_store_is_empty(new_store):
    store = new_store()

    assert (list(store.corrections()), list(store.quarantine())) == ([], [])


def test_what_was_added_comes_back_unchanged(new_store):
    store = new_store()

    report = store.add([LATE_PARCEL, DOUBLE_CHARGE], [BAD_ROW])

    assert report == ImportReport(stored=2, already_known=0, refused=(BAD_ROW,))
    assert list(store.corrections()) == [LATE_PARCEL, DOUBLE_CHARGE]
    assert list(store.quarantine()) == [BAD_ROW]


def test_the_same_import_again_changes_nothing_and_says_so(new_store):
    store = new_store()
    store.add([LATE_PARCEL, DOUBLE_CHARGE], [BAD_ROW])

    again = store.add([DOUBLE_CHARGE, LATE_PARCEL], [BAD_ROW])

    assert again == ImportReport(stored=0, already_known=2, refused=(BAD_ROW,))
    assert list(store.corrections()) == [LATE_PARCEL, DOUBLE_CHARGE]
    assert list(store.quarantine()) == [BAD_ROW]


def test_a_correction_given_twice_at_once_is_stored_once(new_store):
    store = new_store()

    report = store.add([LATE_PARCEL, LATE_PARCEL], [])

    assert report == ImportReport(stored=1, already_known=1, refused=())


def test_counts_are_right_beyond_one_batch_of_writes(new_store):
    store = new_store()
    tickets = [replace(LATE_PARCEL, ticket_id=f"T-{number}") for number in range(2500)]
    store.add(tickets[::2], [])

    report = store.add(iter(tickets), [])

    assert report == ImportReport(stored=1250, already_known=1250, refused=())


def test_a_ticket_corrected_twice_keeps_both_events_in_the_order_of_time(new_store):
    store = new_store()
    later = replace(LATE_PARCEL, intent="RETURN_REQUEST", created_at="2026-05-05T08:00:00+00:00")

    store.add([later, LATE_PARCEL], [])

    assert list(store.corrections()) == [LATE_PARCEL, later]


def test_refused_rows_are_ordered_by_file_and_line(new_store):
    store = new_store()
    rows = [replace(BAD_ROW, file=file, line=line) for file, line in (("b.csv", 2), ("a.csv", 10), ("a.csv", 9))]

    store.add([], rows)

    assert [(row.file, row.line) for row in store.quarantine()] == [("a.csv", 9), ("a.csv", 10), ("b.csv", 2)]


def test_an_import_that_breaks_off_leaves_nothing_behind(new_store):
    store = new_store()

    def breaking():
        yield from (replace(LATE_PARCEL, ticket_id=f"T-{number}") for number in range(1500))
        raise RuntimeError("the file ended too early")

    with pytest.raises(RuntimeError, match="ended too early"):
        store.add(breaking(), [BAD_ROW])

    assert (list(store.corrections()), list(store.quarantine())) == ([], [])


@pytest.mark.parametrize("broken", ["half a \ud83d pair", "a NUL \0 inside"])
@pytest.mark.parametrize("column", ["text", "ticket_id", "agent"])
def test_a_correction_that_no_database_can_hold_is_an_input_error_and_nothing_is_stored(new_store, column, broken):
    store = new_store()

    with pytest.raises(InputError):
        store.add([DOUBLE_CHARGE, replace(LATE_PARCEL, **{column: broken})], [BAD_ROW])

    assert (list(store.corrections()), list(store.quarantine())) == ([], [])


def test_a_refused_row_is_kept_however_broken_with_escapes_in_place_of_what_cannot_be_stored(new_store):
    store = new_store()

    store.add([], [replace(BAD_ROW, ticket_id="T\0", excerpt="\udcff!")])

    assert list(store.quarantine()) == [replace(BAD_ROW, ticket_id="T\\x00", excerpt="\\udcff!")]


SEEN = LabelEvent(
    source="zendesk",
    account="shop-a",
    source_event="e-1",
    kind=EventKind.SEEN,
    ticket_id="77",
    at="2026-05-04T11:00:00+00:00",
    text="need the blue one instead",
)
PREDICTED = replace(
    SEEN,
    source_event="e-2",
    kind=EventKind.PREDICTED,
    at="2026-05-04T11:00:01+00:00",
    intent="OTHER",
    model_version="3",
)
CORRECTED = replace(
    SEEN,
    source_event="e-3",
    kind=EventKind.CORRECTED,
    at="2026-05-04T12:00:00+00:00",
    intent="EXCHANGE_REQUEST",
    previous_intent="OTHER",
    agent="dana",
    provenance=Provenance.EDITED,
)
DELETED = replace(SEEN, source_event="e-4", kind=EventKind.DELETED, at="2026-05-06T12:00:00+00:00", text="")


def test_the_story_of_a_ticket_is_every_event_in_the_order_of_time(new_store):
    store = new_store()

    recorded = store.record([CORRECTED, SEEN, PREDICTED, replace(SEEN, ticket_id="78", source_event="e-9")])

    assert recorded == Recorded(stored=4, already_known=0)
    assert list(store.story("77")) == [SEEN, PREDICTED, CORRECTED]
    assert list(store.story("79")) == []


def test_only_labels_are_corrections(new_store):
    store = new_store()

    store.record([SEEN, PREDICTED, CORRECTED])

    assert [(one.intent, one.provenance, one.text) for one in store.corrections()] == [
        ("EXCHANGE_REQUEST", Provenance.EDITED, "need the blue one instead")
    ]


def test_an_event_is_known_by_its_systems_own_id_and_stays_as_it_was(new_store):
    store = new_store()
    store.record([SEEN, CORRECTED])

    again = store.record([replace(CORRECTED, intent="OTHER"), CORRECTED])

    assert again == Recorded(stored=0, already_known=2)
    assert list(store.story("77")) == [SEEN, CORRECTED]


def test_a_page_is_stored_with_the_mark_after_it(new_store):
    store = new_store()
    before = store.mark("zendesk", "shop-a")

    recorded = store.take([SEEN, CORRECTED], [BAD_ROW], source="zendesk", account="shop-a", mark="cursor 2")

    assert (before, store.mark("zendesk", "shop-a"), store.mark("zendesk", "shop-b")) == ("", "cursor 2", "")
    assert recorded == Recorded(stored=2, already_known=0)
    assert (list(store.story("77")), list(store.quarantine())) == ([SEEN, CORRECTED], [BAD_ROW])


def test_the_mark_moves_on_and_a_page_that_breaks_off_does_not_move_it(new_store):
    store = new_store()
    store.take([], [], source="zendesk", account="shop-a", mark="1")
    store.take([], [], source="zendesk", account="shop-a", mark="2")

    def breaking():
        yield SEEN
        raise RuntimeError("the connection broke")

    with pytest.raises(RuntimeError, match="broke"):
        store.take(breaking(), [BAD_ROW], source="zendesk", account="shop-a", mark="3")

    assert store.mark("zendesk", "shop-a") == "2"
    assert (list(store.story("77")), list(store.quarantine())) == ([], [])


def test_a_page_that_is_known_leaves_the_database_as_it_is_to_the_byte(tmp_path):
    store = SqlLabelStore(f"sqlite:///{tmp_path}/labels.db")
    page = {"source": "zendesk", "account": "shop-a", "mark": "cursor 2"}
    store.take([SEEN, CORRECTED, DELETED], [BAD_ROW], **page)
    before = (tmp_path / "labels.db").read_bytes()

    store.take([SEEN, CORRECTED, DELETED], [BAD_ROW], **page)

    assert (tmp_path / "labels.db").read_bytes() == before


def test_coverage_counts_the_events_of_each_day_source_and_kind(new_store):
    store = new_store()
    store.record([SEEN, PREDICTED, CORRECTED, replace(CORRECTED, ticket_id="78", source_event="e-8"), DELETED])
    store.add([DOUBLE_CHARGE], [])

    told = [(one.day, one.source, one.account, one.kind.value, one.events) for one in store.coverage()]

    assert told == [
        ("", "file", "", "corrected", 1),
        ("2026-05-04", "zendesk", "shop-a", "corrected", 2),
        ("2026-05-04", "zendesk", "shop-a", "predicted", 1),
        ("2026-05-04", "zendesk", "shop-a", "seen", 1),
        ("2026-05-06", "zendesk", "shop-a", "deleted", 1),
    ]


def test_customer_macro_and_channel_of_an_event_come_back(new_store):
    store = new_store()
    event = replace(CORRECTED, requester="c0ffee", macro="m-7", channel="email")

    store.record([event])

    assert list(store.story("77")) == [event]
    assert [(one.account, one.requester, one.macro) for one in store.corrections()] == [("shop-a", "c0ffee", "m-7")]


@pytest.mark.parametrize("other", [{"account": "shop-b"}, {"source": "gorgias"}])
def test_the_same_id_in_another_account_or_system_is_another_event(new_store, other):
    store = new_store()

    assert store.record([SEEN, replace(SEEN, **other)]).stored == 2


@pytest.mark.parametrize("order", list(permutations([SEEN, CORRECTED, DELETED])))
def test_a_deleted_ticket_keeps_its_events_but_no_text_and_trains_nothing(new_store, order):
    store = new_store()
    other = replace(CORRECTED, account="shop-b")
    for event in [*order, other]:
        store.record([event])

    store.record([replace(PREDICTED, text="it came back with a later sync")])

    story = [event for event in store.story("77") if event.account == "shop-a"]
    assert [event.kind.value for event in story] == ["seen", "predicted", "corrected", "deleted"]
    assert {event.text for event in story} == {""}
    assert [(one.ticket_id, one.text) for one in store.corrections()] == [("77", other.text)]


def test_a_file_does_not_bring_the_text_of_a_deleted_ticket_back(new_store):
    store = new_store()
    store.record([replace(DELETED, source="file", account="", ticket_id="T-1")])

    store.add([LATE_PARCEL, DOUBLE_CHARGE], [])

    assert {event.text for event in store.story("T-1")} == {""}
    assert list(store.corrections()) == [DOUBLE_CHARGE]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    events=st.lists(
        st.builds(
            replace,
            st.sampled_from([SEEN, PREDICTED, CORRECTED, DELETED]),
            source_event=st.sampled_from(["", "e-1", "e-2", "e-3"]),
            ticket_id=st.sampled_from(["77", "78"]),
            account=st.sampled_from(["", "shop-a"]),
        ),
        max_size=8,
        unique_by=lambda event: (event.account, event.source_event) if event.source_event else event,
    ),
    cuts=st.lists(st.integers(0, 8), max_size=3),
    again=st.integers(0, 8),
)
def test_however_events_are_cut_into_pages_and_sent_again_each_is_stored_once(new_store, events, cuts, again):
    whole, paged = new_store(), new_store()
    whole.record(events)
    edges = [0, *sorted(min(cut, len(events)) for cut in cuts), len(events)]

    for start, end in pairwise(edges):
        paged.record(events[start:end])
    assert paged.record(events[:again]).stored == 0

    for ticket in ("77", "78"):
        assert list(paged.story(ticket)) == list(whole.story(ticket))
    assert list(paged.corrections()) == list(whole.corrections())


WORDS = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=5)
CORRECTIONS = st.builds(
    Correction,
    ticket_id=st.sampled_from(["T-1", "T-2", "t-1", "Ä"]),
    text=WORDS,
    intent=st.sampled_from(NAMES[:3]),
    created_at=st.sampled_from(["", "2026-05-04T11:30:00+00:00", "2026-05-05T11:30:00+00:00"]),
    agent=WORDS,
    source=st.just("file"),
    provenance=st.sampled_from(Provenance),
    previous_intent=st.sampled_from(["", *NAMES[:2]]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(imports=st.lists(st.lists(CORRECTIONS, max_size=4), min_size=1, max_size=3))
def test_the_order_of_imports_never_changes_what_is_stored(new_store, imports):
    stores = []
    for order in permutations(imports):
        store = new_store()
        for corrections in order:
            store.add(reversed(corrections), [])
        stores.append(list(store.corrections()))

    assert all(stored == stores[0] for stored in stores)
    assert set(stores[0]) == {correction for corrections in imports for correction in corrections}


def test_importers_that_start_a_new_home_at_once_all_succeed(new_url):
    url, start, reports = new_url(), Barrier(4), []

    def import_all():
        store = SqlLabelStore(url)
        start.wait()
        reports.append(store.add([replace(LATE_PARCEL, ticket_id=f"T-{number}") for number in range(50)], []))

    importers = [Thread(target=import_all) for _ in range(4)]
    for importer in importers:
        importer.start()
    for importer in importers:
        importer.join()

    assert sorted((report.stored, report.already_known) for report in reports) == [(0, 50)] * 3 + [(50, 0)]
