"""The server's own small SQLite file in the home: keys, serving history, disagreements. No ticket as it was written."""

from pathlib import Path
from typing import Final

from ecomintent.adapters.home_database import HomeDatabase

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS api_keys (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, scopes TEXT NOT NULL, per_minute INTEGER NOT NULL,
    digest TEXT NOT NULL, created_at TEXT NOT NULL, revoked_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS serving_events (
    position INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, event TEXT NOT NULL, version TEXT NOT NULL,
    weights TEXT NOT NULL, told TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS disagreements (
    position INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, text TEXT NOT NULL,
    champion TEXT NOT NULL, champion_intent TEXT NOT NULL, champion_confidence REAL NOT NULL,
    candidate TEXT NOT NULL, candidate_intent TEXT NOT NULL, candidate_confidence REAL NOT NULL,
    UNIQUE (candidate, text)
);
"""


class ServingDatabase(HomeDatabase):
    """Keys, serving history and disagreements."""

    file = Path("serving") / "serving.db"
    schema = SCHEMA
    version = 1
    what = "the server's database"

    def changes(self) -> int:
        """A number that is another one after some other process wrote."""
        with self.transaction() as connection:
            return int(connection.execute("PRAGMA data_version").fetchone()[0])
