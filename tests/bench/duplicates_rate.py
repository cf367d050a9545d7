"""Processor time of each step of `ecomintent duplicates` on generated tickets, by one process of this machine.

    python -m tests.bench.duplicates_rate --rows 20000 [--as-they-are] [--alone]

Steps as a worker of a cluster does them: sketches (of which: reading, cleaning and redacting; signatures and writing),
then the search, then the answer. `--as-they-are` leaves cleaning and redaction out, for sizes at which only the search
is of interest. `--alone` also asks the search of one process and says whether the groups are the same.
"""

import argparse
import json
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from ecomintent import layout
from ecomintent.adapters import duplicates
from ecomintent.data import archive, archive_sketches, duplicates_answer, near_duplicates
from ecomintent.data.archive_duplicates import Search
from ecomintent.data.duplicates_alone import Alone
from ecomintent.data.near_duplicates import Likeness
from ecomintent.data.selection import likeness
from ecomintent.data.shingles import Ints
from ecomintent.params import PrepareParams, section
from ecomintent.progress import silently
from tests.bench.generated_tickets import CHUNK, ROOT, Shop

T = TypeVar("T")


def write(path: Path, rows: int, seed: int) -> None:
    """An archive of generated tickets."""
    schema = pa.schema([("id", pa.string()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        shop = Shop(seed)
        for start in range(0, rows, CHUNK):
            drawn = shop.rows(start, min(CHUNK, rows - start))
            chunk = [{"id": row["ticket_id"], "text": row["text"]} for row in drawn]
            writer.write_table(pa.Table.from_pylist(chunk, schema=schema))


@contextmanager
def timed(name: str, into: dict[str, Any]) -> Iterator[None]:
    """Put the processor seconds of the block under that name."""
    begun = time.process_time()
    yield
    into[name] = round(into.get(name, 0) + time.process_time() - begun, 2)


def watched(module: Any, name: str, seconds: str, into: dict[str, Any], seen: Callable[..., None]) -> None:
    """From now on the time in a function of a module, and what it was called with, are told."""
    ask = getattr(module, name)

    def timing(*arguments: Any) -> Any:
        seen(*arguments)
        with timed(seconds, into):
            return ask(*arguments)

    setattr(module, name, timing)


def here(work: Callable[[T], Ints], items: Sequence[T]) -> Iterable[Ints]:
    """Work done by this process."""
    return map(work, items)


def measured(folder: Path, rows: int, *, alone: bool) -> dict[str, Any]:
    """All figures of one size."""
    told: dict[str, Any] = {"rows": rows}
    pairs: Counter[str] = Counter()
    params = section(ROOT / layout.PARAMS, "prepare", into=PrepareParams)
    source, out = folder / "archive.parquet", folder / "groups.parquet"
    write(source, rows, seed=3)
    archive_sketches.part_of(archive.part(source, 0, 10))
    watched(archive_sketches, "part_of", "of_which_cleaning_s", told, lambda *_: None)
    watched(
        near_duplicates, "similarities", "of_which_comparing_s", told, lambda _, left, *__: pairs.update(n=len(left))
    )
    sketches = duplicates.sketches(source, out, Likeness(**likeness(params)))
    search = Search(sketches=sketches, workers=1)
    with timed("sketches_s", told):
        list(search.sketch(here))
    told["sketch_bytes"] = sum(path.stat().st_size for path in sketches.folder.glob("*.sketch"))
    with timed("search_s", told):
        groups = search.groups(here, silently)
    told["pairs"] = pairs["n"]
    with timed("answer_s", told):
        told |= asdict(duplicates_answer.write(out, sketches.parts, groups))
    told["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told["whole_s"] = round(told["sketches_s"] + told["search_s"] + told["answer_s"], 2)
    if alone:
        # What is watched goes on into the other one.
        told = dict(told)
        with timed("alone_s", told):
            one = Alone(params).groups(archive.parts(source))
        told["same_groups"] = bool((one == groups[: len(one)]).all())
    return told


def main() -> None:
    """Print the figures of one size as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--as-they-are", action="store_true", help="neither clean nor redact")
    parser.add_argument("--alone", action="store_true", help="ask the search of one process too")
    arguments = parser.parse_args()
    if arguments.as_they_are:
        vars(archive_sketches)["fit"] = lambda text: text
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measured(Path(folder), arguments.rows, alone=arguments.alone), indent=1))


if __name__ == "__main__":
    main()
