"""Sources that tell of labels only: files laid into a folder, and a query against a warehouse."""

import json

import pytest
import sqlalchemy as sa

from ecomintent.adapters import files, sql, syncing
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import SourceError
from ecomintent.labels.rules import Rules, value_key
from ecomintent.records import Provenance
from ecomintent.taxonomy import NAMES
from tests.fakes.labels import FakeLabelStore


def rules(kind):
    return Rules(
        source=kind,
        account="acme",
        intents={value_key(name): name for name in NAMES} | {"late_parcel": "WISMO"},
        redact=lambda text: text,
        pseudonym=lambda customer: customer,
        in_frozen_set=lambda text: text == "frozen",
    )


def row(number, **changes):
    said = {"ticket_id": f"T-{number}", "text": f"text {number}", "intent": "WISMO", "previous_intent": "OTHER"}
    return {**said, "created_at": f"2026-05-04T10:00:{number % 60:02d}+00:00", "agent": "dana", **changes}


@pytest.fixture
def folder(tmp_path):
    """A folder of exports; call it to write one."""

    def write(name, *rows):
        (tmp_path / name).write_text("".join(json.dumps(one) + "\n" for one in rows))

    write.path = tmp_path
    return write


def of_files(folder, pattern=""):
    setup = Setup(kind="files", account="acme", url="", token=Secret(""), options={"path": f"{folder.path}{pattern}"})
    return files.connect(setup)


def test_each_file_is_read_once_and_a_changed_one_again(folder):
    folder("may.jsonl", row(1), row(2))
    store, helpdesk = FakeLabelStore(), of_files(folder)

    first = syncing.sync(helpdesk, rules("files"), store)
    second = syncing.sync(helpdesk, rules("files"), store)
    folder("may.jsonl", row(1), row(2), row(3))
    folder("june.jsonl", row(4))
    third = syncing.sync(helpdesk, rules("files"), store)

    assert [(done.tickets, done.stored) for done in (first, second, third)] == [(2, 2), (0, 0), (4, 2)]
    assert {(c.source, c.account, c.provenance) for c in store.corrections()} == {("files", "acme", Provenance.EDITED)}


def test_every_bad_row_of_a_file_ends_in_quarantine_with_its_line(folder):
    folder("may.jsonl", row(1), row(2, intent="late parcel"), row(3, intent="priority"), row(4, text="frozen"))
    (folder.path / "june.csv").write_text('text,intent\nfine,WISMO\n"a" b,WISMO\n')
    store = FakeLabelStore()

    done = syncing.sync(of_files(folder), rules("files"), store)

    assert (done.stored, done.refused) == (3, 3)
    assert [(bad.file, bad.line) for bad in store.quarantine()] == [("june.csv", 3), ("may.jsonl", 3), ("may.jsonl", 4)]


def test_a_sync_killed_within_a_long_file_reads_that_file_again_and_doubles_nothing(folder, monkeypatch):
    monkeypatch.setattr(files, "ROWS_A_PAGE", 2)
    folder("may.jsonl", *map(row, range(5)))
    store = FakeLabelStore()
    for page in list(of_files(folder).pages("", since=""))[:2]:
        store.take([], [], source="files", account="acme", mark=page.mark)

    done = syncing.sync(of_files(folder), rules("files"), store)

    assert (done.stored, len(store.corrections())) == (5, 5)


@pytest.mark.parametrize("pattern", ["/absent", "/*.docx"])
def test_a_pattern_that_names_no_file_is_said_so(folder, pattern):
    with pytest.raises(SourceError, match="files:acme: no file matches"):
        list(of_files(folder, pattern).pages("", since=""))


def test_a_damaged_file_stops_its_source_in_one_line_and_keeps_what_came_before(folder):
    folder("a.jsonl", row(1))
    (folder.path / "b.parquet").write_bytes(b"PAR1 not at all")
    store = FakeLabelStore()

    with pytest.raises(SourceError, match="not a readable Parquet file"):
        syncing.sync(of_files(folder), rules("files"), store)

    assert len(store.corrections()) == 1


@pytest.fixture
def warehouse(tmp_path):
    """A database with a table `fixes`; call it to add rows."""
    url = f"sqlite:///{tmp_path}/warehouse.db"
    engine = sa.create_engine(url)
    columns = list(row(0))
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE TABLE fixes ({', '.join(f'{name} TEXT' for name in columns)})"))

    def write(*rows):
        values = ", ".join(f":{name}" for name in columns)
        with engine.begin() as connection:
            connection.execute(sa.text(f"INSERT INTO fixes VALUES ({values})"), list(rows))

    write.url = url
    yield write
    engine.dispose()


QUERY = "SELECT * FROM fixes WHERE created_at >= :after ORDER BY created_at"


def of_query(url, query=QUERY):
    setup = Setup(kind="sql", account="acme", url="", token=Secret(url), options={"query": query})
    return sql.connect(setup)


@pytest.mark.parametrize("query", [QUERY, "SELECT * FROM fixes"])
def test_a_query_is_read_on_from_the_latest_row_that_was_stored(warehouse, query, monkeypatch):
    monkeypatch.setattr(sql, "ROWS_A_PAGE", 2)
    warehouse(*map(row, range(5)))
    store, helpdesk = FakeLabelStore(), of_query(warehouse.url, query)

    first = syncing.sync(helpdesk, rules("sql"), store)
    mark = store.mark("sql", "acme")
    again = syncing.sync(helpdesk, rules("sql"), store)
    assert store.mark("sql", "acme") == mark
    warehouse(row(6), replace_time(row(7), 6))
    more = syncing.sync(helpdesk, rules("sql"), store)

    assert (first.stored, again.stored, more.stored) == (5, 0, 2)
    assert len(store.corrections()) == 7


def replace_time(one, second):
    return {**one, "created_at": row(second)["created_at"]}


@pytest.mark.parametrize(
    ("url", "query", "told"),
    [
        ("sqlite://", "SELECT 1 AS text", "needed are text and intent"),
        ("sqlite://", "SELECT * FROM nowhere", "the query cannot be run"),
        ("postgresql+psycopg://u:hunter2@127.0.0.1:1/x", "SELECT 1", "the query cannot be run"),
        ("hunter2", "SELECT 1", "no address of a database"),
    ],
)
def test_a_warehouse_in_trouble_is_one_line_without_the_password(url, query, told):
    with pytest.raises(SourceError) as caught:
        list(of_query(url, query).pages("", since=""))

    assert told in str(caught.value)
    assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert len(str(caught.value).splitlines()) == 1


def test_what_happened_is_counted_by_provenance(folder):
    folder("may.jsonl", row(1), row(2, previous_intent=""), row(3, provenance="rule"))

    done = syncing.sync(of_files(folder), rules("files"), FakeLabelStore())

    assert done.labels == {"edited": 1, "set_from_blank": 1, "rule": 1}
