"""A Prefect server and workers of a test's own, on free ports and below a temporary folder."""

import os
import socket
import subprocess
import sys
import time
from typing import Any

import httpx

from tests.shop import ROOT

ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


class Lab:
    """The server, what was started beside it, and its API."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.folder, self.started = folder, []
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "ECOMINTENT_"))},
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
            "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
            "DO_NOT_TRACK": "1",
            "PYTHONPATH": str(ROOT),
        }
        self.api = httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=30)
        self.start("server", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port))
        try:
            self.until(self._answers, "the server never answered", 900)
        except AssertionError:
            self.close()
            raise

    def start(self, name: str, *module: str, environment=None) -> "subprocess.Popen[bytes]":
        """Start `python -m MODULE ...`; its output is in the file `name`.log."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env={**self.environment, **(environment or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.started.append(process)
        return process

    def prefect(self, *arguments: str) -> str:
        """What `prefect ARGUMENTS` says; fails the test where it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "prefect", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def deploy(self) -> str:
        """Make the pools and deploy all of infra/prefect.yaml, as docs/schedule.md says."""
        for pool in ("cpu", "gpu"):
            self.prefect("work-pool", "create", pool, "--type", "process", "--overwrite")
        return self.prefect("--no-prompt", "deploy", "--all", "--prefect-file", "infra/prefect.yaml")

    def worker(self, pool: str, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        """A worker that looks for runs every second."""
        settings = {
            **{name: value for name, value in environment.items() if name.startswith("ECOMINTENT_")},
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        return self.start(f"worker-{pool}", "prefect", "worker", "start", "--pool", pool, environment=settings)

    def ask(self, path: str, **body: Any) -> Any:
        """What the API answers to a POST."""
        answer = self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def deployment(self, name: str) -> Any:
        answer = self.api.get(f"/deployments/name/{name}")
        assert answer.is_success, answer.text
        return answer.json()

    def run(self, name: str, **parameters: Any) -> str:
        """Start a run of the deployment `name` (flow/name); its id."""
        return self.ask(f"/deployments/{self.deployment(name)['id']}/create_flow_run", parameters=parameters)["id"]

    def state(self, run: str) -> Any:
        return self.api.get(f"/flow_runs/{run}").json()["state"]

    def runs_of(self, flow: str) -> list[Any]:
        """Runs of a flow, newest first."""
        flows = {"name": {"any_": [flow]}}
        return self.ask("/flow_runs/filter", flows=flows, sort="EXPECTED_START_TIME_DESC")

    def cancel(self, run: str) -> None:
        self.ask(f"/flow_runs/{run}/set_state", state={"type": "CANCELLING", "name": "Cancelling"}, force=True)

    def ended(self, run: str, seconds: int = 1200) -> Any:
        """The state that a run ended in."""
        self.until(lambda: self.state(run)["type"] in ENDED, "the run never ended", seconds)
        return self.state(run)

    def lines(self, run: str) -> list[str]:
        """What a run logged."""
        logs = {"flow_run_id": {"any_": [run]}}
        return [line["message"] for line in self.ask("/logs/filter", logs=logs, limit=200, sort="TIMESTAMP_ASC")]

    def until(self, condition, why: str, seconds: int = 300) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, why
            time.sleep(0.5)

    def close(self) -> None:
        for process in reversed(self.started):
            process.terminate()
        for process in self.started:
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
        self.api.close()

    def _answers(self) -> bool:
        try:
            return self.api.get("/health").is_success
        except httpx.TransportError:
            return False
