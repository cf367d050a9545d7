"""A file of labelled real tickets -> the frozen set, whole or not at all."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Final

from ecomintent.data import frozen, parquet
from ecomintent.data.leakage import near_duplicate_groups
from ecomintent.data.selection import likeness
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.columns import Columns, rows_of
from ecomintent.labels.tables import Fault, Row
from ecomintent.params import PrepareParams
from ecomintent.records import Provenance, Sealed
from ecomintent.taxonomy import NAMES

COLUMNS: Final = Columns(
    required=("text", "label"),
    optional=("id", "group", "provenance"),
    aliases={"intent": "label", "ticket_id": "id"},
)

PROVENANCES: Final = ("blind", "model-assisted", *cells.PROVENANCES)
"""Labelled without, or with, sight of a model's answer; or as a correction's label came to be."""

NAMED_FAULTS: Final = 3


@dataclass(frozen=True, slots=True)
class FrozenRow:
    """One ticket of the frozen set; the fields are the columns of `frozen.COLUMNS`."""

    id: str
    text: str
    label: str
    group: str
    """Tickets of one group have one vote; empty: the ticket stands alone."""
    provenance: str


def read_frozen(path: Path, *, params: PrepareParams, min_tickets: int) -> tuple[list[FrozenRow], list[str]]:
    """All rows of the file, ordered by id; identical rows count once.

    Groups are those of the file's own column, else near-duplicates, named by their smallest id.

    Args:
        params: says what a near-duplicate is.
        min_tickets: independent tickets an intent needs before it can PASS.
    Returns:
        The rows, and one warning for each intent with fewer than `min_tickets`.
    Raises:
        InputError: the file cannot be read or lacks a column, or any row is at fault; names the first three lines.
    """
    said: dict[FrozenRow, int] = {}
    faults: list[tuple[int, str]] = []
    grouped = False
    for line, row in rows_of(path, COLUMNS):
        if isinstance(row, Fault):
            faults.append((line, row.reason))
            continue
        try:
            said.setdefault(_ticket(row), line)
            grouped = grouped or "group" in row
        except InputError as error:
            faults.append((line, str(error)))
    faults += _contradictions(said)
    if faults:
        named = "; ".join(f"line {line}: {reason}" for line, reason in sorted(faults)[:NAMED_FAULTS])
        more = f"; and {len(faults) - NAMED_FAULTS} more" if len(faults) > NAMED_FAULTS else ""
        raise InputError(
            f"nothing is taken, a frozen set comes whole or not at all; mend and import again: {named}{more}",
            where=str(path),
        )
    rows = sorted(said, key=lambda ticket: ticket.id)
    rows = rows if grouped else _grouped(rows, params)
    return rows, list(_warnings(rows, min_tickets))


def write_frozen(rows: Iterable[FrozenRow], path: Path) -> Sealed:
    """Write the rows in the order of their ids; equal rows in any order give equal bytes."""
    return parquet.write(path, frozen.COLUMNS, sorted(map(astuple, rows)))


def _ticket(row: Row) -> FrozenRow:
    text = cells.text(row.get("text"))
    return FrozenRow(
        id=cells.field(row.get("id"), name="id") or cells.ticket_id_of(text, prefix="f"),
        text=text,
        label=cells.intent(row.get("label"), name="label", map_name=None, needed=True),
        group=cells.field(row.get("group"), name="group"),
        provenance=cells.provenance(row.get("provenance"), allowed=PROVENANCES) or Provenance.CONFIRMED.value,
    )


def _contradictions(said: dict[FrozenRow, int]) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for ticket, line in said.items():
        if first.setdefault(ticket.id, line) != line:
            yield line, f"id {ticket.id!r} is on line {first[ticket.id]} with other content; give each ticket its own"


def _grouped(rows: Sequence[FrozenRow], params: PrepareParams) -> list[FrozenRow]:
    numbers = near_duplicate_groups([row.text for row in rows], **likeness(params))
    name_of: dict[int, str] = {}
    for number, row in zip(numbers, rows, strict=True):
        name_of.setdefault(number, row.id)
    return [replace(row, group=name_of[number]) for number, row in zip(numbers, rows, strict=True)]


def _warnings(rows: Sequence[FrozenRow], min_tickets: int) -> Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for row in rows:
        first.setdefault((row.group, "" if row.group else row.id), row.label)
    independent = Counter(first.values())
    for name in NAMES:
        if independent[name] < min_tickets:
            yield (
                f"{name} has {independent[name]} independent tickets; with fewer than {min_tickets} "
                f"the gate cannot PASS it: label {min_tickets - independent[name]} more"
            )
