"""A small SQLite file in the home, made on first use by whichever process comes first."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Final

from ecomintent.errors import InputError

WAIT_SECONDS: Final = 10
AGAIN_SECONDS: Final = 0.02


class HomeDatabase:
    """One connection, used by one thread at a time; other processes may use the file meanwhile."""

    file: ClassVar[Path]
    """Below the home."""
    schema: ClassVar[str]
    """Statements that may be run again: of two processes that start at once, the second finds the tables made, and a
    file of an earlier version gains those it lacks."""
    version: ClassVar[int]
    what: ClassVar[str]
    """Its name in a fault's line."""

    def __init__(self, home: Path) -> None:
        self.path = home / self.file
        self._connection: sqlite3.Connection | None = None
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose writes are all on the disk afterwards, or none is.

        Raises:
            InputError: the file cannot be opened, read or written, or is of a later ecomintent.
        """
        with self._lock:
            try:
                if self._connection is None:
                    self._connection = self._open()
                with self._connection:
                    yield self._connection
            except (sqlite3.Error, OSError) as error:
                raise InputError(
                    f"{self.what} cannot be used ({error}); check who owns the folder, and its room",
                    where=str(self.path),
                ) from error

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        opened = sqlite3.connect(self.path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level="IMMEDIATE")
        # Digests of keys and redacted texts are nobody else's business.
        self.path.chmod(0o600)
        _write_ahead(opened)
        # Who was answered that something is kept does not send it again.
        opened.execute("PRAGMA synchronous = FULL")
        found = int(opened.execute("PRAGMA user_version").fetchone()[0])
        if found > self.version:
            opened.close()
            raise InputError(
                f"it has schema {found}, this ecomintent knows {self.version}; use the newer ecomintent",
                where=str(self.path),
            )
        if found < self.version:
            opened.executescript(f"BEGIN IMMEDIATE; {self.schema} PRAGMA user_version = {self.version}; COMMIT;")
        return opened


def _write_ahead(opened: sqlite3.Connection) -> None:
    """Ask until it is so: this statement does not wait where another process asks at the same moment."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not _is_ahead(opened, last=time.monotonic() >= deadline):
        time.sleep(AGAIN_SECONDS)


def _is_ahead(opened: sqlite3.Connection, *, last: bool) -> bool:
    try:
        opened.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError:
        if last:
            raise
        return False
    return True
