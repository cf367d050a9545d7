"""The services in the order of their start: what is run, with which environment, and what shows that it answers."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from ecomintent.adapters import settings
from infra.local_stack.state import Stack

ROOT: Final = Path(__file__).parents[2]
BUCKETS: Final = ("mlflow", "dvc")
POOLS: Final = ("cpu", "gpu")
REGION: Final = "us-east-1"
ASK_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Program:
    """One service."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    answers: Callable[[], bool]
    """A real request, with credentials where they are needed: a health page answers also where nothing else does."""


def all_of(stack: Stack) -> list[Program]:
    """Every service of the stack, in the order of their start."""
    workers = [_worker(stack, pool) for pool in POOLS]
    return [_storage(stack), _mlflow(stack), _prefect(stack), *workers, _api(stack)]


def storage_environment(stack: Stack) -> dict[str, str]:
    """What boto3 needs to reach the double."""
    return {"AWS_SHARED_CREDENTIALS_FILE": str(stack.secret_file("storage")), "AWS_DEFAULT_REGION": REGION}


def loop_environment(stack: Stack, home: Path) -> dict[str, str]:
    """What `ecomintent` and the flows need to use this stack, with secrets as names of files."""
    wanted = {
        "ECOMINTENT_HOME": str(home),
        "ECOMINTENT_PROJECT": str(ROOT),
        "ECOMINTENT_DATABASE_URL_FILE": str(stack.secret_file("database-url")),
        "ECOMINTENT_MLFLOW_URL": stack.url("mlflow"),
        "ECOMINTENT_MLFLOW_USER": "loop",
        "ECOMINTENT_MLFLOW_PASSWORD_FILE": str(stack.secret_file("mlflow-loop")),
        "ECOMINTENT_PREFECT_URL": f"{stack.url('prefect')}/api",
        "ECOMINTENT_PREFECT_AUTH_FILE": str(stack.secret_file("prefect-auth")),
        "ECOMINTENT_DVC_REMOTE": "s3://dvc/store",
        "ECOMINTENT_S3_ENDPOINT": stack.url("storage"),
        "ECOMINTENT_RUNS_REMOTE": str(stack.folder / "runs.git"),
        "ECOMINTENT_GPU_POOL": "gpu",
    }
    known = {name: value for name, value in wanted.items() if name in settings.VARIABLES}
    params = stack.folder / "params.yaml"
    own_params = {"ECOMINTENT_PARAMS": str(params)} if params.is_file() else {}
    return {**known, **own_params, **storage_environment(stack)}


def prefect_environment(stack: Stack) -> dict[str, str]:
    """What Prefect's own commands need to reach the server."""
    return {
        "PREFECT_HOME": str(stack.folder / "prefect"),
        "PREFECT_API_URL": f"{stack.url('prefect')}/api",
        "PREFECT_API_AUTH_STRING": stack.secret("prefect-auth"),
        "PREFECT_LOGGING_EXTRA_LOGGERS": "ecomintent",
        "DO_NOT_TRACK": "1",
    }


def _storage(stack: Stack) -> Program:
    module = "infra.local_stack.storage_double"
    command = [sys.executable, "-m", module, str(stack.ports["storage"]), str(stack.folder / "objects"), *BUCKETS]
    return Program("storage", command, {}, lambda: all(_ok(f"{stack.url('storage')}/{each}") for each in BUCKETS))


def _mlflow(stack: Stack) -> Program:
    port = stack.ports["mlflow"]
    environment = {
        **storage_environment(stack),
        # In the environment, not the command line, which everybody on the machine may read.
        "MLFLOW_BACKEND_STORE_URI": stack.database("mlflow", "psycopg"),
        "MLFLOW_AUTH_CONFIG_PATH": str(stack.secret_file("mlflow-auth.ini")),
        "MLFLOW_AUTH_ADMIN_PASSWORD": stack.secret("mlflow-admin"),
        "MLFLOW_FLASK_SERVER_SECRET_KEY": stack.secret("mlflow-session"),
        "MLFLOW_S3_ENDPOINT_URL": stack.url("storage"),
        # Seven processes less, and a fifth of the memory: they work for features that nothing here uses.
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_SERVER_ALLOWED_HOSTS": f"127.0.0.1:{port},localhost:{port}",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    words = ["server", "--app-name", "basic-auth", "--artifacts-destination", "s3://mlflow", "--workers", "1"]
    command = [sys.executable, "-m", "mlflow", *words, "--host", "127.0.0.1", "--port", str(port)]
    asked = f"{stack.url('mlflow')}/api/2.0/mlflow/experiments/search?max_results=1"
    return Program(
        "mlflow", command, environment, lambda: _ok(asked, user="admin", password=stack.secret("mlflow-admin"))
    )


def _prefect(stack: Stack) -> Program:
    environment = {
        **prefect_environment(stack),
        "PREFECT_API_DATABASE_CONNECTION_URL": stack.database("prefect", "asyncpg"),
        "PREFECT_SERVER_API_AUTH_STRING": stack.secret("prefect-auth"),
        "PREFECT_UI_API_URL": f"{stack.url('prefect')}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        # As shipped leases are in memory, and a restart crashes healthy runs of deployments that allow one at a time.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
    }
    words = ["server", "start", "--host", "127.0.0.1", "--port", str(stack.ports["prefect"])]
    command = [sys.executable, "-m", "prefect", *words]
    return Program("prefect", command, environment, lambda: _prefect_says(stack, "flows/filter") is not None)


def _worker(stack: Stack, pool: str) -> Program:
    home = stack.trainer_home if pool == "gpu" else stack.home
    environment = {
        **loop_environment(stack, home),
        **prefect_environment(stack),
        "PREFECT_HOME": str(stack.folder / f"prefect-{pool}"),
        "PYTHONPATH": str(ROOT),
    }
    words = ["worker", "start", "--pool", pool, "--type", "process", "--name", f"{pool}-1"]
    words += ["--no-create-pool-if-not-found", "--install-policy", "never"]
    command = [sys.executable, "-m", "prefect", *words]
    return Program(f"worker-{pool}", command, environment, lambda: _worker_is_online(stack, pool))


def _api(stack: Stack) -> Program:
    words = ["serve", "--host", "127.0.0.1", "--port", str(stack.ports["api"]), "--json"]
    command = [sys.executable, "-m", "ecomintent", *words]
    # Alive is enough: before the first release there is nothing to answer with.
    return Program("api", command, loop_environment(stack, stack.home), lambda: _ok(f"{stack.url('api')}/health"))


def _worker_is_online(stack: Stack, pool: str) -> bool:
    found = _prefect_says(stack, f"work_pools/{pool}/workers/filter")
    return any(each["name"] == f"{pool}-1" and each["status"] == "ONLINE" for each in found or [])


def _prefect_says(stack: Stack, path: str) -> list[dict[str, str]] | None:
    user, _, password = stack.secret("prefect-auth").partition(":")
    try:
        said = httpx.post(f"{stack.url('prefect')}/api/{path}", json={}, auth=(user, password), timeout=ASK_SECONDS)
    except httpx.HTTPError:
        return None
    found: list[dict[str, str]] | None = said.json() if said.is_success else None
    return found


def _ok(url: str, *, user: str = "", password: str = "") -> bool:
    try:
        return httpx.get(url, auth=(user, password) if user else None, timeout=ASK_SECONDS).is_success
    except httpx.HTTPError:
        return False
