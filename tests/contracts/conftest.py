"""Databases for the contract tests, and MLflow: opened once per session, and emptied before each test."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ecomintent.adapters.mlflow_store import MlflowStore


def open_store(home: Path) -> MlflowStore:
    return MlflowStore(f"sqlite:///{database_of(home)}", home / "mlflow" / "artifacts")


def database_of(home: Path) -> Path:
    return home / "mlflow" / "mlflow.db"


@pytest.fixture(scope="session")
def opened(tmp_path_factory):
    """A home in a folder whose name has to be quoted in addresses, its store, and its database when it was new."""
    home = tmp_path_factory.mktemp("session") / "Zoë's shop %41 #1"
    store = open_store(home)
    store.client()
    return home, store, Path(shutil.copy(database_of(home), home / "new.db"))


@pytest.fixture
def mlflow_store(opened):
    """The session's store, as new."""
    home, store, new = opened
    with closing(sqlite3.connect(new)) as source, closing(sqlite3.connect(database_of(home))) as target:
        source.backup(target)
    shutil.rmtree(home / "mlflow" / "artifacts", ignore_errors=True)
    return store


@pytest.fixture
def mlflow_home(opened, tmp_path):
    """Another home, never opened, with a new database."""
    home = tmp_path / "home"
    (home / "mlflow").mkdir(parents=True)
    shutil.copyfile(opened[2], database_of(home))
    return home


class Killed(BaseException):
    """Stands for SIGKILL: nothing below the test catches it."""


@pytest.fixture
def killed(mlflow_store, monkeypatch, tmp_path):
    """Runs `act` until it dies `when` (before, within, after) a step of MLflow's client."""

    def run(step, when, act):
        client_type = type(mlflow_store.client())
        real = getattr(client_type, step)

        def dies(*args, **kwargs):
            if when == "after":
                real(*args, **kwargs)
            if when == "within":
                client, model_id, _ = args
                (tmp_path / "torn").mkdir()
                (tmp_path / "torn" / "model.safetensors").write_bytes(b"torn")
                real(client, model_id, str(tmp_path / "torn"))
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(client_type, step, dies)
            with pytest.raises(Killed):
                act()

    return run
