"""How long a million events take into the label store; prints Markdown for docs/results.md.

    python -m tests.bench.label_store [--events 1000000] [--postgres] [--page 1000]

SQLite in a temporary folder, and PostgreSQL with --postgres (a schema of its own, dropped afterwards). Pages of
`--page` events, one transaction each, as a connector writes them; then the same pages again, which must store nothing.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.records import EventKind, LabelEvent, Provenance
from ecomintent.taxonomy import NAMES
from tests.postgres import Postgres


def events(count: int) -> Iterator[LabelEvent]:
    """Corrections of invented tickets of some twenty words."""
    for number in range(count):
        intent = NAMES[number % len(NAMES)]
        yield LabelEvent(
            source="zendesk",
            account="shop-a",
            source_event=f"audit-{number}",
            kind=EventKind.CORRECTED,
            ticket_id=str(number),
            at=f"2026-05-{1 + number % 28:02d}T11:30:00+00:00",
            text=f"ticket {number}: the blue one was ordered three weeks ago and it still says it is being packed",
            intent=intent,
            previous_intent="OTHER",
            agent=f"agent-{number % 40}",
            provenance=Provenance.EDITED,
        )


def measure(url: str, count: int, page: int) -> tuple[float, float, int]:
    """Seconds to store, seconds to find nothing new, events stored the second time."""
    store, spent, again = SqlLabelStore(url), [], 0
    for _ in range(2):
        started, again = time.perf_counter(), 0
        coming = events(count)
        while chunk := list(islice(coming, page)):
            again += store.record(chunk).stored
        spent.append(time.perf_counter() - started)
    return spent[0], spent[1], again


def main() -> None:
    """Measure each database and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--page", type=int, default=1000)
    parser.add_argument("--postgres", action="store_true", help="also the server of ECOMINTENT_TEST_POSTGRES")
    asked = parser.parse_args()
    sys.stdout.write("| database | events | stored in | again, nothing new | stored again | memory |\n")
    sys.stdout.write("| --- | --- | --- | --- | --- | --- |\n")
    with tempfile.TemporaryDirectory() as folder:
        _line("SQLite", f"sqlite:///{Path(folder) / 'labels.db'}", asked.events, asked.page)
    if asked.postgres:
        server = Postgres()
        try:
            _line("PostgreSQL", server.url(), asked.events, asked.page)
        finally:
            server.close()


def _line(name: str, url: str, count: int, page: int) -> None:
    first, second, again = measure(url, count, page)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"| {name} | {count:,} | {first:.0f} s | {second:.0f} s | {again} | {memory:.0f} MiB |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
