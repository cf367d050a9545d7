"""`ports.History` on SQLAlchemy, in the label store's database; events are only ever appended."""

import json
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from ecomintent.adapters.sql_database import SqlDatabase, storable, visible
from ecomintent.records import ReleaseEvent

HISTORY: Final = sa.Table(
    "release_history",
    sa.MetaData(),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", sa.String(40), nullable=False),
    sa.Column("event", sa.String(20), nullable=False),
    sa.Column("version", sa.String(20), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sqlite_autoincrement=True,
)

WORDS: Final = ("at", "event", "version", "by", "reason")


class SqlHistory:
    """Append-only release history."""

    def __init__(self, url: str) -> None:
        self._database = SqlDatabase(url, (HISTORY,))

    def append(self, event: ReleaseEvent) -> None:
        """Add one event at the end.

        Raises:
            InputError: the database cannot be used, or the event holds what no database can.
        """
        where = visible(f"{event.event} version {event.version}")
        row = {name: storable(getattr(event, name), where=where) for name in WORDS}
        details = json.dumps(event.details, sort_keys=True)
        with self._database.transaction() as connection:
            connection.execute(sa.insert(HISTORY).values(**row, details=details))

    def events(self) -> Sequence[ReleaseEvent]:
        """Oldest first."""
        columns = [HISTORY.c[name] for name in (*WORDS, "details")]
        with self._database.transaction() as connection:
            rows = connection.execute(sa.select(*columns).order_by(HISTORY.c.position)).mappings()
            return [ReleaseEvent(**{**row, "details": json.loads(row["details"])}) for row in rows]
