"""The SQLite file of tagging's queue."""

from pathlib import Path
from typing import Final

from ecomintent.adapters.home_database import HomeDatabase

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS tickets (
    account TEXT NOT NULL, ticket TEXT NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL, planned TEXT NOT NULL,
    wrote TEXT NOT NULL, reason TEXT NOT NULL, attempts INTEGER NOT NULL, events INTEGER NOT NULL,
    queued_at REAL NOT NULL, due_at REAL NOT NULL, ended_at REAL NOT NULL,
    PRIMARY KEY (account, ticket)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS waiting ON tickets (account, due_at, queued_at) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS ended ON tickets (state, ended_at);
"""


class TagDatabase(HomeDatabase):
    """Tickets to tag, and how they ended."""

    file = Path("serving") / "tagging.db"
    schema = SCHEMA
    version = 1
    what = "the queue of tagging"
