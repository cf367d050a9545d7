"""The snapshot: every correction the label store holds, frozen into one file and named by its content."""

from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Final

from ecomintent.data import parquet
from ecomintent.records import Correction, Provenance, Sealed

COLUMNS: Final = dict.fromkeys(
    ("ticket_id", "text", "intent", "previous_intent", "created_at", "agent", "source", "account", "provenance"),
    "string",
)

_values = attrgetter(*COLUMNS)


def write(corrections: Sequence[Correction], path: Path) -> Sealed:
    """Write `corrections` in the order given; equal corrections give equal bytes."""
    rows = ([str(value) for value in _values(correction)] for correction in corrections)
    return parquet.write(path, COLUMNS, rows)


def read(path: Path) -> list[Correction]:
    """The corrections of a validated snapshot, in file order; an absent value is an empty one.

    Raises:
        InputError: the file is absent, damaged or lacks a column.
    """
    return [from_row(row) for row in parquet.require(path, COLUMNS)]


def from_row(row: dict[str, str | None]) -> Correction:
    """One row of the file as a correction.

    Raises:
        ValueError: the provenance is none of ours.
    """
    plain = {name: row[name] or "" for name in COLUMNS}
    provenance = Provenance(plain.pop("provenance"))
    return Correction(provenance=provenance, **plain)
