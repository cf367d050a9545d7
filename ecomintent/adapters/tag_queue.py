"""`tagging.records.Queue` as one small SQLite file in the home: numbers of tickets, never a word of them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import filelock

from ecomintent.adapters.tag_database import TagDatabase
from ecomintent.errors import AlreadyRunning
from ecomintent.tagging.records import Job, Letter, Outcome

DAY_SECONDS: Final = 86_400.0
KEPT_DAYS: Final = 60
"""Finished tickets; twice as long as a ticket is young enough to be tagged."""
AGAIN: Final = (Outcome.EMPTY.value, Outcome.GONE.value)
"""Ends that the next event takes back; nothing was written at them, so none of them is our own echo."""


class TagQueue:
    """One home's."""

    def __init__(self, home: Path) -> None:
        database = TagDatabase(home)
        self.path, self._transaction = database.path, database.transaction

    def take(self, account: str, ticket: str, now: float) -> bool:
        """As the port says. When it returns, the event outlives this machine's power."""
        new = (account, ticket, now, now)
        with self._transaction() as connection:
            # Before the question and not only before the answer: another process may take the same ticket.
            connection.execute("BEGIN IMMEDIATE")
            was = connection.execute(
                "SELECT state, outcome FROM tickets WHERE account = ? AND ticket = ?", (account, ticket)
            ).fetchone()
            if was is None:
                connection.execute("INSERT INTO tickets VALUES (?, ?, 'waiting', '', '', '', '', 0, 1, ?, ?, 0)", new)
                return True
            back = was[0] == "done" and was[1] in AGAIN
            connection.execute("UPDATE tickets SET events = events + 1 WHERE account = ? AND ticket = ?", new[:2])
            if back:
                self._wait_again(connection, account, ticket, now)
            return back

    def due(self, account: str, now: float) -> Job | None:
        """As the port says."""
        with self._transaction() as connection:
            row = connection.execute(
                "SELECT ticket, planned, wrote, attempts, events, queued_at FROM tickets WHERE state = 'waiting' "
                "AND account = ? AND due_at <= ? ORDER BY due_at, queued_at LIMIT 1",
                (account, now),
            ).fetchone()
        if row is None:
            return None
        names = ("ticket", "planned", "wrote", "attempts", "events", "queued_at")
        return Job(account=account, **dict(zip(names, row, strict=True)))

    def plan(self, job: Job, intent: str) -> None:
        """As the port says."""
        self._update(job, "planned = ?", intent)

    def done(self, job: Job, outcome: Outcome, word: str, now: float) -> None:
        """As the port says; lets go of what was finished long ago."""
        # An event that came while the ticket was read may tell of what was not there yet.
        missed = "events <> ?" if outcome in AGAIN else "? < 0"
        with self._transaction() as connection:
            connection.execute(
                "UPDATE tickets SET outcome = ?, wrote = ?, planned = '', reason = '', ended_at = ?, "
                f"state = CASE WHEN {missed} THEN 'waiting' ELSE 'done' END WHERE account = ? AND ticket = ?",
                (outcome.value, word, now, job.events, job.account, job.ticket),
            )
            connection.execute(
                "DELETE FROM tickets WHERE state = 'done' AND ended_at < ?", (now - KEPT_DAYS * DAY_SECONDS,)
            )

    def later(self, job: Job, reason: str, when: float) -> None:
        """As the port says."""
        self._update(job, "attempts = attempts + 1, reason = ?, due_at = ?", reason, when)

    def bury(self, job: Job, reason: str, now: float) -> None:
        """As the port says."""
        self._update(job, "state = 'dead', attempts = attempts + 1, reason = ?, ended_at = ?", reason, now)

    def expire(self, account: str, before: float, reason: str, now: float) -> int:
        """As the port says."""
        with self._transaction() as connection:
            return connection.execute(
                "UPDATE tickets SET state = 'dead', reason = ?, ended_at = ? "
                "WHERE state = 'waiting' AND account = ? AND queued_at < ?",
                (reason, now, account, before),
            ).rowcount

    def counts(self) -> dict[str, dict[str, int]]:
        """Account -> state or outcome -> tickets."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT account, CASE state WHEN 'done' THEN outcome ELSE state END AS how, count(*) FROM tickets "
                "GROUP BY account, how ORDER BY account, how"
            ).fetchall()
        found: dict[str, dict[str, int]] = {}
        for account, how, number in rows:
            found.setdefault(account, {})[how] = number
        return found

    def dead(self, most: int) -> list[Letter]:
        """Dead letters, the newest first."""
        with self._transaction() as connection:
            rows = connection.execute(
                "SELECT account, ticket, reason, attempts, ended_at FROM tickets WHERE state = 'dead' "
                "ORDER BY ended_at DESC LIMIT ?",
                (most,),
            ).fetchall()
        return [Letter(account=r[0], ticket=r[1], reason=r[2], attempts=r[3], died_at=r[4]) for r in rows]

    def repeat_dead(self, account: str, now: float) -> int:
        """Let every dead letter wait again, of one account or (empty) of all; how many."""
        with self._transaction() as connection:
            return connection.execute(
                "UPDATE tickets SET state = 'waiting', attempts = 0, queued_at = ?, due_at = ? "
                "WHERE state = 'dead' AND (? = '' OR account = ?)",
                (now, now, account, account),
            ).rowcount

    def repeat(self, account: str, ticket: str, now: float) -> bool:
        """Let one ticket wait again, whatever became of it; False where it is not known."""
        with self._transaction() as connection:
            return self._wait_again(connection, account, ticket, now)

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Be the only process that works from this queue; the system lets go of it when the process dies.

        Raises:
            AlreadyRunning: another one does.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(self.path.with_name("tagging.lock"), timeout=0)
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise AlreadyRunning(
                f"another process tags from {self.path}; it does so while `ecomintent serve` runs"
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _wait_again(self, connection: sqlite3.Connection, account: str, ticket: str, now: float) -> bool:
        changed = connection.execute(
            "UPDATE tickets SET state = 'waiting', attempts = 0, queued_at = ?, due_at = ? "
            "WHERE account = ? AND ticket = ?",
            (now, now, account, ticket),
        )
        return changed.rowcount > 0

    def _update(self, job: Job, what: str, *values: object) -> None:
        with self._transaction() as connection:
            connection.execute(
                f"UPDATE tickets SET {what} WHERE account = ? AND ticket = ?", (*values, job.account, job.ticket)
            )
