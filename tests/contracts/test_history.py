"""What every release history promises: the same tests on the fake and on SQLite."""

from dataclasses import replace

import pytest

from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import InputError
from ecomintent.records import ReleaseEvent
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


@pytest.fixture(params=["fake", "sqlite"])
def history(request, tmp_path):
    return FakeHistory() if request.param == "fake" else SqlHistory(f"sqlite:///{tmp_path}/home/labels.db")


def test_a_new_history_is_empty(history):
    assert list(history.events()) == []


def test_events_come_back_unchanged_oldest_first_whatever_their_time_says(history):
    earlier = replace(PROMOTED, at="2001-01-01T00:00:00+00:00")

    for event in (APPROVED, earlier, APPROVED):
        history.append(event)

    assert list(history.events()) == [APPROVED, earlier, APPROVED]


def test_what_a_reader_does_to_an_event_does_not_change_the_history(history):
    history.append(APPROVED)

    history.events()[0].details["weights"] = "forged"

    assert list(history.events()) == [APPROVED]


def test_an_event_that_no_database_can_hold_is_an_input_error_and_not_kept(history):
    with pytest.raises(InputError):
        history.append(replace(APPROVED, reason="half a \udc9f pair"))

    assert list(history.events()) == []


def test_history_and_label_store_share_one_database_file(tmp_path):
    url = f"sqlite:///{tmp_path}/labels.db"
    SqlLabelStore(url).add([], [])
    SqlHistory(url).append(APPROVED)

    assert (list(SqlHistory(url).events()), list(SqlLabelStore(url).corrections())) == ([APPROVED], [])
