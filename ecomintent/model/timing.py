"""How long answers take: the release beside the transformers pipeline on the same weights, on the same cores.

Run as a process of its own, so that cores are pinned before any library starts threads and a cold start is cold:
`python -m ecomintent.model.timing` reads a `Task` as JSON on stdin and writes what it measured as JSON on stdout.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

RELEASE: Final = "release"
PIPELINE: Final = "pipeline"
WARM_UP: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to time."""

    folder: str
    texts: list[str]
    cores: int
    """Cores the process is pinned to, where the system can pin; as many threads."""
    runtimes: list[str]
    """`release`, `pipeline` or both."""
    rounds: int
    """Passes over the tickets, the runtimes taking turns; 0 answers the first ticket once and times nothing."""

    def to_json(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Of one runtime, one entry a ticket and round."""

    wall_ms: list[float]
    busy_ms: list[float]
    """Processor time of all threads: what neighbours on the machine do not change."""
    per_second: float
    """Tickets answered a second of wall time when all are handed over at once; the best round."""


def run(task: Task) -> dict[str, Times]:
    """Time the runtimes in this process."""
    pin(task.cores)
    answers = {name: MAKERS[name](Path(task.folder), task.cores) for name in task.runtimes}
    if not task.rounds:
        for answer in answers.values():
            answer(task.texts[:1])
        return {}
    wall: dict[str, list[float]] = {name: [] for name in answers}
    busy: dict[str, list[float]] = {name: [] for name in answers}
    bulk: dict[str, list[float]] = {name: [] for name in answers}
    for answer in answers.values():
        for text in task.texts[:WARM_UP]:
            answer([text])
    for _ in range(task.rounds):
        for name, answer in answers.items():
            for text in task.texts:
                spent, worked = _timed(answer, [text])
                wall[name].append(spent * 1e3)
                busy[name].append(worked * 1e3)
            bulk[name].append(_timed(answer, task.texts)[0])
    return {
        name: Times(wall_ms=wall[name], busy_ms=busy[name], per_second=len(task.texts) / min(bulk[name]))
        for name in answers
    }


def pin(cores: int) -> None:
    """Keep this process to the first `cores` of the cores it may use, where the system knows how."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])


def _timed(answer: Callable[[Sequence[str]], object], texts: Sequence[str]) -> tuple[float, float]:
    """Wall and processor seconds."""
    worked, started = time.process_time(), time.perf_counter()
    answer(texts)
    return time.perf_counter() - started, time.process_time() - worked


def _release(folder: Path, cores: int) -> Callable[[Sequence[str]], object]:
    from ecomintent.model.inference import Classifier

    return Classifier.load(folder, None, threads=cores).classify


def _pipeline(folder: Path, cores: int) -> Callable[[Sequence[str]], object]:
    import torch
    from transformers import pipeline

    from ecomintent.model.quiet import quietly

    torch.set_num_threads(cores)
    with quietly():
        made = pipeline("text-classification", model=str(folder), device="cpu", dtype=torch.float32)
    return lambda texts: made(list(texts), truncation=True)


MAKERS: Final[dict[str, Callable[[Path, int], Callable[[Sequence[str]], object]]]] = {
    RELEASE: _release,
    PIPELINE: _pipeline,
}


def main() -> int:
    """Time the task on stdin."""
    raw: dict[str, Any] = json.load(sys.stdin)
    found = {name: asdict(times) for name, times in run(Task(**raw)).items()}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
