"""Where a retrain's data and history go beside the home, and which pool trains: its part of the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecomintent.adapters.dvc_pipeline import Store
from ecomintent.errors import InputError

STORE: Final = "ECOMINTENT_DVC_REMOTE"
ENDPOINT: Final = "ECOMINTENT_S3_ENDPOINT"
RUNS: Final = "ECOMINTENT_RUNS_REMOTE"
POOL: Final = "ECOMINTENT_GPU_POOL"
WAIT: Final = "ECOMINTENT_GPU_WAIT_SECONDS"
VARIABLES: Final = (STORE, ENDPOINT, RUNS, POOL, WAIT)

BUCKET: Final = re.compile(r"s3://[a-z0-9][a-z0-9.-]*(/[A-Za-z0-9._/-]*)?")
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ADDRESS: Final = re.compile(r"[a-z+]+://\S+|[\w.-]+@[\w.-]+:\S+")
SHORTEST, LONGEST = 1.0, 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteSettings:
    """Other places than the home; infra/env.example says what each is for."""

    store: Store | None = None
    """Where DVC's cache and run-cache are pushed to; None: dvc/remote in the home, when a hand-off needs one."""
    runs: str = ""
    """Where git branches and tags are pushed to; empty: runs.git in the home keeps them."""
    pool: str = ""
    """Work pool, and deployment of the flow fine-tune, that trains; empty: the machine of the retrain does."""
    wait_seconds: float = 600.0
    """How long the pool may take to begin."""


def read(environment: Mapping[str, str], cwd: Path) -> RemoteSettings:
    """Read them; folders are taken from `cwd`.

    Raises:
        InputError: a value cannot be meant.
    """
    pool = environment.get(POOL, "")
    if pool and not NAME.fullmatch(pool):
        raise InputError(f"{pool!r} is no name of a work pool: letters, digits, dots, hyphens", where=POOL)
    return RemoteSettings(
        store=_store(environment, cwd),
        runs=_place(environment.get(RUNS, ""), cwd),
        pool=pool,
        wait_seconds=_seconds(environment.get(WAIT) or "600"),
    )


def _store(environment: Mapping[str, str], cwd: Path) -> Store | None:
    url, endpoint = environment.get(STORE, ""), environment.get(ENDPOINT, "")
    if endpoint and not re.fullmatch(r"https?://[A-Za-z0-9.\-\[\]:]+/?", endpoint):
        raise InputError(f"{endpoint!r} is no address such as http://minio:9000", where=ENDPOINT)
    if not url:
        return None
    if "://" not in url:
        return Store(str((cwd / url).resolve()))
    if not BUCKET.fullmatch(url):
        raise InputError(f"{url!r} is neither a folder nor s3://BUCKET/PREFIX", where=STORE)
    return Store(url, endpoint)


def _place(named: str, cwd: Path) -> str:
    return str((cwd / named).resolve()) if named and not ADDRESS.fullmatch(named) else named


def _seconds(said: str) -> float:
    try:
        seconds = float(said)
    except ValueError:
        seconds = -1.0
    if not SHORTEST <= seconds <= LONGEST:
        raise InputError(f"{said!r} is not a number of seconds from 1 to 86,400", where=WAIT)
    return seconds
