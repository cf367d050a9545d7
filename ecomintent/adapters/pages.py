"""The MLflow and Prefect pages of one home, on this machine only."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable

from ecomintent.adapters.settings import Settings


def serve(settings: Settings, *, mlflow_port: int, prefect_port: int, say: Callable[[str], None]) -> int:
    """Run both servers until one ends, Ctrl-C or a termination signal; returns an exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    servers = _started(settings, mlflow_port, prefect_port)
    say(f"MLflow   http://127.0.0.1:{mlflow_port}/#/experiments?workflowType=machine_learning")
    say(f"Prefect  http://127.0.0.1:{prefect_port}/runs")
    say("Ctrl-C stops both")
    try:
        while all(server.poll() is None for server in servers):
            try:
                servers[0].wait(timeout=1)
            except subprocess.TimeoutExpired:
                continue
    except KeyboardInterrupt:
        return 0
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait(timeout=30)
    return 1


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
