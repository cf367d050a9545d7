"""Fake of `ports.Tracker`, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One run as a tracker shows it."""

    name: str
    params: dict[str, str]
    metrics: dict[str, float]
    tags: dict[str, str]
    datasets: dict[str, str]
    artifacts: dict[str, bytes]
    """Name, with its folder, -> content."""


class FakeTracker:
    """Keeps what was recorded in `runs`, run id -> run."""

    def __init__(self) -> None:
        self.runs: dict[str, Recorded] = {}
        self._ids: dict[str, str] = {}

    def record(
        self,
        *,
        key: str,
        name: str,
        params: dict[str, Any],
        metrics: dict[str, float],
        tags: dict[str, str],
        datasets: dict[str, str],
        artifacts: Sequence[Path],
    ) -> str:
        """Keep the run, unless one of this key is kept already."""
        if key not in self._ids:
            run_id = f"run-{len(self._ids) + 1}"
            self.runs[run_id] = Recorded(
                name=name,
                params={name: str(value) for name, value in params.items()},
                metrics=dict(metrics),
                tags=dict(tags),
                datasets=dict(datasets),
                artifacts={name: content for path in artifacts for name, content in _contents(path)},
            )
            self._ids[key] = run_id
        return self._ids[key]

    def link(self, run_id: str) -> str:
        """An address that names the run."""
        return f"http://fake/{run_id}"


def _contents(path: Path) -> list[tuple[str, bytes]]:
    files = [path] if path.is_file() else [found for found in path.rglob("*") if found.is_file()]
    return [(found.relative_to(path.parent).as_posix(), found.read_bytes()) for found in files]
