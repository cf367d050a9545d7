"""`ports.LabelStore` and `ports.History` on SQLAlchemy. SQLite by default; rows are only ever inserted."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from ecomintent.errors import InputError
from ecomintent.records import Correction, ImportReport, Provenance, Refused, ReleaseEvent

BATCH: Final = 1000

METADATA = sa.MetaData()

CORRECTIONS = sa.Table(
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

REFUSED = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("row_id", sa.String(64), primary_key=True),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("line", sa.Integer, nullable=False),
    sa.Column("ticket_id", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("excerpt", sa.Text, nullable=False),
)

HISTORY = sa.Table(
    "release_history",
    METADATA,
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
)


class SqlStore:
    """One database; tables are made on first use."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: sa.Engine | None = None

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        if self._engine is None:
            self._engine = self._open()
        with self._engine.begin() as connection:
            yield connection

    def _open(self) -> sa.Engine:
        url = sa.make_url(self._url)
        if url.get_backend_name() == "sqlite" and url.database:
            folder = Path(url.database).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise InputError(
                    f"cannot be written ({error.strerror}); set ECOMINTENT_HOME", where=str(folder)
                ) from error
        engine = sa.create_engine(url, connect_args={"timeout": 30} if url.get_backend_name() == "sqlite" else {})
        try:
            METADATA.create_all(engine)
        except sa.exc.OperationalError as error:
            raise InputError(f"cannot be opened ({error.orig}); check ECOMINTENT_HOME", where=str(url)) from error
        return engine

    def _insert_new(
        self, connection: sa.Connection, table: sa.Table, rows: Iterable[dict[str, Any]]
    ) -> tuple[int, int]:
        """Insert what is not there yet; returns (inserted, seen)."""
        inserted = seen = 0
        statement = sqlite.insert(table).on_conflict_do_nothing()
        remaining = iter(rows)
        while batch := list(islice(remaining, BATCH)):
            inserted += connection.execute(statement, batch).rowcount
            seen += len(batch)
        return inserted, seen


class SqlLabelStore(SqlStore):
    """Append-only corrections and refused rows."""

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """Store what is new in one transaction; an event that is known (same content) changes nothing."""
        with self._transaction() as connection:
            stored, seen = self._insert_new(connection, CORRECTIONS, (_correction_row(c) for c in corrections))
            self._insert_new(connection, REFUSED, (_refused_row(r) for r in refused))
        return ImportReport(stored=stored, already_known=seen - stored, refused=tuple(refused))

    def corrections(self) -> Sequence[Correction]:
        """Ordered by ticket, time and event id: the same whatever the order of imports."""
        columns = [column for column in CORRECTIONS.columns if column.name != "event_id"]
        query = sa.select(*columns).order_by(CORRECTIONS.c.ticket_id, CORRECTIONS.c.created_at, CORRECTIONS.c.event_id)
        with self._transaction() as connection:
            return [
                Correction(**{**row, "provenance": Provenance(row["provenance"])})
                for row in connection.execute(query).mappings()
            ]

    def quarantine(self) -> Sequence[Refused]:
        """Ordered by file and line."""
        columns = [column for column in REFUSED.columns if column.name != "row_id"]
        query = sa.select(*columns).order_by(REFUSED.c.file, REFUSED.c.line, REFUSED.c.reason)
        with self._transaction() as connection:
            return [Refused(**row) for row in connection.execute(query).mappings()]


class SqlHistory(SqlStore):
    """Append-only release history."""

    def append(self, event: ReleaseEvent) -> None:
        """Add one event at the end."""
        row = {name: getattr(event, name) for name in ("at", "event", "version", "by", "reason")}
        with self._transaction() as connection:
            connection.execute(sa.insert(HISTORY).values(**row, details=json.dumps(event.details, sort_keys=True)))

    def events(self) -> Sequence[ReleaseEvent]:
        """Oldest first."""
        columns = [column for column in HISTORY.columns if column.name != "position"]
        query = sa.select(*columns).order_by(HISTORY.c.position)
        with self._transaction() as connection:
            return [
                ReleaseEvent(**{**row, "details": json.loads(row["details"])})
                for row in connection.execute(query).mappings()
            ]


def _correction_row(correction: Correction) -> dict[str, Any]:
    row = {column.name: getattr(correction, column.name) for column in CORRECTIONS.columns if column.name != "event_id"}
    return {"event_id": _content_id(row), **row, "provenance": correction.provenance.value}


def _refused_row(refused: Refused) -> dict[str, Any]:
    row = {column.name: getattr(refused, column.name) for column in REFUSED.columns if column.name != "row_id"}
    return {"row_id": _content_id(row), **row}


def _content_id(row: dict[str, Any]) -> str:
    return hashlib.sha256(
        json.dumps(row, sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    ).hexdigest()
