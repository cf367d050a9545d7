"""Parquet files whose bytes depend on their rows only, and the reader that says what is wrong with one."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.errors import InputError
from ecomintent.records import Sealed

Columns = Mapping[str, str]
"""Column name -> Arrow type name, in file order."""

ROW_GROUP: Final = 65536


def write(path: Path, columns: Columns, rows: Iterable[Sequence[Any]]) -> Sealed:
    """Write `rows` in the order given, values in the order of `columns`; name the table by its content.

    Equal rows give equal bytes: fixed schema, layout and compression, no metadata of ours.
    """
    listed = list(rows)
    table = _table(columns, listed)
    write_table(path, table)
    return Sealed(digest=digest(listed), rows=len(listed))


def write_table(path: Path, table: Any) -> None:
    """Write an Arrow table, whole or not at all."""
    import pyarrow.parquet as pq

    files.write(
        path,
        lambda temporary: pq.write_table(
            table,
            temporary,
            version="2.6",
            compression="zstd",
            compression_level=3,
            row_group_size=ROW_GROUP,
            data_page_version="1.0",
            store_schema=False,
        ),
    )


def read(path: Path, columns: Columns) -> Any:
    """The file as an Arrow table, those of `columns` that it has in this order; others are left out.

    Absent columns are left to the caller: validation names them all, a later stage calls `require`.

    Raises:
        InputError: the file is absent or damaged, or a column is of another type.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Not read_table: it would take folder names such as `run=3` for columns.
        with pq.ParquetFile(path) as file:
            found = file.read()
        found.validate(full=True)
        present = {name: kind for name, kind in columns.items() if name in found.schema.names}
        return pa.table({name: _cast(found[name], name, kind, path) for name, kind in present.items()})
    except FileNotFoundError as error:
        raise InputError("no such file; run the step that writes it", where=str(path)) from error
    except (pa.ArrowException, OSError) as error:
        told = str(error).splitlines()[0]
        raise InputError(f"not a readable Parquet file ({told}); write it again", where=str(path)) from error


def require(path: Path, columns: Columns) -> list[dict[str, Any]]:
    """All rows of a file that must have all of `columns`.

    Raises:
        InputError: as `read`, or a column is absent.
    """
    table = read(path, columns)
    missing = [name for name in columns if name not in table.schema.names]
    if missing:
        raise InputError(f"column {', '.join(missing)} missing; run the step that writes it", where=str(path))
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def digest(rows: Iterable[Sequence[Any]]) -> str:
    """SHA-256 over the rows, each as one line of JSON, hex; independent of the file format."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update(json.dumps(list(row), separators=(",", ":")).encode("ascii") + b"\n")
    return sha.hexdigest()


def _table(columns: Columns, rows: Sequence[Sequence[Any]]) -> Any:
    import pyarrow as pa

    schema = pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    return pa.table([pa.array(column, field.type) for column, field in zip(values, schema, strict=True)], schema=schema)


def _cast(column: Any, name: str, kind: str, path: Path) -> Any:
    import pyarrow as pa

    wanted = getattr(pa, kind)()
    held = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    alike = pa.types.is_string(held) or pa.types.is_large_string(held) if kind == "string" else held == wanted
    if not alike and not pa.types.is_null(held):
        raise InputError(f"column {name!r} holds {held}; it must hold {kind}", where=str(path))
    return column.cast(wanted)
