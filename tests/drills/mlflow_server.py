"""Drills on a real `mlflow server` behind a proxy, and on one without room."""

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

from ecomintent import files
from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_store import MlflowStore
from ecomintent.adapters.mlflow_tracker import MlflowTracker
from ecomintent.adapters.service_settings import ServiceSettings
from ecomintent.errors import EcomIntentError, InputError
from tests.drills.clock_and_room import little_room
from tests.drills.drill import Seen, drill, refused
from tests.drills.proxy import Proxy


class MlflowServer:
    """A real `mlflow server` on a free port, with its artefacts in a folder."""

    def __init__(self, folder: Path, artefacts: Path) -> None:
        self._folder, self._artefacts = folder, artefacts
        with Proxy("127.0.0.1", 1)._listener as free:
            self.port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Wait until it answers."""
        command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(self.port)]
        command += ["--backend-store-uri", f"sqlite:///{self._folder}/server.db", "--workers", "1"]
        command += ["--artifacts-destination", str(self._artefacts)]
        environment = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "start_new_session": True}
        self._process = subprocess.Popen(command, env=environment, **quiet)
        deadline = time.monotonic() + 240
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.5)
        raise AssertionError("mlflow server never answered")

    def stop(self) -> None:
        """Kill it whole, as a machine that goes away."""
        if self._process is not None:
            os.killpg(self._process.pid, 9)
            self._process.wait()
            self._process = None


@contextmanager
def mlflow(folder: Path, artefacts: Path | None = None):
    """A server behind a proxy: (server, proxy, its address through the proxy)."""
    server = MlflowServer(folder, artefacts or folder / "artefacts")
    proxy = Proxy("127.0.0.1", server.port)
    try:
        server.start()
        yield server, proxy, f"http://127.0.0.1:{proxy.port}"
    finally:
        proxy.close()
        server.stop()


def _store(url: str, folder: Path) -> MlflowStore:
    return MlflowStore(url, folder / "unused", ServiceSettings(mlflow_url=url))


def _run(store: MlflowStore) -> str:
    return MlflowTracker(store).record(
        key="k", name="n", params={"a": 1}, metrics={"f1": 0.5}, tags={}, datasets={}, artifacts=[]
    )


def _register(store: MlflowStore, folder: Path, run: str) -> str:
    release = folder / "release"
    release.mkdir(exist_ok=True)
    (release / "model.bin").write_bytes(b"w" * 300_000)
    weights = files.folder_digest(release)
    return MlflowRegistry(store).register(release, run_id=run, weights=weights, tags={"verdict": "REVIEW"}).version


@drill(
    "MLflow",
    "a real server: away, slow, then restarted in the middle of a registration",
    "one line; slow is served; the restart is waited for; one version",
    everyday=False,
)
def mlflow_away_slow_restarting(folder: Path) -> Seen:
    with mlflow(folder) as (server, proxy, url):
        store = _store(url, folder)
        run = _run(store)
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
        proxy.away = True
        away = refused(lambda: _register(store, folder, run), InputError)
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "8"
        proxy.away, proxy.delay = False, 0.2
        _run(store)
        proxy.delay = 0.0
        server.stop()
        back = threading.Timer(2.0, server.start)
        back.start()
        _register_patiently(store, folder, run)
        back.join()
        _register(store, folder, run)
        registry = MlflowRegistry(store)
        registry.point("champion", "1")
        versions = [found.version for found in registry.versions()]
        fetched = registry.fetch("1", folder / "releases").is_dir()
    ok = "MLflow does not answer" in away and versions == ["1"] and fetched
    return Seen(ok=ok, says=f"away: one line; versions after the restart: {versions}; its bytes verified: {fetched}")


def _register_patiently(store: MlflowStore, folder: Path, run: str) -> None:
    """As Prefect does with a task that reaches out."""
    for _ in range(6):
        try:
            _register(store, folder, run)
        except EcomIntentError:
            time.sleep(10)
        else:
            return


@drill(
    "MLflow",
    "a real server whose artefacts lie on a full disk; then room is made",
    "no version of which bytes are missing; then exactly one",
    everyday=False,
)
def mlflow_full(folder: Path) -> Seen:
    with little_room(folder, 200) as place, mlflow(folder, place) as (_, _proxy, url):
        store = _store(url, folder)
        run = _run(store)
        os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"
        said = refused(lambda: _register(store, folder, run), Exception)
        during = [found.version for found in MlflowRegistry(store).versions()]
        subprocess.run(["mount", "-o", "remount,size=4m", str(place)], check=True)
        _register(store, folder, run)
        versions = [found.version for found in MlflowRegistry(store).versions()]
        fetched = MlflowRegistry(store).fetch("1", folder / "releases").is_dir()
    ok = bool(said) and during == [] and versions == ["1"] and fetched
    return Seen(ok=ok, says=f"full: {said[:80]}; versions then {during}, with room {versions}")
