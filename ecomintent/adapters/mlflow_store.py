"""Opening MLflow for one home, or the server it shares with others; its chatter and telemetry are off.

A home's own database is made whole by one process.
"""

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import filelock

from ecomintent import files
from ecomintent.adapters import mlflow_server
from ecomintent.adapters.service_settings import ServiceSettings
from ecomintent.errors import InputError

if TYPE_CHECKING:
    from mlflow import MlflowClient

SQLITE: Final = "sqlite:///"
EXISTS: Final = "RESOURCE_ALREADY_EXISTS"
WAIT_SECONDS: Final = 20
"""How long a reader waits for a writer; MLflow's own sessions wait as long."""


class MlflowStore:
    """Tracking and registry of one home; the current directory plays no part."""

    def __init__(self, tracking_uri: str, artifact_root: Path, services: ServiceSettings | None = None) -> None:
        """`services` says who asks where `tracking_uri` is a server's address; nobody in particular when None."""
        self._uri = tracking_uri
        self._services = services or ServiceSettings()
        self._artifact_root = artifact_root
        embedded = tracking_uri.startswith(SQLITE)
        self._database = Path(tracking_uri.removeprefix(SQLITE)) if embedded else None
        self._client: MlflowClient | None = None

    def exists(self) -> bool:
        """False while nothing was ever written; reading then needs no MLflow at all."""
        return self._database is None or self._database.exists()

    def client(self) -> "MlflowClient":
        """The client; the first call in a process imports MLflow, the first in a home makes the database.

        Raises:
            InputError: the database cannot be made or read, or belongs to another MLflow version. A server's client
                raises it at any call: no answer, or not for this account.
        """
        if self._client is None:
            self._client = self._open()
        if self._database is None:
            mlflow_server.sign_in(self._services)
        import mlflow

        # MLflow looks up `models:/` sources in whatever store is the process's, not in the client's.
        mlflow.set_tracking_uri(self._uri)
        return self._client

    def experiment(self, name: str) -> str:
        """Id of the experiment, made on first use with its artefacts below this home, revived when deleted."""
        client = self.client()
        from mlflow.exceptions import MlflowException

        found = client.get_experiment_by_name(name)
        if found is None:
            below_home = (self._artifact_root / name).as_uri() if self._database is not None else None
            try:
                return str(client.create_experiment(name, artifact_location=below_home))
            except MlflowException as error:
                if error.error_code != EXISTS:
                    raise
                found = client.get_experiment_by_name(name)  # Another process was quicker.
        if found.lifecycle_stage == "deleted":
            client.restore_experiment(found.experiment_id)
        return str(found.experiment_id)

    def _open(self) -> "MlflowClient":
        mlflow = _import_quietly()
        if self._database is not None:
            self._make(self._database)
            _require_readable(self._database)
        try:
            client = mlflow.MlflowClient(self._uri, self._uri)
            return client if self._database is not None else mlflow_server.explained(client, self._services)
        except mlflow.MlflowException as error:
            said = str(error).splitlines()[0]
            raise InputError(f"MLflow cannot open it: {said}", where=str(self._database or self._uri)) from error

    def _make(self, database: Path) -> None:
        """Two processes that migrate one SQLite file break it for good, and so does a kill half-way.

        Hence the lock, and a database that appears under its name only when the last migration is through.
        """
        if database.exists():
            return
        folder = database.parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with filelock.FileLock(folder / "init.lock"):
                if database.exists():
                    return
                for left in folder.glob(f".{database.name}.*"):
                    left.unlink()
                files.write(database, self._migrate)
        except OSError as error:
            raise InputError(f"cannot be written ({error.strerror}); set ECOMINTENT_HOME", where=str(folder)) from error

    def _migrate(self, database: Path) -> None:
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore
        from sqlalchemy import event

        uri = f"{SQLITE}{database}"
        engine = SqlAlchemyStore._get_or_create_engine(uri)
        engine.dispose()
        # Synced at every migration it took 5 s on a busy disk, not 1; before it is whole nobody sees this file.
        event.listen(engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous = OFF"))
        SqlAlchemyStore(uri, self._artifact_root.as_uri())
        engine.dispose()


def _require_readable(database: Path) -> None:
    """Ask SQLite first: MLflow would try for a hundred seconds to open what is not a database."""
    try:
        # Not read-only: what a killed writer left unfinished is rolled back on the next opening.
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)) as opened:
            opened.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise InputError(
            f"MLflow's database cannot be read ({error}); restore it from a backup, or move it away to start anew",
            where=str(database),
        ) from error


def _import_quietly() -> Any:
    """MLflow with neither telemetry nor progress bars nor log lines below ERROR; what goes wrong is raised anyway."""
    # Importing MLflow sets the level of its top logger and may talk at once, through loggers below it.
    logging.getLogger("mlflow.agent").setLevel(logging.ERROR)
    import mlflow
    from mlflow.environment_variables import MLFLOW_DISABLE_TELEMETRY, MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
    from mlflow.telemetry import set_telemetry_client

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.ERROR)
    MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)
    if not MLFLOW_DISABLE_TELEMETRY.get():
        MLFLOW_DISABLE_TELEMETRY.set(True)
        set_telemetry_client()
    return mlflow
