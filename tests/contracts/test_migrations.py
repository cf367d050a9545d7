"""A database of any earlier version is brought to today's with everything in it, and back, or nothing is changed."""

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa

from ecomintent.adapters import migrations
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import DowngradeRefused, InputError
from ecomintent.release import chain
from tests.contracts.test_history import APPROVED
from tests.contracts.test_label_store import BAD_ROW, CORRECTED, DOUBLE_CHARGE, LATE_PARCEL

OLDER = ["0001", "0002", "0003", "0004"]


@pytest.fixture
def url(new_url, tmp_path):
    found = new_url()
    if found.startswith("sqlite"):
        (tmp_path / "0").mkdir()
    return found


@pytest.fixture
def engine(url):
    made = sa.create_engine(url)
    yield made
    made.dispose()


def version(engine):
    with engine.connect() as connection:
        return migrations.version_of(connection)


def fill(url):
    SqlLabelStore(url).add([LATE_PARCEL, DOUBLE_CHARGE], [BAD_ROW])
    SqlHistory(url).append(APPROVED)


def content(url):
    store, history = SqlLabelStore(url), SqlHistory(url)
    return list(store.corrections()), list(store.quarantine()), list(history.events()), history.breaks()


@pytest.mark.parametrize("target", OLDER)
def test_down_and_up_again_keeps_every_label_and_the_chain(url, engine, target):
    fill(url)
    before = content(url)

    migrations.move(engine, target)
    assert version(engine) == target
    migrations.bring_up(engine)

    assert version(engine) == migrations.HEAD
    assert content(url) == before
    assert before == ([LATE_PARCEL, DOUBLE_CHARGE], [BAD_ROW], [APPROVED], [])


def test_a_correction_imported_before_the_move_is_known_after_it(url, engine):
    fill(url)
    migrations.move(engine, "0001")

    again = SqlLabelStore(url).add([LATE_PARCEL], [BAD_ROW])

    assert (again.stored, again.already_known) == (0, 1)


def test_a_home_from_before_versions_were_kept_is_taken_over(url, engine):
    fill(url)
    before = content(url)
    migrations.move(engine, "0001")
    with engine.begin() as connection:
        connection.execute(sa.text("DROP TABLE alembic_version"))

    assert content(url) == before


@pytest.mark.parametrize("target", ["0001", "base"])
def test_a_move_that_would_lose_events_is_refused_and_changes_nothing(url, engine, target):
    fill(url)
    SqlLabelStore(url).record([CORRECTED])
    before = content(url)

    with pytest.raises(DowngradeRefused, match="1 events have no place in version 0001; keep this version"):
        migrations.move(engine, target)

    assert version(engine) == migrations.HEAD
    assert content(url) == before


@pytest.mark.parametrize("held", ["mark", "requester"])
def test_a_move_that_would_lose_a_mark_or_a_customer_is_refused_and_changes_nothing(url, engine, held):
    store = SqlLabelStore(url)
    if held == "mark":
        store.take([], [], source="zendesk", account="shop-a", mark="17")
    else:
        store.add([replace(LATE_PARCEL, requester="c0ffee")], [])

    with pytest.raises(DowngradeRefused, match="1 rows have no place in version 0002; keep this version"):
        migrations.move(engine, "0002")

    assert version(engine) == migrations.HEAD


def test_a_database_of_a_newer_program_is_refused_in_one_line(url, engine):
    fill(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(InputError, match="its schema has version 9999, this ecomintent knows 0005 at most"):
        SqlLabelStore(url).corrections()


def test_the_view_of_current_labels_has_the_latest_label_of_each_ticket(url, engine):
    later = replace(CORRECTED, source_event="e-8", at="2026-06-01T00:00:00+00:00", intent="WISMO")
    SqlLabelStore(url).record([later, CORRECTED])

    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT ticket_id, intent FROM current_labels")).all()

    assert [tuple(row) for row in found] == [("77", "WISMO")]


FIRST = {
    "corrections": {
        "event_id": "e" * 64,
        "ticket_id": "T-1",
        "text": "where is my parcel",
        "intent": "WISMO",
        "previous_intent": "OTHER",
        "created_at": "2026-05-04T11:30:00+00:00",
        "agent": "dana",
        "source": "file",
        "provenance": "edited",
    },
    "quarantine": {
        "row_id": "r" * 64,
        "file": "may.csv",
        "line": 7,
        "ticket_id": "T-9",
        "reason": "text: empty",
        "excerpt": "",
    },
}


def test_a_database_that_the_first_schema_made_and_filled_is_upgraded_on_first_use_with_every_row(url, engine):
    """Made by the first revision itself, not by going back from today's."""
    migrations.move(engine, "0001")
    with engine.begin() as connection:
        for table, row in FIRST.items():
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)
        link = chain.link(chain.START, APPROVED)
        event = {name: getattr(APPROVED, name) for name in ("at", "event", "version", "by", "reason")}
        event |= {"details": json.dumps(APPROVED.details, sort_keys=True), "link": link}
        words = ", ".join(f'"{name}"' for name in event)
        marks = ", ".join(f":{name}" for name in event)
        connection.execute(sa.text(f"INSERT INTO release_events ({words}) VALUES ({marks})"), event)

    corrections, refused, events, breaks = content(url)

    assert version(engine) == migrations.HEAD
    assert [(one.ticket_id, one.text, one.intent, one.agent) for one in corrections] == [
        ("T-1", "where is my parcel", "WISMO", "dana")
    ]
    assert (refused, events, breaks) == ([BAD_ROW], [APPROVED], [])
    SqlHistory(url).append(replace(APPROVED, version="3"))
    assert SqlHistory(url).breaks() == []
