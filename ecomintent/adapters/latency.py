"""Measure how long a release takes to answer, in processes of their own, beside the transformers pipeline."""

import json
import math
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent.errors import PipelineError
from ecomintent.model.timing import PIPELINE, RELEASE, Task

GOAL_P95_MS: Final = 2.0
GOAL_RATIO: Final = 6.0
COLD_STARTS: Final = 3
CALLS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Milliseconds a ticket: tokens, graph and softmax."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    busy_p50_ms: float
    """Processor time, which neighbours on the machine do not change."""
    busy_p95_ms: float
    mean_ms: float
    tickets_per_second: float
    """When all tickets are handed over at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run of the benchmark."""

    machine: str
    tickets: int
    rounds: int
    cores: dict[int, dict[str, Spread]]
    """Cores -> runtime (release, pipeline) -> its times."""
    cold_ms: dict[str, float]
    """Runtime -> median wall time from the start of a process to its first answer, on one core."""
    core_hour: float
    """What a core costs an hour, in the currency of whoever asks."""

    @property
    def ratio_p95(self) -> float:
        """How many times slower the pipeline is on one core."""
        return self.cores[1][PIPELINE].p95_ms / self.cores[1][RELEASE].p95_ms

    @property
    def cost(self) -> float:
        """Of 1,000 calls on one busy core."""
        return CALLS * self.cores[1][RELEASE].mean_ms / 3_600_000 * self.core_hour

    def to_json(self) -> dict[str, Any]:
        one = self.cores[1][RELEASE]
        return {
            "p50_ms": one.p50_ms,
            "p95_ms": one.p95_ms,
            "p99_ms": one.p99_ms,
            "ratio_p95": round(self.ratio_p95, 2),
            "cost_per_1000": self.cost,
            "goals": {
                "p95_ms": {"at_most": GOAL_P95_MS, "met": one.p95_ms <= GOAL_P95_MS},
                "ratio_p95": {"at_least": GOAL_RATIO, "met": self.ratio_p95 >= GOAL_RATIO},
            },
            **asdict(self),
        }


def measure(folder: Path, texts: Sequence[str], *, rounds: int, core_hour: float, project: Path) -> Measured:
    """Time the release at `folder` and the pipeline on the same weights, on one core and on two where there are two.

    Args:
        texts: at least one.
        project: the checkout, where the processes start.
    Raises:
        PipelineError: one of them failed.
    """
    both, where = [RELEASE, PIPELINE], str(folder.resolve())
    cores = {}
    for count in (1, 2)[: _available()]:
        task = Task(folder=where, texts=list(texts), cores=count, runtimes=both, rounds=rounds)
        cores[count] = {name: _spread(times) for name, times in _run(task, project).items()}
    cold = {
        name: _cold(Task(folder=where, texts=list(texts[:1]), cores=1, runtimes=[name], rounds=0), project)
        for name in both
    }
    return Measured(
        machine=_machine(), tickets=len(texts), rounds=rounds, cores=cores, cold_ms=cold, core_hour=core_hour
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` (0-1) of the values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def _spread(times: dict[str, Any]) -> Spread:
    wall, busy = times["wall_ms"], times["busy_ms"]
    return Spread(
        p50_ms=round(percentile(wall, 0.5), 3),
        p95_ms=round(percentile(wall, 0.95), 3),
        p99_ms=round(percentile(wall, 0.99), 3),
        busy_p50_ms=round(percentile(busy, 0.5), 3),
        busy_p95_ms=round(percentile(busy, 0.95), 3),
        mean_ms=round(sum(wall) / len(wall), 3),
        tickets_per_second=round(times["per_second"], 1),
    )


def _cold(task: Task, project: Path) -> float:
    spent = []
    for _ in range(COLD_STARTS):
        started = time.perf_counter()
        _run(task, project)
        spent.append((time.perf_counter() - started) * 1e3)
    return round(percentile(spent, 0.5))


def _run(task: Task, project: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "ecomintent.model.timing"],
        input=task.to_json(),
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no output"]
        raise PipelineError(f"timing {' and '.join(task.runtimes)} on {task.folder}: {said[-1]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _available() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _machine() -> str:
    """Processor and cores, as far as the system tells."""
    told = Path("/proc/cpuinfo")
    names = [
        line.partition(":")[2].strip()
        for line in (told.read_text(encoding="utf-8").splitlines() if told.is_file() else [])
        if line.startswith("model name")
    ]
    return f"{names[0] if names else platform.processor() or platform.machine()}, {_available()} cores"
