"""A database that cannot be used is explained in one line."""

import os
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy.exc import IntegrityError

from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import InputError
from ecomintent.records import ReleaseEvent
from tests.contracts.test_label_store import BAD_ROW, LATE_PARCEL

EVENT = ReleaseEvent(at="2026-05-04T11:30:00+00:00", event="approved", version="1", by="Dana", reason="")


@pytest.fixture
def as_nobody(tmp_path):
    """Folders may not be written: root may write everywhere, so it steps down for the test."""
    tmp_path.chmod(0o555)
    was_root = os.geteuid() == 0
    for folder in [tmp_path, *tmp_path.parents][:-2] if was_root else []:
        folder.chmod(folder.stat().st_mode | 0o055)
    if was_root:
        os.seteuid(65534)
    yield
    if was_root:
        os.seteuid(0)
    tmp_path.chmod(0o755)


def refused(url, act=lambda store: store.corrections()):
    with pytest.raises(InputError) as caught:
        act(SqlLabelStore(url))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_nothing_is_opened_or_made_before_the_first_use(tmp_path):
    SqlLabelStore(f"sqlite:///{tmp_path}/home/labels.db")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("as_nobody")
def test_a_home_that_cannot_be_made_is_named(tmp_path):
    assert refused(f"sqlite:///{tmp_path}/home/labels.db") == (
        f"{tmp_path}/home: cannot be written (Permission denied); set ECOMINTENT_HOME"
    )


@pytest.mark.usefixtures("as_nobody")
def test_a_read_only_home_is_named(tmp_path):
    assert refused(f"sqlite:///{tmp_path}/labels.db") == (
        f"sqlite:///{tmp_path}/labels.db: the database cannot be used (unable to open database file); "
        "check ECOMINTENT_HOME and ECOMINTENT_DATABASE_URL"
    )


def test_a_read_only_database_can_be_read_and_says_that_it_cannot_be_written(tmp_path):
    SqlHistory(f"sqlite:///{tmp_path}/labels.db").append(EVENT)
    history = SqlHistory(f"sqlite:///file:{tmp_path}/labels.db?mode=ro&uri=true")

    with pytest.raises(InputError, match="attempt to write a readonly database"):
        history.append(EVENT)

    assert list(history.events()) == [EVENT]


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "labels.db").write_text("ticket_id,text,intent\n" * 100)

    assert "(file is not a database)" in refused(f"sqlite:///{tmp_path}/labels.db")


def test_a_folder_below_a_file_is_named(tmp_path):
    (tmp_path / "home").write_text("")

    assert refused(f"sqlite:///{tmp_path}/home/labels.db").startswith(f"{tmp_path}/home: cannot be written (")


@pytest.mark.parametrize("url", ["labels.db", "nosuchdb://host/x", "oracle://host/x"])
def test_a_url_that_names_no_usable_database_is_named(url):
    assert refused(url).startswith("ECOMINTENT_DATABASE_URL: no database of this kind can be opened (")


def test_a_failure_halfway_through_an_import_undoes_its_first_half(tmp_path):
    url = f"sqlite:///{tmp_path}/labels.db"
    SqlLabelStore(url).add([], [])
    with closing(sqlite3.connect(tmp_path / "labels.db")) as database:
        database.execute("CREATE TRIGGER full BEFORE INSERT ON quarantine BEGIN SELECT RAISE(FAIL, 'disk full'); END")

    with pytest.raises(IntegrityError, match="disk full"):
        SqlLabelStore(url).add([LATE_PARCEL], [BAD_ROW])

    assert list(SqlLabelStore(url).corrections()) == []
