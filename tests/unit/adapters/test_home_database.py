"""Every small database of a home opens alike, whoever comes first."""

import sqlite3
import stat

import pytest

from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.adapters.tag_database import TagDatabase
from ecomintent.errors import InputError

EACH = pytest.mark.parametrize("kind", [ServingDatabase, LabellingDatabase, TagDatabase])


def opened(kind, home):
    database = kind(home)
    with database.transaction() as connection:
        return database, connection


@EACH
def test_a_process_that_finds_the_tables_made_while_it_opened_goes_on(kind, tmp_path):
    _, first = opened(kind, tmp_path)
    tables = first.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall()
    # What the second of two processes saw before the first one's tables were there.
    first.execute("PRAGMA user_version = 0")
    first.commit()

    _, second = opened(kind, tmp_path)

    assert second.execute("SELECT name FROM sqlite_master ORDER BY name").fetchall() == tables
    assert second.execute("PRAGMA user_version").fetchone() == (kind.version,)


@EACH
def test_what_was_written_is_on_the_disk_before_it_is_answered_for_and_the_owner_alone_reads_it(kind, tmp_path):
    database, connection = opened(kind, tmp_path)

    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600


@EACH
def test_a_file_of_a_later_ecomintent_is_left_alone_and_named(kind, tmp_path):
    database, connection = opened(kind, tmp_path)
    connection.execute(f"PRAGMA user_version = {kind.version + 1}")
    connection.commit()

    with pytest.raises(InputError, match=rf"{database.path}: it has schema {kind.version + 1}, .* use the newer"):
        opened(kind, tmp_path)


@EACH
def test_a_file_that_is_no_database_is_named_with_what_to_do(kind, tmp_path):
    path = tmp_path / kind.file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no database at all " * 100)

    with pytest.raises(InputError, match=rf"{path}: {kind.what} cannot be used \(file is not a database\)"):
        opened(kind, tmp_path)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(path).execute("PRAGMA user_version")


def test_a_file_of_an_earlier_ecomintent_gains_what_it_lacks_and_keeps_the_rest(tmp_path):
    _, connection = opened(LabellingDatabase, tmp_path)
    connection.execute("INSERT INTO accounts VALUES ('dana', 'd', 's', '2026-11-21')")
    connection.executescript("DROP TABLE approvers; DROP TABLE decisions; PRAGMA user_version = 1;")

    _, again = opened(LabellingDatabase, tmp_path)

    assert again.execute("SELECT name FROM accounts").fetchall() == [("dana",)]
    assert again.execute("SELECT count(*) FROM decisions").fetchall() == [(0,)]
    assert again.execute("PRAGMA user_version").fetchone() == (LabellingDatabase.version,)
