"""`ports.LabelStore` on SQLAlchemy. SQLite by default; rows are only ever inserted."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecomintent.adapters.sql_database import SqlDatabase, storable, visible
from ecomintent.errors import InputError
from ecomintent.records import Correction, ImportReport, Provenance, Refused

BATCH: Final = 1000

METADATA: Final = sa.MetaData()

CORRECTIONS: Final = sa.Table(
    "corrections",
    METADATA,
    sa.Column("event_id", sa.String(64), primary_key=True),
    sa.Column("ticket_id", sa.Text, nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("intent", sa.String(64), nullable=False),
    sa.Column("previous_intent", sa.String(64), nullable=False),
    sa.Column("created_at", sa.String(40), nullable=False),
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("provenance", sa.String(20), nullable=False),
)

REFUSED: Final = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("row_id", sa.String(64), primary_key=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("ticket_id", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("excerpt", sa.Text, nullable=False),
)

KEYS: Final = {CORRECTIONS.name: "event_id", REFUSED.name: "row_id"}
"""Digest of a row's content: the same row imported again is the same row."""

INSERTS: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class SqlLabelStore:
    """Append-only corrections and refused rows."""

    def __init__(self, url: str) -> None:
        self._database = SqlDatabase(url, (CORRECTIONS, REFUSED))

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """Store what is new in one transaction; an event that is known (same content) changes nothing.

        Raises:
            InputError: the database cannot be used, or a correction holds what no database can; nothing is stored.
        """
        with self._database.transaction() as connection:
            stored, seen = _insert_new(connection, CORRECTIONS, map(_correction_row, corrections))
            _insert_new(connection, REFUSED, map(_refused_row, refused))
        return ImportReport(stored=stored, already_known=seen - stored, refused=tuple(refused))

    def corrections(self) -> Sequence[Correction]:
        """Ordered by ticket, time and event id: the same whatever the order of imports."""
        order = (CORRECTIONS.c.ticket_id, CORRECTIONS.c.created_at, CORRECTIONS.c.event_id)
        with self._database.transaction() as connection:
            rows = connection.execute(_all(CORRECTIONS).order_by(*order)).mappings()
            return [Correction(**{**row, "provenance": Provenance(row["provenance"])}) for row in rows]

    def quarantine(self) -> Sequence[Refused]:
        """Ordered by file and line, then by content."""
        order = (REFUSED.c.file, REFUSED.c.line, REFUSED.c.reason, REFUSED.c.row_id)
        with self._database.transaction() as connection:
            return [Refused(**row) for row in connection.execute(_all(REFUSED).order_by(*order)).mappings()]


def _insert_new(connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Insert what is not there yet; returns (inserted, seen)."""
    insert = INSERTS.get(connection.dialect.name)
    if insert is None:
        raise InputError(
            f"{connection.dialect.name} is not supported; allowed are {', '.join(INSERTS)}",
            where="ECOMINTENT_DATABASE_URL",
        )
    key = table.c[KEYS[table.name]]
    # The driver's row count of many inserts at once is -1 or the last one's; the keys that come back do not lie.
    statement = insert(table).on_conflict_do_nothing(index_elements=[key.name]).returning(key)
    inserted = seen = 0
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH)):
        inserted += len(connection.execute(statement, batch).all())
        seen += len(batch)
    return inserted, seen


def _correction_row(correction: Correction) -> dict[str, Any]:
    where = visible(f"ticket {correction.ticket_id}")
    content = {name: storable(str(getattr(correction, name)), where=where) for name in _content(CORRECTIONS)}
    return {KEYS[CORRECTIONS.name]: _digest(content), **content}


def _refused_row(refused: Refused) -> dict[str, Any]:
    content = {name: getattr(refused, name) for name in _content(REFUSED)}
    content = {name: visible(value) if isinstance(value, str) else value for name, value in content.items()}
    return {KEYS[REFUSED.name]: _digest(content), **content}


def _all(table: sa.Table) -> sa.Select[Any]:
    return sa.select(*(table.c[name] for name in _content(table)))


def _content(table: sa.Table) -> list[str]:
    return [column.name for column in table.columns if column.name != KEYS[table.name]]


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()
