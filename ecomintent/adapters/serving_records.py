"""`serving.ports.ServingHistory` and `serving.ports.Disagreements` in the server's own database."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from datetime import datetime, timedelta
from typing import Any, Final

from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.served import Disagreement, ServingEvent

KEPT: Final = 2_000
KEPT_DAYS: Final = 30
"""Disagreements: so many at most, and so long. A customer who asks to be forgotten is not found by a redacted text."""

EVENT: Final = ", ".join(field.name for field in fields(ServingEvent))
DISAGREEMENT: Final = ", ".join(field.name for field in fields(Disagreement))


class StoredHistory:
    """Append-only: which release answered from when on, and which was refused."""

    def __init__(self, database: ServingDatabase) -> None:
        self._database = database

    def append(self, event: ServingEvent) -> None:
        """Add `event` at the end.

        Raises:
            InputError: the database cannot be used.
        """
        with self._database.transaction() as connection:
            connection.execute(f"INSERT INTO serving_events ({EVENT}) VALUES (?, ?, ?, ?, ?)", astuple(event))

    def latest(self, count: int) -> Sequence[ServingEvent]:
        """Newest first.

        Raises:
            InputError: the database cannot be used.
        """
        return [ServingEvent(**row) for row in _newest(self._database, EVENT, "serving_events", count)]


class StoredDisagreements:
    """The newest `KEPT` tickets on which champion and candidate differ."""

    def __init__(self, database: ServingDatabase) -> None:
        self._database = database

    def add(self, found: Disagreement) -> None:
        """Keep one; the same request again, or the same words about the same candidate, change nothing.

        Raises:
            InputError: the database cannot be used.
        """
        oldest = (datetime.fromisoformat(found.at) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        marks = ", ".join("?" * len(fields(Disagreement)))
        with self._database.transaction() as connection:
            connection.execute(f"INSERT OR IGNORE INTO disagreements ({DISAGREEMENT}) VALUES ({marks})", astuple(found))
            connection.execute(
                "DELETE FROM disagreements WHERE at < ? OR position <= (SELECT max(position) FROM disagreements) - ?",
                (oldest, KEPT),
            )

    def latest(self, count: int) -> Sequence[Disagreement]:
        """Newest first, for the labelling queue.

        Raises:
            InputError: the database cannot be used.
        """
        return [Disagreement(**row) for row in _newest(self._database, DISAGREEMENT, "disagreements", count)]


def _newest(database: ServingDatabase, columns: str, table: str, count: int) -> list[dict[str, Any]]:
    with database.transaction() as connection:
        asked = connection.execute(f"SELECT {columns} FROM {table} ORDER BY position DESC LIMIT ?", (count,))
        return [dict(zip(columns.split(", "), row, strict=True)) for row in asked]
