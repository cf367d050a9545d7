"""What the pages work with, in a SQLite file of its own: redacted tickets, corrections, accounts, decisions.

Apart from the server's other file, so that it can be backed up, or thrown away, without the keys.
"""

from pathlib import Path
from typing import Final

from ecomintent.adapters.home_database import HomeDatabase

LABELLING: Final = """
CREATE TABLE IF NOT EXISTS tickets (
    position INTEGER PRIMARY KEY AUTOINCREMENT, ticket_id TEXT NOT NULL UNIQUE, at TEXT NOT NULL, text TEXT NOT NULL,
    low INTEGER NOT NULL, disagreement INTEGER NOT NULL, blind INTEGER NOT NULL,
    intent TEXT NOT NULL, confidence REAL NOT NULL, version TEXT NOT NULL, candidate_intent TEXT NOT NULL,
    answered INTEGER NOT NULL, shown_to TEXT NOT NULL, shown_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tickets_by_words ON tickets (text);
CREATE TABLE IF NOT EXISTS volume (
    day TEXT NOT NULL, intent TEXT NOT NULL, level TEXT NOT NULL, tickets INTEGER NOT NULL, confidence REAL NOT NULL,
    PRIMARY KEY (day, intent, level)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shapes (
    day TEXT NOT NULL, version TEXT NOT NULL, kind TEXT NOT NULL, bin TEXT NOT NULL, tickets INTEGER NOT NULL,
    PRIMARY KEY (day, version, kind, bin)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS corrections (
    position INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL, event_id TEXT NOT NULL, ticket_id TEXT NOT NULL,
    text TEXT NOT NULL, intent TEXT NOT NULL, predicted TEXT NOT NULL, shown INTEGER NOT NULL, blind INTEGER NOT NULL,
    agent TEXT NOT NULL, at TEXT NOT NULL, version TEXT NOT NULL, said TEXT NOT NULL,
    state TEXT NOT NULL, held_until TEXT NOT NULL, UNIQUE (channel, event_id)
);
CREATE INDEX IF NOT EXISTS corrections_by_state ON corrections (state);
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY, digest TEXT NOT NULL, stamp TEXT NOT NULL, created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS approvers (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS decisions (
    position INTEGER PRIMARY KEY AUTOINCREMENT, version TEXT NOT NULL, weights TEXT NOT NULL,
    verdict_digest TEXT NOT NULL, turn INTEGER NOT NULL, approved INTEGER NOT NULL, person TEXT NOT NULL,
    reason TEXT NOT NULL, waivers TEXT NOT NULL, at TEXT NOT NULL, state TEXT NOT NULL, says TEXT NOT NULL,
    ended_at TEXT NOT NULL, begun INTEGER, UNIQUE (version, turn)
);
"""


class LabellingDatabase(HomeDatabase):
    """Tickets to label, corrections on their way, accounts, decisions on releases."""

    file = Path("serving") / "labelling.db"
    schema = LABELLING
    version = 3
    what = "the database of the corrections page"

    def forget(self, ticket_id: str) -> None:
        """Delete a ticket, and corrections of it on their way; the deleted text is overwritten. Again, nothing happens.

        Raises:
            InputError: the database cannot be used.
        """
        with self.transaction() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            for table in ("tickets", "corrections"):
                connection.execute(f"DELETE FROM {table} WHERE ticket_id = ?", (ticket_id,))
