"""What stages took, by what they read: an outcome that DVC takes from an equal run costs what that run did."""

import hashlib
import json
import resource
import time
from dataclasses import asdict
from pathlib import Path

import yaml

from ecomintent import files
from ecomintent.errors import InputError
from ecomintent.ports import Pipeline
from ecomintent.release.simulation import Spent


class Ledger:
    """Seconds by stage and inputs, in one file that several workspaces share."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self, pipeline: Pipeline, stage: str, *, lock: Path) -> Spent:
        """Bring `stage` up to date; what it took, now or when the same was run before.

        Args:
            lock: the workspace's dvc.lock.
        """
        started, before = time.monotonic(), _core_seconds()
        ran = pipeline.reproduce(stage)
        took = Spent(wall_s=round(time.monotonic() - started, 2), cpu_s=round(_core_seconds() - before, 2))
        key, known = _key(lock, stage), self._known()
        if ran:
            known[key] = asdict(took)
            files.write_text(self._path, json.dumps(known, indent=2, sort_keys=True) + "\n")
            return took
        found = known.get(key, {})
        return Spent(wall_s=found.get("wall_s"), cpu_s=found.get("cpu_s"))

    def _known(self) -> dict[str, dict[str, float | None]]:
        if not self._path.is_file():
            return {}
        try:
            known: dict[str, dict[str, float | None]] = json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise InputError(f"damaged ({error}); choose another --out", where=str(self._path)) from error
        return known


def _key(lock: Path, stage: str) -> str:
    """The stage, and a digest of all that it read, as DVC recorded it."""
    locked = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"][stage]
    read = {name: locked.get(name) for name in ("cmd", "deps", "params")}
    return f"{stage} {hashlib.sha256(json.dumps(read, sort_keys=True).encode()).hexdigest()}"


def _core_seconds() -> float:
    """Processor seconds of all children that have ended, and of theirs."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
