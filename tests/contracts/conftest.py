"""MLflow homes for the contract tests: the database is made once per session and copied."""

import shutil
from pathlib import Path

import pytest

from ecomintent.adapters.mlflow_store import MlflowStore


def open_store(home: Path) -> MlflowStore:
    return MlflowStore(f"sqlite:///{home / 'mlflow' / 'mlflow.db'}", home / "mlflow" / "artifacts")


@pytest.fixture(scope="session")
def made_database(tmp_path_factory):
    """MLflow's database as a first use leaves it."""
    home = tmp_path_factory.mktemp("made")
    open_store(home).client()
    return home / "mlflow" / "mlflow.db"


@pytest.fixture
def mlflow_home(made_database, tmp_path):
    """A home with an empty MLflow, in a folder whose name has to be quoted in addresses."""
    home = tmp_path / "Zoë's shop %41 #1"
    (home / "mlflow").mkdir(parents=True)
    shutil.copyfile(made_database, home / "mlflow" / "mlflow.db")
    return home


@pytest.fixture
def mlflow_store(mlflow_home):
    return open_store(mlflow_home)


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
