"""Rows of the CSV, JSONL, Parquet and XLSX files that people export, one at a time, with the line an editor shows.

Over 200 lines: one reader for each kind, which have to say the same of the same fault.
"""

import csv
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

from ecomintent.errors import InputError

SUFFIXES: Final = (".csv", ".jsonl", ".parquet", ".xlsx")
DELIMITERS: Final = ",;\t"
LARGEST_CELL: Final = 2**31 - 1  # the csv module's own limit is 128 KiB; a C long bounds it on Windows
EXCERPT_CHARS: Final = 80
PARQUET_BATCH: Final = 1000

LINES: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")

Row = dict[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A line from which no row can be made; the caller quarantines it under its number."""

    reason: str
    excerpt: str
    """At most 80 characters, control characters made visible."""


def read_rows(path: Path) -> Iterator[tuple[int, Row | Fault]]:
    """Stream (line, row) pairs; every value is text as written, or None where the file has none.

    The line is 1-based: where the row begins in CSV and JSONL, the row number in Parquet and XLSX. Blank lines are
    skipped, characters such as NUL are passed on: judging a row's content is the caller's part.

    Raises:
        InputError: the file is absent, empty, not UTF-8, damaged, without a header or of an unknown kind.
            What lies inside the file is found only while iterating.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            f"{path.suffix or 'a name without an ending'} is not read; allowed are {', '.join(SUFFIXES)}",
            where=str(path),
        )
    try:
        size = path.stat().st_size
        path.open("rb").close()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", where=str(path)) from error
    if size == 0:
        raise InputError("the file is empty; export it again", where=str(path))
    if suffix == ".xlsx":
        from ecomintent.labels.workbooks import rows_of_workbook

        return rows_of_workbook(path)
    return {".csv": _csv_rows, ".jsonl": _json_rows, ".parquet": _parquet_rows}[suffix](path)


def excerpt(text: str) -> str:
    """At most 80 characters of `text`, control characters and lone surrogates written as escapes."""
    head = text[:EXCERPT_CHARS]
    visible = (c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in head)
    return "".join(visible)[:EXCERPT_CHARS]


def _decoded(path: Path) -> Iterator[str]:
    offset = 0
    with path.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError as error:
                raise InputError(
                    f"byte {offset + error.start} (line {number}) is not UTF-8; "
                    "save the file as UTF-8 (in Excel: 'CSV UTF-8') and import it again",
                    where=str(path),
                ) from error
            offset += len(raw)
            yield text.removeprefix("\ufeff") if number == 1 else text


def _csv_rows(path: Path) -> Iterator[tuple[int, Row | Fault]]:
    csv.field_size_limit(LARGEST_CELL)
    # Old Mac exports end lines with a lone CR, which the csv module refuses outside quotes.
    lines = (line for text in _decoded(path) for line in LINES.findall(text))
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield line, _csv_fault(path, line, error)
            continue
        if cells is None:
            break
        if not any(cell.strip() for cell in cells):
            continue
        if header is None:
            header = header_of(path, cells)
        else:
            yield line, row_of(header, cells)
    if header is None:
        raise InputError("there is no header: the file is blank; its first line must name the columns", where=str(path))


def _csv_fault(path: Path, line: int, error: csv.Error) -> Fault:
    if "unexpected end of data" in str(error):
        # The open quote swallowed every later row: one refused line would hide that they are lost.
        raise InputError(
            "a quote opened here is never closed, so no row after it can be read; close it and import again",
            where=f"{path}:{line}",
        ) from error
    return Fault(reason=f"not readable as CSV: {error}; a quote inside a quoted cell is written twice", excerpt="")


def header_of(path: Path, cells: list[str]) -> list[str]:
    """The names of the columns, in their order.

    Raises:
        InputError: one is there twice.
    """
    names = [cell.strip() for cell in cells]
    named = [name for name in names if name]
    if len(set(named)) < len(named):
        repeated = next(name for name in named if named.count(name) > 1)
        raise InputError(
            f"there is no usable header: the first line has {excerpt(repeated)!r} twice; it must name each column once",
            where=str(path),
        )
    return names


def row_of(header: list[str], cells: list[str]) -> Row | Fault:
    """The cells under the names of their columns; a fault where there are more cells than names."""
    if any(cells[len(header) :]):
        return Fault(
            reason=f"{len(cells)} cells where the header has {len(header)}; quote a text that holds a delimiter",
            excerpt=excerpt(" | ".join(cells)),
        )
    padded: list[str | None] = [*cells, *[None] * (len(header) - len(cells))]
    return {name: cell for name, cell in zip(header, padded, strict=False) if name}


def _json_rows(path: Path) -> Iterator[tuple[int, Row | Fault]]:
    for line, text in enumerate(_decoded(path), start=1):
        if text.strip():
            yield line, _json_row(text)


def _json_row(text: str) -> Row | Fault:
    try:
        # Numbers stay as they are written: a ticket id of 20 digits or with leading spaces must not change.
        found = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (json.JSONDecodeError, RecursionError) as error:
        told = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        return Fault(reason=f"not readable as JSON: {told}", excerpt=excerpt(text.strip()))
    if not isinstance(found, dict):
        return Fault(reason="not a JSON object; each line holds one row as {...}", excerpt=excerpt(text.strip()))
    row = {key: as_text(value) for key, value in found.items()}
    if any(LONE_SURROGATE.search(f"{key}{value}") for key, value in row.items()):
        return Fault(reason="holds half a surrogate pair, which is not a character", excerpt=excerpt(text.strip()))
    return row


def _parquet_rows(path: Path) -> Iterator[tuple[int, Row | Fault]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            line = 0
            for batch in file.iter_batches(batch_size=PARQUET_BATCH):
                for row in batch.to_pylist():
                    line += 1
                    yield line, {name: as_text(value) for name, value in row.items()}
    except (pa.ArrowException, OSError, UnicodeDecodeError, ValueError) as error:
        told = str(error).splitlines()[0]
        raise InputError(f"not a readable Parquet file ({told}); export it again", where=str(path)) from error


def as_text(value: Any) -> str | None:
    """A typed value as a person would write it; None for none."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float):
        # A column of whole numbers with gaps becomes float in pandas: 17.0 is the ticket 17.
        whole = str(int(value)) if value.is_integer() else str(value)
        return None if math.isnan(value) else whole
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, datetime | date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
