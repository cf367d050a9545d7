"""A backup holds the whole home, while its server works; what is restored from it serves, elsewhere, or nothing is."""

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from ecomintent.adapters import backup as backups
from ecomintent.adapters import handing_over, processes, restoring, row_copy, way_back
from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_store import MlflowStore
from ecomintent.adapters.mlflow_tracker import MlflowTracker
from ecomintent.adapters.settings import from_environment
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import AlreadyRunning, InputError
from tests.contracts.test_label_store import BAD_ROW, CORRECTED, DOUBLE_CHARGE, LATE_PARCEL
from tests.corrections import corrected
from tests.faults.serving_process import Process, ready, until
from tests.unit.adapters import trust_shop
from tests.unit.model.small import save_release

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROOT = Path(__file__).parents[3]


class WithRun:
    """The real registry of a home; the run that a version belongs to is made here."""

    def __init__(self, home):
        store = MlflowStore(f"sqlite:///{home}/mlflow/mlflow.db", home / "mlflow" / "artifacts")
        self._real = MlflowRegistry(store)
        said = {"params": {}, "metrics": {}, "tags": {}, "datasets": {}, "artifacts": []}
        self._run = MlflowTracker(store).record(key="k", name="made for a test", **said)

    def __getattr__(self, name):
        return getattr(self._real, name)

    def register(self, folder, *, run_id, **said):
        return self._real.register(folder, run_id=self._run, **said)


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A home on the real adapters, with labels and a champion, version 2, of a few kilobytes."""
    home = tmp_path_factory.mktemp("shop") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trust_shop, "FakeRegistry", lambda: WithRun(home))
        shop = trust_shop.Shop(home)
    settings = replace(shop.system.settings, params=ROOT / "params.yaml", project=ROOT)
    shop.system = replace(shop.system, settings=settings)
    shop.add_version("2", lambda folder: save_release(folder, seed=3))
    shop.issue("2", probes=way_back.answer_probes(shop.system, "2"))
    shop.system.registry.point("champion", "2")
    shop.say("promoted", "2")
    handing_over.hand_over(shop.system)
    SqlLabelStore(settings.database_url).add([LATE_PARCEL, DOUBLE_CHARGE], [BAD_ROW])
    return shop


@pytest.fixture(scope="module")
def made(shop, tmp_path_factory):
    """A backup of it."""
    path = tmp_path_factory.mktemp("backups") / "shop.tar"
    backups.backup(shop.system, path)
    return path


def ecomintent(home, *arguments):
    environment = {**os.environ, "ECOMINTENT_HOME": str(home), "ECOMINTENT_PROJECT": str(ROOT), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "ecomintent", *arguments]
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


def settings_of(home):
    return from_environment({"ECOMINTENT_HOME": str(home), "ECOMINTENT_PROJECT": str(ROOT)}, ROOT)


def changed(made, path, change):
    """A copy of the backup, each member as `change(name, bytes)` has it."""
    with tarfile.open(made) as source, tarfile.open(path, "w") as target:
        for entry in source:
            name, content = change(entry.name, source.extractfile(entry).read())
            told = tarfile.TarInfo(name)
            told.size, told.mode = len(content), entry.mode
            target.addfile(told, io.BytesIO(content))
    return path


def test_a_home_restored_elsewhere_serves_the_same_champion_and_every_part_of_it_verifies(shop, made, tmp_path):
    done = ecomintent(tmp_path / "moved", "restore", str(made), "--json")
    told = json.loads(done.stdout)
    verified = ecomintent(tmp_path / "moved", "release", "verify", "--json")
    asked = {"text": "where is my parcel"}
    with closing_server(shop.home) as here, closing_server(tmp_path / "moved") as there:
        answers = [httpx.post(f"{url}/classify", json=asked, timeout=60).json() for url in (here, there)]

    assert (done.returncode, told["champion"], told["faults"]) == (0, "2", [])
    assert json.loads(verified.stdout)["ok"] is True
    assert answers[0]["scores"] == answers[1]["scores"]
    assert [answer["model_version"] for answer in answers] == ["2", "2"]


def closing_server(home):
    from contextlib import contextmanager

    @contextmanager
    def opened():
        server = Process(home)
        try:
            until(f"{server.url}/ready", ready)
            yield server.url
        finally:
            server.end(signal.SIGTERM)

    return opened()


def test_labels_and_the_unbroken_history_come_back(shop, made, tmp_path):
    restoring.restore(settings_of(tmp_path / "moved"), made)

    url = settings_of(tmp_path / "moved").database_url
    assert list(SqlLabelStore(url).corrections()) == [LATE_PARCEL, DOUBLE_CHARGE]
    assert list(SqlLabelStore(url).quarantine()) == [BAD_ROW]
    assert SqlHistory(url).events() == shop.system.history.events()
    assert SqlHistory(url).breaks() == []


def test_nothing_in_the_registry_names_the_place_where_the_home_lay(shop, made, tmp_path):
    restoring.restore(settings_of(tmp_path / "moved"), made)

    with closing(sqlite3.connect(tmp_path / "moved" / "mlflow" / "mlflow.db")) as database:
        assert not any(str(shop.home) in line for line in database.iterdump())


def test_keys_are_readable_by_their_owner_alone_in_the_backup_and_after_it(made, tmp_path):
    restoring.restore(settings_of(tmp_path / "moved"), made)

    assert made.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "moved" / "keys" / "release.pem").stat().st_mode & 0o777 == 0o600


def test_a_correction_that_a_running_server_accepted_before_the_backup_is_in_it(shop, tmp_path):
    with closing_server(shop.home) as url:
        said = {"event_id": "e-9", "ticket_id": "t-9", "text": "my parcel", "intent": "WISMO"}
        assert httpx.post(f"{url}/corrections", json=said, timeout=60).status_code == 200
        backups.backup(shop.system, tmp_path / "shop.tar")
    restoring.restore(settings_of(tmp_path / "moved"), tmp_path / "shop.tar")
    with closing_server(tmp_path / "moved"):
        pass  # at its start and end a server hands on what it kept

    stored = [one.ticket_id for one in SqlLabelStore(settings_of(tmp_path / "moved").database_url).corrections()]
    assert stored.count("t-9") == 1


@pytest.mark.parametrize("part", ["labels.db", "keys/release.pem", "passports/2.json", "mlflow/mlflow.db"])
def test_a_backup_with_one_changed_byte_is_refused_and_leaves_no_home(made, tmp_path, part):
    def flip(name, content):
        return name, content if name != part else content[:-1] + bytes([content[-1] ^ 1])

    with pytest.raises(InputError, match=f"1 files are not what its manifest says, such as {part}"):
        restoring.restore(settings_of(tmp_path / "moved"), changed(made, tmp_path / "bad.tar", flip))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar"]


def test_a_backup_that_would_write_outside_of_the_home_is_refused(made, tmp_path):
    bad = changed(made, tmp_path / "bad.tar", lambda name, content: (f"../{name}", content))

    with pytest.raises(InputError, match="which no backup holds"):
        restoring.restore(settings_of(tmp_path / "moved"), bad)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.tar"]


def test_half_a_backup_is_refused(made, tmp_path):
    whole = made.read_bytes()
    (tmp_path / "half.tar").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(InputError, match=r"it is no whole backup|its manifest cannot be read"):
        restoring.restore(settings_of(tmp_path / "moved"), tmp_path / "half.tar")

    assert not (tmp_path / "moved").exists()


def test_nothing_is_restored_over_a_home(made, tmp_path):
    (tmp_path / "labels.db").touch()

    with pytest.raises(InputError, match="it is not empty"):
        restoring.restore(settings_of(tmp_path), made)


@pytest.mark.parametrize("what", ["retrain", "promote"])
def test_no_backup_is_made_in_the_middle_of_a_retrain_or_a_promotion(shop, tmp_path, what):
    with processes.only_one(shop.home, what), pytest.raises(AlreadyRunning):
        backups.backup(shop.system, tmp_path / "shop.tar")

    assert list(tmp_path.iterdir()) == []


def test_rows_go_through_another_kind_of_database_and_back_unchanged(new_url, tmp_path):
    (tmp_path / "a").mkdir()
    first, between, last = f"sqlite:///{tmp_path}/a/labels.db", new_url(), f"sqlite:///{tmp_path}/a/back.db"
    SqlLabelStore(first).add([LATE_PARCEL, DOUBLE_CHARGE], [BAD_ROW])
    SqlLabelStore(first).record([CORRECTED])

    row_copy.copy_rows(first, between)
    row_copy.copy_rows(between, last)

    def dump(url):
        engine = sa.create_engine(url)
        tables = sa.MetaData()
        tables.reflect(bind=engine)
        with engine.connect() as connection:
            found = {t.name: {tuple(row) for row in connection.execute(sa.select(t))} for t in tables.sorted_tables}
        engine.dispose()
        return found

    assert dump(last) == dump(first)
    later = SqlLabelStore(between).add([corrected(ticket_id="T-77", text="one more")], [])
    assert later.stored == 1


def test_rows_are_not_put_beside_other_rows(tmp_path):
    urls = [f"sqlite:///{tmp_path}/{name}.db" for name in "ab"]
    for url in urls:
        SqlLabelStore(url).add([LATE_PARCEL], [])

    with pytest.raises(InputError, match="holds rows already; name an empty database"):
        row_copy.copy_rows(*urls)
