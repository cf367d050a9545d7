"""Who searches an archive for near-duplicates: processes of this machine, or a Ray cluster."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from ecomintent import files
from ecomintent.adapters import ray_cluster
from ecomintent.data import archive
from ecomintent.data.archive_duplicates import MOST_ROWS, Run
from ecomintent.data.archive_sketches import PART, Sketches
from ecomintent.data.near_duplicates import Likeness
from ecomintent.data.shingles import Ints
from ecomintent.errors import InputError

WORK: Final = "work.json"

T = TypeVar("T")


def sketches(source: Path, out: Path, likeness: Likeness, rows: int = PART) -> Sketches:
    """The sketch files of an archive in `<answer>.sketches`, new or as a kill left them.

    Raises:
        InputError: the archive is no Parquet file or too long, or the folder holds sketches of something else.
    """
    count = archive.part_count(source, rows)
    if count * rows > MOST_ROWS:
        raise InputError(f"at most {MOST_ROWS:,} rows are searched at once; cut it", where=str(source))
    folder = out.with_name(f"{out.name}.sketches").resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    work = json.dumps({"archive": files.digest(source), "rows": rows, **asdict(likeness)})
    told = folder / WORK
    if told.is_file() and told.read_text(encoding="utf-8") != work:
        raise InputError(
            "holds sketches of another archive or likeness; give another --out, or remove it", where=str(folder)
        )
    files.write_text(told, work)
    return Sketches(source=source.resolve(), folder=folder, count=count, rows=rows, likeness=likeness)


@contextmanager
def processes(workers: int) -> Iterator[Run]:
    """So many processes of this machine."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:

        def run(work: Callable[[T], Ints], items: Sequence[T]) -> Iterable[Ints]:
            for done in as_completed([pool.submit(work, item) for item in items]):
                yield done.result()

        yield run


@contextmanager
def on_ray(address: str, workers: int) -> Iterator[Run]:
    """So many tasks of one core at once; one whose machine dies is done again by another.

    Raises:
        EcomIntentError: as `ray_cluster.connected`; a machine of it does not see a file.
    """
    with ray_cluster.connected(address) as ray:

        def run(work: Callable[[T], Ints], items: Sequence[T]) -> Iterable[Ints]:
            if not items:
                return

            wanted = ray.data.from_items([{"item": at} for at in range(len(items))], override_num_blocks=len(items))
            told = wanted.map_batches(
                lambda batch: _told(work, [items[at] for at in batch["item"].tolist()]),
                batch_size=1,
                num_cpus=1,
                compute=ray.data.TaskPoolStrategy(size=workers),
            )
            for row in told.iter_rows():
                if row["fault"]:
                    raise InputError(
                        f"a machine says: {row['fault']}; each needs archive and answer under the same path",
                        where=address,
                    )
                yield np.frombuffer(row["found"], dtype=np.int64).reshape(-1, 2)

        yield run


def _told(work: Callable[[T], Ints], items: Sequence[T]) -> dict[str, Any]:
    """What a task of the cluster answers: pairs as bytes, or why a file could not be read."""
    found, faults = [], []
    for item in items:
        try:
            found.append(work(item).tobytes())
            faults.append("")
        except OSError as error:
            # An error that is raised comes with pages of Ray's log, and without its cause.
            found.append(b"")
            faults.append(str(error))
    return {"found": np.array(found, dtype=object), "fault": np.array(faults, dtype=object)}
