"""Score an archive on this machine with several processes, or on a Ray cluster."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ClassVar, Final

from ecomintent.adapters import ray_cluster
from ecomintent.data import archive
from ecomintent.data.archive import Numbered, Part
from ecomintent.data.archive_parts import ArchiveParts, Work, Written
from ecomintent.model.inference import Classifier

AHEAD: Final = 2
"""Parts waiting for each worker, so that none is idle and few are in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Which release answers; on a cluster the folder is one that every worker sees."""

    folder: Path
    weights: str
    version: str

    def load(self) -> Classifier:
        """The release, its bytes verified.

        Raises:
            ReleaseError: its bytes are not those named.
        """
        return Classifier.load(self.folder, self.weights, threads=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """An archive to be scored."""

    source: Path
    release: Release
    workers: int
    """Processes, or actors of the cluster, of one core each."""
    work: Work


def on_this_machine(job: Job, parts: ArchiveParts) -> Iterator[Part]:
    """Parts that are not there yet, scored.

    Raises:
        InputError: as `archive.parts`.
        ReleaseError: the release cannot be loaded.
    """
    reader = job.release.load()
    todo = ((number, rows) for number, rows in archive.parts(job.source, job.work.rows) if number not in parts.done)
    if job.workers == 1:
        for number, rows in todo:
            yield archive.score(number, rows, reader, job.release.version)
        return
    with ProcessPoolExecutor(
        job.workers, mp_context=get_context("spawn"), initializer=_Worker.start, initargs=(job.release,)
    ) as pool:
        waiting: deque[Future[Part]] = deque()
        for number, rows in todo:
            waiting.append(pool.submit(_Worker.score, number, rows))
            if len(waiting) > AHEAD * job.workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Worker:
    """One process of several: the release is loaded once."""

    release: ClassVar[Release]
    reader: ClassVar[Classifier]

    @classmethod
    def start(cls, release: Release) -> None:
        cls.release, cls.reader = release, release.load()

    @classmethod
    def score(cls, number: int, rows: list[Numbered]) -> Part:
        return archive.score(number, rows, cls.reader, cls.release.version)


class _RayWorker:
    """An actor of Ray Data: the release once, then part after part, each read out of the archive by its number."""

    def __init__(self, source: Path, release: Release, size: int) -> None:
        self._source, self._size, self._version = source, size, release.version
        self._reader = release.load()

    def __call__(self, batch: dict[str, Any]) -> dict[str, Any]:
        scored = []
        for number in batch["part"].tolist():
            rows = archive.part(self._source, number, self._size)
            scored.append(archive.score(number, rows, self._reader, self._version))
        return {"part": batch["part"], "scored": _cells(scored, "scored"), "refused": _cells(scored, "refused")}


def _cells(parts: list[Part], field: str) -> Any:
    import json

    import numpy as np

    # As JSON: Arrow would make one type of what is text, number and truth. A float comes back bit for bit.
    return np.array([json.dumps(getattr(part, field)) for part in parts], dtype=object)


def on_ray(address: str, job: Job, parts: ArchiveParts) -> Iterator[Part]:
    """The same by actors of one core each; one that dies is started anew and its part scored again.

    Raises:
        InputError: the archive is no Parquet file.
        EcomIntentError: Ray is not installed, or the cluster is not there.
    """
    import json

    count = archive.part_count(job.source, job.work.rows)
    todo = [{"part": number} for number in range(count) if number not in parts.done]
    if not todo:
        return
    with ray_cluster.connected(address) as ray:
        found = ray.data.from_items(todo, override_num_blocks=len(todo)).map_batches(
            _RayWorker,
            fn_constructor_args=(job.source.resolve(), job.release, job.work.rows),
            batch_size=1,
            num_cpus=1,
            compute=ray.data.ActorPoolStrategy(size=job.workers),
        )
        for row in found.iter_rows():
            scored, refused = json.loads(row["scored"]), json.loads(row["refused"])
            yield Part(number=int(row["part"]), scored=scored, refused=refused)


def finish(job: Job, parts: ArchiveParts) -> Written:
    """The answer from the parts."""
    count = max(parts.done, default=-1) + 1
    if job.source.suffix.lower() == ".parquet":
        count = archive.part_count(job.source, job.work.rows)
    return parts.finish(count)
