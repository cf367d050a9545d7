"""`ports.History` on SQLAlchemy, in the label store's database: append-only, each event linked to the last."""

import json
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from ecomintent.adapters.sql_database import SqlDatabase, storable, visible
from ecomintent.errors import ReleaseError
from ecomintent.records import ReleaseEvent
from ecomintent.release import chain

HISTORY: Final = sa.Table(
    "release_events",
    sa.MetaData(),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("link", sa.String(64), nullable=False),
    sqlite_autoincrement=True,
)

WORDS: Final = ("at", "event", "version", "by", "reason")

ALONE: Final = {"sqlite": "BEGIN IMMEDIATE", "postgresql": f"LOCK TABLE {HISTORY.name} IN EXCLUSIVE MODE"}
"""How a writer keeps others from linking to the same event; readers are not kept waiting."""


class SqlHistory:
    """Append-only, hash-chained release history."""

    def __init__(self, url: str) -> None:
        self._database = SqlDatabase(url)

    def append(self, event: ReleaseEvent) -> None:
        """Add one event at the end, linked to the one before.

        Raises:
            InputError: the database cannot be used, or the event holds what no database can.
        """
        where = visible(f"{event.event} version {event.version}")
        row = {name: storable(getattr(event, name), where=where) for name in WORDS}
        details = json.dumps(
            {name: storable(text, where=where) for name, text in event.details.items()}, sort_keys=True
        )
        with self._database.transaction() as connection:
            if lock := ALONE.get(connection.dialect.name):
                connection.exec_driver_sql(lock)
            link = chain.link(_head(connection), event)
            connection.execute(sa.insert(HISTORY).values(**row, details=details, link=link))

    def events(self) -> Sequence[ReleaseEvent]:
        """Oldest first.

        Raises:
            ReleaseError: a row holds what this program never writes.
        """
        return [event for event, _ in self._rows()]

    def head(self) -> str:
        """The last event's link; `chain.START` where there is none."""
        with self._database.transaction() as connection:
            return _head(connection)

    def breaks(self) -> list[str]:
        """One sentence for each event that was tampered with, or follows one that was."""
        try:
            return chain.breaks(self._rows())
        except ReleaseError as error:
            return [str(error)]

    def _rows(self) -> list[tuple[ReleaseEvent, str]]:
        columns = [HISTORY.c[name] for name in (*WORDS, "details", "link")]
        with self._database.transaction() as connection:
            found = connection.execute(sa.select(*columns).order_by(HISTORY.c.position)).mappings().all()
        return [_read(dict(row), position) for position, row in enumerate(found, start=1)]


def _head(connection: sa.Connection) -> str:
    last = sa.select(HISTORY.c.link).order_by(HISTORY.c.position.desc()).limit(1)
    return str(connection.execute(last).scalar() or chain.START)


def _read(row: dict[str, Any], position: int) -> tuple[ReleaseEvent, str]:
    told = f"{row['event']}, version {row['version']}, {row['at']}"
    try:
        details = json.loads(row.pop("details"))
        words = [*row.values(), *details.values()]
    except (ValueError, TypeError, AttributeError, RecursionError):
        words = [None]
    if not all(isinstance(word, str) for word in words):
        raise ReleaseError(
            f"the release history was changed: position {position} ({told}) holds what ecomintent never writes; "
            "restore the database from a backup"
        )
    return ReleaseEvent(details=details, **{name: row[name] for name in WORDS}), row["link"]
