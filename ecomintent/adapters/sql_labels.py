"""`ports.LabelStore` on SQLAlchemy: SQLite by default, or PostgreSQL. Events are only ever added."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecomintent.adapters.sql_database import SqlDatabase, storable, visible
from ecomintent.records import Correction, EventKind, ImportReport, LabelEvent, Provenance, Recorded, Refused

BATCH: Final = 1000

METADATA: Final = sa.MetaData()

EVENTS: Final = sa.Table(
    "label_events",
    METADATA,
    sa.Column("event_id", sa.String(64), primary_key=True),
    sa.Column("source", sa.Text),
    sa.Column("account", sa.Text),
    sa.Column("source_event", sa.Text),
    sa.Column("kind", sa.String(10)),
    sa.Column("ticket_id", sa.Text),
    sa.Column("at", sa.String(40)),
    sa.Column("text", sa.Text),
    sa.Column("intent", sa.String(64)),
    sa.Column("previous_intent", sa.String(64)),
    sa.Column("agent", sa.Text),
    sa.Column("provenance", sa.String(20)),
    sa.Column("model_version", sa.String(40)),
)
"""As `migrations` makes it."""

REFUSED: Final = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("row_id", sa.String(64), primary_key=True),
    sa.Column("file", sa.Text),
    sa.Column("line", sa.Integer),
    sa.Column("ticket_id", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("excerpt", sa.Text),
)

LABELS: Final = (EventKind.CORRECTED, EventKind.CONFIRMED)

CONTENT: Final = tuple(field.name for field in fields(LabelEvent))

FILE_ROW: Final = tuple(field.name for field in fields(Correction))

CORRECTION: Final = tuple("at" if name == "created_at" else name for name in FILE_ROW)
"""Columns of the table that a correction is read from."""

KEY: Final = ("source", "account", "ticket_id")
"""What names a ticket."""

_GONE: Final = EVENTS.alias("gone")

DELETED: Final = sa.exists().where(
    _GONE.c.kind == EventKind.DELETED.value, *(_GONE.c[name] == EVENTS.c[name] for name in KEY)
)

ANY_DELETED: Final = sa.select(sa.exists().where(_GONE.c.kind == EventKind.DELETED.value))

ERASE: Final = (
    sa.update(EVENTS)
    .where(EVENTS.c.ticket_id.in_(sa.bindparam("tickets", expanding=True)), EVENTS.c.text != "", DELETED)
    .values(text="")
)
"""Removes the text of those of the tickets that were deleted, also where it came back with a later event."""


class SqlLabelStore:
    """Append-only events of tickets, and refused rows."""

    def __init__(self, url: str) -> None:
        self._database = SqlDatabase(url)

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """Store what is new in one transaction; an event that is known (same content) changes nothing.

        Raises:
            InputError: the database cannot be used, or a correction holds what no database can; nothing is stored.
        """
        with self._database.transaction() as connection:
            stored, seen = _insert_events(connection, map(event_of, corrections))
            _insert_new(connection, REFUSED, map(_refused_row, refused))
        return ImportReport(stored=stored, already_known=seen - stored, refused=tuple(refused))

    def record(self, events: Iterable[LabelEvent]) -> Recorded:
        """Store what is new in one transaction; a deletion also removes its ticket's text.

        Raises:
            InputError: as `add`.
        """
        with self._database.transaction() as connection:
            stored, seen = _insert_events(connection, events)
        return Recorded(stored=stored, already_known=seen - stored)

    def story(self, ticket_id: str) -> Sequence[LabelEvent]:
        """Everything that happened to the tickets of this id, by system and time."""
        chosen = sa.select(*(EVENTS.c[name] for name in CONTENT)).where(EVENTS.c.ticket_id == ticket_id)
        order = (EVENTS.c.source, EVENTS.c.account, EVENTS.c.at, EVENTS.c.event_id)
        with self._database.transaction() as connection:
            return [
                _event(dict(row))
                for row in connection.execute(chosen.order_by(*_bytewise(connection, *order))).mappings()
            ]

    def corrections(self) -> Sequence[Correction]:
        """Ordered by ticket, time and event id: the same whatever the order of imports."""
        chosen = sa.select(*(EVENTS.c[name] for name in CORRECTION)).where(EVENTS.c.kind.in_(LABELS), ~DELETED)
        order = (EVENTS.c.ticket_id, EVENTS.c.at, EVENTS.c.event_id)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(*_bytewise(connection, *order))).mappings()
            return [_correction(dict(row)) for row in rows]

    def quarantine(self) -> Sequence[Refused]:
        """Ordered by file and line, then by content."""
        order = (REFUSED.c.file, REFUSED.c.line, REFUSED.c.reason, REFUSED.c.row_id)
        columns = [column for column in REFUSED.columns if not column.primary_key]
        with self._database.transaction() as connection:
            found = connection.execute(sa.select(*columns).order_by(*_bytewise(connection, *order))).mappings()
            return [Refused(**row) for row in found]


def event_of(correction: Correction) -> LabelEvent:
    """The event that an imported correction tells of."""
    confirmed = correction.provenance is Provenance.CONFIRMED
    return LabelEvent(
        source=correction.source,
        account="",
        source_event="",
        kind=EventKind.CONFIRMED if confirmed else EventKind.CORRECTED,
        ticket_id=correction.ticket_id,
        at=correction.created_at,
        text=correction.text,
        intent=correction.intent,
        previous_intent=correction.previous_intent,
        agent=correction.agent,
        provenance=correction.provenance,
    )


def _insert_events(connection: sa.Connection, events: Iterable[LabelEvent]) -> tuple[int, int]:
    """Insert what is not there yet, and take the text from tickets that are deleted; returns (inserted, seen)."""
    inserted = seen = 0
    remaining = iter(events)
    while batch := list(islice(remaining, BATCH)):
        stored, given = _insert_new(connection, EVENTS, map(_row, batch))
        inserted, seen = inserted + stored, seen + given
        if connection.execute(ANY_DELETED).scalar():
            connection.execute(ERASE, {"tickets": [event.ticket_id for event in batch]})
    return inserted, seen


def _insert_new(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Insert what is not there yet; returns (inserted, seen)."""
    write = _write_columns if connection.dialect.name == "postgresql" else _write_rows
    inserted = seen = 0
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        inserted += write(connection, table, batch)
        seen += len(batch)
    return inserted, seen


def _write_rows(connection: sa.Connection, table: sa.Table, batch: list[dict[str, Any]]) -> int:
    # The driver's row count of many inserts at once is -1 or the last one's; the keys that come back do not lie.
    statement = sqlite.insert(table).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return len(connection.execute(statement, batch).all())


def _write_columns(connection: sa.Connection, table: sa.Table, batch: list[dict[str, Any]]) -> int:
    """A thousand rows as one array a column: five times faster than a thousand rows of parameters."""
    columns = [sa.bindparam(c.name, [row[c.name] for row in batch], postgresql.ARRAY(c.type)) for c in table.columns]
    given = sa.func.unnest(*columns).table_valued(*(c.name for c in table.columns)).render_derived()
    names = [c.name for c in table.columns]
    statement = postgresql.insert(table).from_select(names, sa.select(given)).on_conflict_do_nothing()
    return len(connection.execute(statement.returning(*table.primary_key.columns)).all())


def _bytewise(connection: sa.Connection, *columns: sa.Column[Any]) -> list[sa.ColumnElement[Any]]:
    """The columns, compared byte by byte: a server's own language would order a snapshot its own way."""
    if connection.dialect.name != "postgresql":
        return list(columns)
    return [sa.collate(column, "C") if isinstance(column.type, sa.String) else column for column in columns]


def _row(event: LabelEvent) -> dict[str, Any]:
    where = visible(f"ticket {event.ticket_id}")
    content = {name: storable(str(getattr(event, name) or ""), where=where) for name in CONTENT}
    return {"event_id": _event_id(event, content), **content}


def _event_id(event: LabelEvent, content: dict[str, str]) -> str:
    """Digest of the source's own name for the event; where it gives none, of what the event says."""
    if event.source_event:
        return _digest([event.source, event.account, event.source_event])
    if event.kind in LABELS and not event.account and not event.model_version:
        # As corrections were named before there were other events: the same file imported again stays the same.
        return _digest({name: content["at"] if name == "created_at" else content[name] for name in FILE_ROW})
    return _digest(content)


def _event(row: Mapping[str, Any]) -> LabelEvent:
    provenance = Provenance(row["provenance"]) if row["provenance"] else None
    return LabelEvent(**{**row, "kind": EventKind(row["kind"]), "provenance": provenance})


def _correction(row: dict[str, Any]) -> Correction:
    return Correction(created_at=row.pop("at"), provenance=Provenance(row.pop("provenance")), **row)


def _refused_row(refused: Refused) -> dict[str, Any]:
    content = {name: visible(value) if isinstance(value, str) else value for name, value in asdict(refused).items()}
    return {"row_id": _digest(content), **content}


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()
