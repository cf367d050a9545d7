"""Parquet files whose bytes depend on their rows only, and the reader that says what is wrong with one."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
    write_stream(path, table.schema, [table])


def write_stream(path: Path, schema: Any, tables: Iterable[Any]) -> None:
    """Write Arrow tables of one schema as one, whole or not at all; the bytes do not depend on how it was cut."""
    import pyarrow.parquet as pq

    def produce(temporary: Path) -> None:
        with pq.ParquetWriter(
            temporary,
            schema,
            version="2.6",
            compression="zstd",
            compression_level=3,
            data_page_version="1.0",
            store_schema=False,
        ) as writer:
            for group in _groups(schema, tables):
                writer.write_table(group, row_group_size=ROW_GROUP)

    files.write(path, produce)


class Rows:
    """A table in batches, so that it need not fit into memory. What is at fault inside is found while iterating."""

    def __init__(self, path: Path, columns: Columns) -> None:
        """Open a file; those of `columns` that it has, in this order, are its columns.

        Absent columns are left to the caller: validation names them all, a later stage calls `require_columns`.

        Raises:
            InputError: the file is absent or damaged, or a column is of another type.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._path, self._columns, self.where = path, columns, str(path)
        # Not read_table: it would take folder names such as `run=3` for columns.
        with _explained(path), pq.ParquetFile(path) as file:
            self.num_rows = int(file.metadata.num_rows)
            found = file.schema_arrow
        self.names = [name for name in columns if name in found.names]
        empty = found.empty_table()
        self.schema = pa.schema([(name, _cast(empty[name], name, columns[name], path).type) for name in self.names])

    def batches(self, names: Sequence[str] | None = None) -> Iterator[Any]:
        """Arrow tables of at most `ROW_GROUP` rows; at least one, if without rows.

        Args:
            names: the columns wanted; all where it is None.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        wanted = self.names if names is None else list(names)
        with _explained(self._path), pq.ParquetFile(self._path) as file:
            found = False
            for batch in file.iter_batches(batch_size=ROW_GROUP, columns=wanted):
                batch.validate(full=True)
                found = True
                yield pa.table(
                    {
                        name: _cast(pa.chunked_array([batch[name]]), name, self._columns[name], self._path)
                        for name in wanted
                    }
                )
            if not found:
                yield self.schema.empty_table().select(wanted)

    def require_columns(self) -> "Rows":
        """The table itself.

        Raises:
            InputError: a column is absent.
        """
        missing = [name for name in self._columns if name not in self.names]
        if missing:
            raise InputError(f"column {', '.join(missing)} missing; run the step that writes it", where=str(self._path))
        return self


def read(path: Path, columns: Columns) -> Any:
    """The file as an Arrow table, those of `columns` that it has in this order; others are left out.

    Raises:
        InputError: the file is absent or damaged, or a column is of another type.
    """
    import pyarrow as pa

    return pa.concat_tables(Rows(path, columns).batches())


def require(path: Path, columns: Columns) -> list[dict[str, Any]]:
    """All rows of a file that must have all of `columns`.

    Raises:
        InputError: as `read`, or a column is absent.
    """
    Rows(path, columns).require_columns()
    rows: list[dict[str, Any]] = read(path, columns).to_pylist()
    return rows


def digest(rows: Iterable[Sequence[Any]]) -> str:
    """SHA-256 over the rows, each as one line of JSON, hex; independent of the file format."""
    sha = hashlib.sha256()
    for row in rows:
        sha.update(json.dumps(list(row), separators=(",", ":")).encode("ascii") + b"\n")
    return sha.hexdigest()


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError as error:
        raise InputError("no such file; run the step that writes it", where=str(path)) from error
    except (pa.ArrowException, OSError) as error:
        told = str(error).splitlines()[0]
        raise InputError(f"not a readable Parquet file ({told}); write it again", where=str(path)) from error


def _groups(schema: Any, tables: Iterable[Any]) -> Iterator[Any]:
    """The same rows in tables of `ROW_GROUP` rows, the last of fewer; one table where there is no row."""
    import pyarrow as pa

    waiting, first = schema.empty_table(), True
    for table in tables:
        waiting = pa.concat_tables([waiting, table])
        while waiting.num_rows >= ROW_GROUP:
            yield waiting.slice(0, ROW_GROUP).combine_chunks()
            waiting, first = waiting.slice(ROW_GROUP), False
    if first or waiting.num_rows:
        yield waiting.combine_chunks()


def schema(columns: Columns) -> Any:
    """The Arrow schema of these columns."""
    import pyarrow as pa

    return pa.schema([(name, getattr(pa, kind)()) for name, kind in columns.items()])


def _table(columns: Columns, rows: Sequence[Sequence[Any]]) -> Any:
    import pyarrow as pa

    found = schema(columns)
    values = list(zip(*rows, strict=True)) or [() for _ in columns]
    return pa.table([pa.array(column, field.type) for column, field in zip(values, found, strict=True)], schema=found)


def _cast(column: Any, name: str, kind: str, path: Path) -> Any:
    import pyarrow as pa

    wanted = getattr(pa, kind)()
    held = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    alike = pa.types.is_string(held) or pa.types.is_large_string(held) if kind == "string" else held == wanted
    if not alike and not pa.types.is_null(held):
        raise InputError(f"column {name!r} holds {held}; it must hold {kind}", where=str(path))
    return column.cast(wanted)
