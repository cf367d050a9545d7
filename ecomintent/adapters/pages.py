"""The MLflow and Prefect pages of one home, on this machine only, and the form for decisions on the latter."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from typing import Final

from ecomintent.adapters.processes import make_home
from ecomintent.adapters.settings import Settings
from ecomintent.errors import InputError

PATIENCE_SECONDS: Final = 30
"""For a server to end what it does."""


def serve(settings: Settings, *, mlflow_port: int, prefect_port: int, say: Callable[[str], None]) -> int:
    """Run both servers until one ends, Ctrl-C or a termination signal; returns an exit code.

    Raises:
        InputError: this home's MLflow or Prefect runs elsewhere, or the home cannot be written.
    """
    shared = settings.services.mlflow_url or settings.services.prefect_url
    if shared:
        raise InputError("this home uses servers that run elsewhere; open their own pages", where=shared)
    make_home(settings.home)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    servers = _started(settings, mlflow_port, prefect_port)
    say(f"MLflow   http://127.0.0.1:{mlflow_port}/#/experiments?workflowType=machine_learning")
    say(f"Prefect  http://127.0.0.1:{prefect_port}/runs")
    form = None
    try:
        while all(server.poll() is None for server in servers):
            if form is None and _answers(f"http://127.0.0.1:{prefect_port}/api/health"):
                form = _form(settings, prefect_port)
                say(f"Decide   http://127.0.0.1:{prefect_port}/deployments (decide/form, Run, Custom run)")
                say("Ctrl-C stops them")
            time.sleep(1)
    except KeyboardInterrupt:
        return 0
    finally:
        # The form first: with its server gone it would go on asking for it for a minute.
        _stop([form] if form else [])
        _stop(servers)
    return 1


def _stop(processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _form(settings: Settings, prefect_port: int) -> "subprocess.Popen[bytes]":
    environment = {
        **settings.child_environment(os.environ),
        "PREFECT_API_URL": f"http://127.0.0.1:{prefect_port}/api",
        "PYTHONPATH": str(settings.project),
    }
    return subprocess.Popen([sys.executable, "-m", "flows.served"], cwd=settings.project, env=environment)


def _started(settings: Settings, mlflow_port: int, prefect_port: int) -> list["subprocess.Popen[bytes]"]:
    environment = {
        **settings.child_environment(os.environ),
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "PREFECT_API_URL": f"http://127.0.0.1:{prefect_port}/api",
        "PREFECT_UI_API_URL": f"http://127.0.0.1:{prefect_port}/api",
    }
    mlflow = [
        "mlflow",
        "server",
        "--backend-store-uri",
        settings.tracking_uri,
        "--default-artifact-root",
        str(settings.artifacts),
        "--host",
        "127.0.0.1",
        "--port",
        str(mlflow_port),
        "--workers",
        "1",
    ]
    prefect = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", str(prefect_port)]
    return [subprocess.Popen([sys.executable, "-m", *command], env=environment) for command in (mlflow, prefect)]
