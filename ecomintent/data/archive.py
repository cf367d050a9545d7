"""A whole archive of tickets cut into parts, and what a release says of each part. Neither keeps a text.

Part k holds rows k * PART to (k + 1) * PART of the file, refused ones included, whoever reads it: one process from
the beginning, or a worker of a cluster that opens the Parquet file at its part.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from ecomintent.errors import InputError
from ecomintent.labels.cleaning import READ_CHARS
from ecomintent.labels.columns import Columns, rows_of
from ecomintent.labels.tables import Fault, Row, as_text
from ecomintent.labels.texts import fit
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.records import Prediction

PART: Final = 2_000
"""Rows of a part: what a kill costs, and what is in memory of each worker."""

COLUMNS: Final = Columns(required=("id", "text"), optional=(), aliases={"ticket_id": "id"})

SCORED: Final = {
    "id": "string",
    "intent": "string",
    "confidence": "float64",
    "below_threshold": "bool_",
    "model_version": "string",
}
"""Columns of the answer."""

REFUSED: Final = {"line": "int64", "reason": "string"}

NEVER: Final = 1.0
"""Threshold of an intent for which the release has none, as in `serving.routing`."""

Numbered = tuple[int, Row | Fault]


class Reader(Protocol):
    """What answers: `model.inference.Classifier`, or a fake."""

    note: ReleaseNote

    def read(self, text: str) -> tuple[Prediction, bool]:
        """The answer, and whether the text was cut."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is known of one part once it is scored."""

    number: int
    scored: list[list[object]]
    """Values in the order of `SCORED`."""
    refused: list[list[object]]
    """Values in the order of `REFUSED`."""


def parts(path: Path, size: int = PART) -> Iterator[tuple[int, list[Numbered]]]:
    """(number, its rows) from the beginning of a CSV, JSONL, Parquet or XLSX file; one part is in memory at a time.

    Raises:
        InputError: the file cannot be read, or has no column id (or ticket_id) or text; found while iterating.
    """
    rows, number = rows_of(path, COLUMNS), 0
    while some := list(islice(rows, size)):
        yield number, some
        number += 1


def part_count(path: Path, size: int = PART) -> int:
    """How many parts a Parquet file has.

    Raises:
        InputError: another kind of file, not a readable one, without rows, or without the columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if path.suffix.lower() != ".parquet":
        raise InputError("several workers read Parquet, which can be opened in the middle; convert it", where=str(path))
    try:
        with pq.ParquetFile(path) as file:
            COLUMNS.check(file.schema_arrow.names, path)
            rows = int(file.metadata.num_rows)
    except (pa.ArrowException, OSError) as error:
        told = str(error).splitlines()[0]
        raise InputError(f"not a readable Parquet file ({told}); export it again", where=str(path)) from error
    if not rows:
        raise InputError("there is no row; export it again", where=str(path))
    return -(-rows // size)


def part(path: Path, number: int, size: int = PART) -> list[Numbered]:
    """The rows of one part of a Parquet file; only the row groups it lies in are read."""
    import pyarrow.parquet as pq

    first, last = number * size, (number + 1) * size
    found: list[Numbered] = []
    with pq.ParquetFile(path) as file:
        names = [name for name in file.schema_arrow.names if name in (*COLUMNS.required, *COLUMNS.aliases)]
        start = 0
        for group in range(file.num_row_groups):
            rows = file.metadata.row_group(group).num_rows
            if start < last and start + rows > first:
                table = file.read_row_group(group, columns=names)
                at, end = max(0, first - start), min(rows, last - start)
                for line, row in enumerate(table.slice(at, end - at).to_pylist(), start=start + at + 1):
                    found.append((line, COLUMNS.of({name: as_text(value) for name, value in row.items()})))
            start += rows
    return found


def score(number: int, rows: Sequence[Numbered], reader: Reader, version: str) -> Part:
    """Put an intent on each row that has an id and a text; each text is cleaned and redacted first, as when served."""
    scored: list[list[object]] = []
    refused: list[list[object]] = []
    for line, row in rows:
        reason = fault_of(row)
        if reason or isinstance(row, Fault):
            refused.append([line, reason])
            continue
        some = (row["text"] or "")[:READ_CHARS]
        prediction, _ = reader.read(fit(some) or some)
        above = reader.note.thresholds.get(prediction.intent, NEVER)
        below = not prediction.confidence > above
        scored.append([row["id"], prediction.intent, prediction.confidence, below, version])
    return Part(number=number, scored=scored, refused=refused)


def fault_of(row: Row | Fault) -> str:
    """Why a row is refused; nothing where it is not."""
    if isinstance(row, Fault):
        return row.reason
    missing = [name for name in COLUMNS.required if not (row.get(name) or "").strip()]
    return f"no {' and no '.join(missing)}; each row needs an id and a text" if missing else ""
