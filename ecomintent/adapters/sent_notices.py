"""`watch.ports.Sent`: which notice went where, in a file of the home."""

from pathlib import Path
from typing import Final

from ecomintent.adapters.home_database import HomeDatabase

SENT: Final = """
CREATE TABLE IF NOT EXISTS sent (
    key TEXT NOT NULL, place TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (key, place)
) WITHOUT ROWID;
"""


class NoticeDatabase(HomeDatabase):
    """Keys of what was sent; no word of it."""

    file = Path("watch") / "notices.db"
    schema = SENT
    version = 1
    what = "the record of notices"


class StoredSent:
    """That of one home."""

    def __init__(self, home: Path) -> None:
        self._database = NoticeDatabase(home)

    def claim(self, key: str, place: str, at: str) -> bool:
        """As the port says.

        Raises:
            InputError: the file cannot be used.
        """
        with self._database.transaction() as connection:
            done = connection.execute("INSERT OR IGNORE INTO sent VALUES (?, ?, ?)", (key, place, at))
            return done.rowcount == 1

    def give_up(self, key: str, place: str) -> None:
        """As the port says.

        Raises:
            InputError: the file cannot be used.
        """
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM sent WHERE key = ? AND place = ?", (key, place))
