"""A file of labelled real tickets -> the frozen set, whole or not at all.

Over 200 lines: a refusal with its line for everything a file of labels can have wrong.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Final

from ecomintent.data import frozen, parquet
from ecomintent.data.leakage import near_duplicate_groups, text_key
from ecomintent.data.selection import likeness
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.columns import Columns, rows_of
from ecomintent.labels.tables import Fault, Row
from ecomintent.labels.texts import fit
from ecomintent.params import PrepareParams
from ecomintent.records import Provenance, Sealed
from ecomintent.taxonomy import NAMES, today

COLUMNS: Final = Columns(
    required=("text", "label"),
    optional=("id", "group", "provenance"),
    aliases={"intent": "label", "ticket_id": "id"},
)

BLIND: Final = "blind"
"""Labelled by a person who saw no model's answer."""
TRUSTED: Final = (BLIND, Provenance.CONFIRMED.value, Provenance.EDITED.value)
"""What may enter: the two highest steps; `edited` by a person counts as confirmed."""
LESSER: Final = ("model-assisted", *(name for name in cells.PROVENANCES if name not in TRUSTED))
"""What a model, a rule or nobody decided; a champion's own answers would flatter the champion."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a file says, before near-duplicates are looked for."""

    rows: list[FrozenRow]
    """By id, identical rows once."""
    unlabelled: int
    """Rows left out because nobody has labelled them yet."""
    unsaid: int
    """Rows without provenance, and not queued for blind labelling: they count as confirmed."""
    grouped: bool
    """Whether the file has a `group` column."""


def read_frozen(path: Path, *, params: PrepareParams, min_tickets: int) -> tuple[list[FrozenRow], list[str]]:
    """All rows of the file, ordered by id.

    Groups are those of the file's own column, else near-duplicates, named by their smallest id.

    Args:
        params: says what a near-duplicate is.
        min_tickets: independent tickets an intent needs before it can PASS.
    Returns:
        The rows, and one warning for each intent with fewer than `min_tickets`, one for labels of no provenance.
    Raises:
        InputError: the file cannot be read or lacks a column, or any row is at fault; names the first three lines.
    """
    found = read_tickets(path)
    rows = found.rows if found.grouped else _grouped(found.rows, params)
    return rows, [*unsaid(found.unsaid), *too_few(rows, min_tickets)]


def read_tickets(path: Path, *, queued: Mapping[str, str] | None = None, partly: bool = False) -> Reading:
    """All labelled rows of the file.

    Args:
        queued: id -> text key of the tickets that were handed out for blind labelling.
        partly: whether rows without a label are left out, instead of a fault.
    Raises:
        InputError: as `read_frozen`.
    """
    said, faults = dict[FrozenRow, int](), list[tuple[int, str]]()
    grouped, left, silent = False, 0, set[FrozenRow]()
    for line, row in rows_of(path, COLUMNS):
        if isinstance(row, Fault):
            faults.append((line, row.reason))
        elif partly and not (row.get("label") or "").strip():
            left += 1
        else:
            try:
                ticket, told = _ticket(row, queued or {})
            except InputError as error:
                faults.append((line, str(error)))
                continue
            said.setdefault(ticket, line)
            grouped = grouped or "group" in row
            silent.update(() if told else (ticket,))
    refuse(sorted([*faults, *_contradictions(said)]), where=str(path))
    rows = sorted(said, key=lambda ticket: ticket.id)
    return Reading(rows=rows, unlabelled=left, unsaid=len(silent), grouped=grouped)


def refuse(faults: Sequence[tuple[int | str, str]], *, where: str) -> None:
    """Take nothing where there is a fault: line number or id of a row, and what is wrong with it.

    Raises:
        InputError: there is one; names the first three.
    """
    if faults:
        told = ((f"line {at}" if isinstance(at, int) else at, reason) for at, reason in faults[:NAMED_FAULTS])
        named = "; ".join(f"{at}: {reason}" for at, reason in told)
        more = f"; and {len(faults) - NAMED_FAULTS} more" if len(faults) > NAMED_FAULTS else ""
        raise InputError(
            f"nothing is taken, a frozen set comes whole or not at all; mend and import again: {named}{more}",
            where=where,
        )


def read_stored(path: Path) -> list[FrozenRow]:
    """The tickets of a sealed table.

    Raises:
        InputError: the file is absent or damaged, or a column is missing.
    """
    return [
        FrozenRow(**{name: row[name] or "" for name in frozen.COLUMNS}) for row in parquet.require(path, frozen.COLUMNS)
    ]


def write_frozen(rows: Iterable[FrozenRow], path: Path) -> Sealed:
    """Write the rows in the order of their ids; equal rows in any order give equal bytes."""
    return parquet.write(path, frozen.COLUMNS, sorted(map(astuple, rows)))


def independent(rows: Sequence[FrozenRow]) -> dict[str, int]:
    """Intent -> tickets with a vote of their own: one for each group, under the label of its first row."""
    first: dict[tuple[str, str], str] = {}
    for row in rows:
        first.setdefault((row.group, "" if row.group else row.id), row.label)
    counted = Counter(first.values())
    return {name: counted[name] for name in NAMES}


def too_few(rows: Sequence[FrozenRow], min_tickets: int) -> Iterator[str]:
    """One warning for each intent that cannot PASS yet."""
    for name, count in independent(rows).items():
        if count < min_tickets:
            yield (
                f"{name} has {count} independent tickets; with fewer than {min_tickets} "
                f"the gate cannot PASS it: label {min_tickets - count} more"
            )


def unsaid(count: int) -> Iterator[str]:
    """The warning for `count` tickets of no provenance."""
    if count:
        yield (
            f"{count} tickets say no provenance and count as confirmed; "
            f"write {BLIND!r} in a column 'provenance' where the labeller saw no model's answer"
        )


def _ticket(row: Row, queued: Mapping[str, str]) -> tuple[FrozenRow, bool]:
    """The ticket, and whether its provenance is known."""
    text = fit(cells.text(row.get("text")))
    name = cells.field(row.get("id"), name="id") or cells.ticket_id_of(text, prefix="f")
    label = today(cells.intent(row.get("label"), name="label", map_name=None, needed=True), where="label")
    told = cells.field(row.get("provenance"), name="provenance").strip()
    if told in LESSER:
        raise InputError(
            f"{told!r} is not enough for a frozen ticket; relabel it blind: ecomintent frozen queue",
            where="provenance",
        )
    told = cells.provenance(told, allowed=TRUSTED)
    if not told and name in queued and queued[name] == text_key(text):
        told = BLIND
    group = cells.field(row.get("group"), name="group")
    return FrozenRow(name, text, label, group, told or Provenance.CONFIRMED.value), bool(told)


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
