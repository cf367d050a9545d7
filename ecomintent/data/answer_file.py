"""What is said of a whole archive, as Parquet or as lines of JSON, whole or absent."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.data import parquet
from ecomintent.errors import InputError

SUFFIXES: Final = (".parquet", ".jsonl")


def check_kind(out: Path) -> None:
    """Let the name of an answer pass.

    Raises:
        InputError: the answer cannot be of this kind.
    """
    if out.suffix.lower() not in SUFFIXES:
        raise InputError(f"ends in {out.suffix!r}; written are {' and '.join(SUFFIXES)}", where=str(out))


def refused_of(out: Path) -> Path:
    """Where the refused rows are told."""
    return out.with_name(f"{out.name}.refused.jsonl")


def write(out: Path, columns: parquet.Columns, tables: Iterable[Any]) -> None:
    """Write Arrow tables with these columns as one answer."""
    if out.suffix.lower() == ".parquet":
        parquet.write_stream(out, parquet.schema(columns), tables)
    else:
        files.write(out, lambda to: _write_lines(to, tables))


def _write_lines(path: Path, tables: Iterable[Any]) -> None:
    with path.open("w", encoding="utf-8") as out:
        for table in tables:
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in table.to_pylist())
