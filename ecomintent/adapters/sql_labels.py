"""`ports.LabelStore` on SQLAlchemy: SQLite by default, or PostgreSQL. Events are only ever added, but for those of
a customer who is erased (`sql_erasure`)."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecomintent.adapters import sql_erasure
from ecomintent.adapters.label_rows import (
    CONTENT,
    CORRECTION,
    EVENTS,
    KEY,
    LABELS,
    MARKS,
    REFUSED,
    correction_from,
    event_from,
    event_of,
    refused_row,
    row_of,
)
from ecomintent.adapters.sql_database import SqlDatabase, storable
from ecomintent.records import Correction, DayCount, EventKind, ImportReport, LabelEvent, Recorded, Refused

BATCH: Final = 1000

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
            _insert_new(connection, REFUSED, map(refused_row, refused))
        return ImportReport(stored=stored, already_known=seen - stored, refused=tuple(refused))

    def record(self, events: Iterable[LabelEvent]) -> Recorded:
        """Store what is new in one transaction; a deletion also removes its ticket's text.

        Raises:
            InputError: as `add`.
        """
        with self._database.transaction() as connection:
            stored, seen = _insert_events(connection, events)
        return Recorded(stored=stored, already_known=seen - stored)

    def take(
        self, events: Iterable[LabelEvent], refused: Sequence[Refused], *, source: str, account: str, mark: str
    ) -> Recorded:
        """Store one page of a source and the mark after it, in one transaction; what is known writes nothing.

        Raises:
            InputError: as `add`.
        """
        place = {"source": source, "account": account, "mark": storable(mark, where=f"{source} {account}")}
        with self._database.transaction() as connection:
            stored, seen = _insert_events(connection, events)
            _insert_new(connection, REFUSED, map(refused_row, refused))
            _set_mark(connection, place)
        return Recorded(stored=stored, already_known=seen - stored)

    def mark(self, source: str, account: str) -> str:
        """Where to read on in a source; empty before its first page."""
        chosen = sa.select(MARKS.c.mark).where(MARKS.c.source == source, MARKS.c.account == account)
        with self._database.transaction() as connection:
            return str(connection.execute(chosen).scalar() or "")

    def story(self, ticket_id: str) -> Sequence[LabelEvent]:
        """Everything that happened to the tickets of this id, by system and time."""
        chosen = sa.select(*(EVENTS.c[name] for name in CONTENT)).where(EVENTS.c.ticket_id == ticket_id)
        order = (EVENTS.c.source, EVENTS.c.account, EVENTS.c.at, EVENTS.c.event_id)
        with self._database.transaction() as connection:
            return [
                event_from(dict(row))
                for row in connection.execute(chosen.order_by(*_bytewise(connection, *order))).mappings()
            ]

    def corrections(self) -> Sequence[Correction]:
        """Ordered by ticket, time and event id: the same whatever the order of imports."""
        chosen = sa.select(*(EVENTS.c[name] for name in CORRECTION)).where(EVENTS.c.kind.in_(LABELS), ~DELETED)
        order = (EVENTS.c.ticket_id, EVENTS.c.at, EVENTS.c.event_id)
        with self._database.transaction() as connection:
            rows = connection.execute(chosen.order_by(*_bytewise(connection, *order))).mappings()
            return [correction_from(dict(row)) for row in rows]

    def coverage(self) -> Sequence[DayCount]:
        """By day, source, account and kind."""
        day = sa.func.substr(EVENTS.c.at, 1, 10).label("day")
        groups = (day, EVENTS.c.source, EVENTS.c.account, EVENTS.c.kind)
        chosen = sa.select(*groups, sa.func.count().label("events")).group_by(*groups)
        with self._database.transaction() as connection:
            rows = [dict(row) for row in connection.execute(chosen).mappings()]
        found = [DayCount(**{**row, "kind": EventKind(row["kind"])}) for row in rows]
        return sorted(found, key=lambda one: (one.day, one.source, one.account, one.kind))

    def quarantine(self) -> Sequence[Refused]:
        """Ordered by file and line, then by content."""
        order = (REFUSED.c.file, REFUSED.c.line, REFUSED.c.reason, REFUSED.c.row_id)
        columns = [column for column in REFUSED.columns if not column.primary_key]
        with self._database.transaction() as connection:
            found = connection.execute(sa.select(*columns).order_by(*_bytewise(connection, *order))).mappings()
            return [Refused(**row) for row in found]


def _insert_events(connection: sa.Connection, events: Iterable[LabelEvent]) -> tuple[int, int]:
    """Insert what is not there yet, and take the text from tickets that are deleted; returns (inserted, seen)."""
    inserted = seen = 0
    remaining = iter(events)
    sql_erasure.lock(connection, alone=False)
    while batch := list(islice(remaining, BATCH)):
        tickets = [event.ticket_id for event in batch]
        stored, given = _insert_new(connection, EVENTS, map(row_of, batch))
        inserted, seen = inserted + stored - sql_erasure.keep_out(connection, tickets), seen + given
        if connection.execute(ANY_DELETED).scalar():
            connection.execute(ERASE, {"tickets": tickets})
    return inserted, seen


def _set_mark(connection: sa.Connection, place: dict[str, str]) -> None:
    """Write the mark where it is another one: a database that is only read stays as it is."""
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(MARKS)
    key = [MARKS.c.source, MARKS.c.account]
    changed = MARKS.c.mark != insert.excluded.mark
    connection.execute(
        insert.on_conflict_do_update(index_elements=key, set_={"mark": insert.excluded.mark}, where=changed), place
    )


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
