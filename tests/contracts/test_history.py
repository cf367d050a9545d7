"""What every release history promises: the same tests on the fake, on SQLite and on PostgreSQL."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest
import sqlalchemy as sa

from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import InputError, ReleaseError
from ecomintent.records import ReleaseEvent
from ecomintent.release import chain
from tests.fakes.labels import FakeHistory

APPROVED = ReleaseEvent(
    at="2026-05-04T11:30:00+00:00",
    event="approved",
    version="2",
    by="Dana Ortiz",
    reason="EXCHANGE_REQUEST read by hand, \N{CHECK MARK}",
    details={"weights": "ab" * 32, "snapshot": "cd" * 32},
)
PROMOTED = replace(APPROVED, event="promoted", details={})


@pytest.fixture(params=["fake", "sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def history(request, tmp_path):
    if request.param == "fake":
        return FakeHistory()
    if request.param == "postgres":
        return SqlHistory(request.getfixturevalue("postgres").url())
    return SqlHistory(f"sqlite:///{tmp_path}/home/labels.db")


def test_a_new_history_is_empty_and_unbroken(history):
    assert (list(history.events()), history.head(), history.breaks()) == ([], "0" * 64, [])


def test_the_head_stands_for_every_event_so_far(history):
    heads = [history.head()]
    for event in (APPROVED, PROMOTED, APPROVED):
        history.append(event)
        heads.append(history.head())

    assert heads == chain.links([APPROVED, PROMOTED, APPROVED])
    assert history.breaks() == []


def test_events_come_back_unchanged_oldest_first_whatever_their_time_says(history):
    earlier = replace(PROMOTED, at="2001-01-01T00:00:00+00:00")

    for event in (APPROVED, earlier, APPROVED):
        history.append(event)

    assert list(history.events()) == [APPROVED, earlier, APPROVED]


def test_what_a_reader_does_to_an_event_does_not_change_the_history(history):
    history.append(APPROVED)

    history.events()[0].details["weights"] = "forged"

    assert list(history.events()) == [APPROVED]


@pytest.mark.parametrize("broken", [{"reason": "half a \udc9f pair"}, {"details": {"waivers": "a NUL \0"}}])
def test_an_event_that_no_database_can_hold_is_an_input_error_and_not_kept(history, broken):
    with pytest.raises(InputError):
        history.append(replace(APPROVED, **broken))

    assert list(history.events()) == []


def test_history_and_label_store_share_one_database(new_url):
    url = new_url()
    SqlLabelStore(url).add([], [])
    SqlHistory(url).append(APPROVED)

    assert (list(SqlHistory(url).events()), list(SqlLabelStore(url).corrections())) == ([APPROVED], [])


def test_writers_at_once_never_fork_the_chain(new_url):
    url, start = new_url(), Barrier(4)

    def write(name):
        history = SqlHistory(url)
        start.wait()
        for _ in range(10):
            history.append(replace(APPROVED, by=name))

    writers = [Thread(target=write, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert (len(SqlHistory(url).events()), SqlHistory(url).breaks()) == (40, [])


@pytest.fixture
def tampered(new_url):
    """Four events; runs a statement behind the program's back and gives what is found then."""
    url = new_url()
    for version in "1234":
        SqlHistory(url).append(replace(APPROVED, version=version))

    def run(statement):
        engine = sa.create_engine(url)
        with engine.begin() as database:
            database.execute(sa.text(statement))
        engine.dispose()
        return SqlHistory(url)

    return run


@pytest.mark.parametrize(
    "column", ["at = '2020-01-01'", "event = 'rejected'", "version = '9'", "by = 'M'", "reason = ''", "details = '{}'"]
)
def test_a_row_changed_in_the_database_is_a_break_at_its_place(tampered, column):
    history = tampered(f"UPDATE release_events SET {column} WHERE position = 2")

    assert [said.split(" (")[0] for said in history.breaks()] == ["position 2"]


def test_a_row_removed_from_the_database_is_a_break_at_the_next_one(tampered):
    history = tampered("DELETE FROM release_events WHERE position = 2")

    assert [said.partition(")")[0] for said in history.breaks()] == [
        "position 2 (approved, version 3, 2026-05-04T11:30:00+00:00"
    ]


def test_rows_that_changed_places_in_the_database_are_breaks(tampered):
    history = tampered("UPDATE release_events SET position = 9 WHERE position = 2")

    assert [said.split(" (")[0] for said in history.breaks()] == ["position 2", "position 4"]


def test_an_event_written_past_the_program_is_a_break_that_later_events_do_not_hide(tampered):
    history = tampered(
        "INSERT INTO release_events (at, event, version, by, reason, details, link) "
        "SELECT at, 'promoted', version, by, reason, details, link FROM release_events WHERE position = 4"
    )
    history.append(APPROVED)

    assert [said.split(" (")[0] for said in history.breaks()] == ["position 5"]


@pytest.mark.parametrize("details", ["'torn'", "'[]'", "'{\"a\": 1}'", "x'00'"])
def test_a_row_that_cannot_be_read_is_a_named_break_and_never_a_traceback(tampered, details):
    history = tampered(f"UPDATE release_events SET details = {details} WHERE position = 3")

    assert "position 3 (approved, version 3, 2026-05-04T11:30:00+00:00)" in history.breaks()[0]
    with pytest.raises(ReleaseError, match="restore the database from a backup"):
        history.events()
