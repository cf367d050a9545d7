"""`serving.ports.Outbox`: corrections that were accepted, until the label store has them. On disk before any answer."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any, Final

from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.corrected import Channel, Given, Judged

HELD, DUE, STORED, UNDONE = "held", "due", "stored", "undone"
COLUMNS: Final = ", ".join(field.name for field in fields(Given))
SAID: Final = ("ticket_id", "text", "intent", "predicted", "agent")
"""What must be the same for a correction that is sent again."""
KEPT_DAYS: Final = 400


class StoredOutbox:
    """Those of one home. A correction is `held` while it may be undone, then `due`, then `stored`."""

    def __init__(self, database: LabellingDatabase) -> None:
        self._database = database

    def give(self, given: Given, *, now: str, held_seconds: float) -> bool | None:
        """Take one in, on disk when this returns.

        Returns:
            True: new. False: the same was known. None: this event id was used for another correction.
        Raises:
            InputError: the database cannot be used; nothing was taken.
        """
        said = _said(given)
        until = (datetime.fromisoformat(now) + timedelta(seconds=held_seconds)).isoformat(timespec="seconds")
        values = {**asdict(given), "said": said, "state": HELD if held_seconds else DUE, "held_until": until}
        with self._database.transaction() as connection:
            # From here on nobody else writes: another server of this home may be given the same event now.
            connection.execute("BEGIN IMMEDIATE")
            known = connection.execute(
                "SELECT said FROM corrections WHERE channel = ? AND event_id = ?", (given.channel, given.event_id)
            ).fetchone()
            if known:
                return False if known[0] == said else None
            marks = ", ".join(f":{name}" for name in values)
            connection.execute(f"INSERT INTO corrections ({', '.join(values)}) VALUES ({marks})", values)
            connection.execute(
                # An API's correction of an audited ticket says nothing of what its sender had seen.
                "UPDATE tickets SET answered = 1 WHERE ticket_id = ? AND (NOT blind OR ?)",
                (given.ticket_id, given.blind),
            )
        return True

    def undo(self, agent: str) -> tuple[str, bool] | None:
        """Open the ticket again that `agent` answered last at the page.

        Returns:
            Its id, and whether the label store already has the answer (the next one then counts in its place);
            None where there is none to undo.
        """
        with self._database.transaction() as connection:
            connection.execute("BEGIN IMMEDIATE")
            row = connection.execute(
                "SELECT c.position, c.ticket_id, c.state FROM corrections c JOIN tickets t USING (ticket_id) "
                "WHERE c.agent = ? AND c.channel = ? AND c.state <> ? AND t.answered ORDER BY c.position DESC LIMIT 1",
                (agent, Channel.PAGE, UNDONE),
            ).fetchone()
            if row is None:
                return None
            position, ticket_id, state = row
            connection.execute(
                "UPDATE corrections SET state = ? WHERE position = ? AND state = ?", (UNDONE, position, HELD)
            )
            connection.execute("UPDATE tickets SET answered = 0 WHERE ticket_id = ?", (ticket_id,))
        return ticket_id, state != HELD

    def due(self, now: str, *, everything: bool, most: int) -> Sequence[tuple[int, Given]]:
        """Those to hand on, oldest first; none of them can be undone from here on.

        Args:
            everything: also those that are still held.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE corrections SET state = ? WHERE state = ? AND (held_until <= ? OR ?)",
                (DUE, HELD, now, everything),
            )
            rows = connection.execute(
                f"SELECT position, {COLUMNS} FROM corrections WHERE state = ? ORDER BY position LIMIT ?", (DUE, most)
            ).fetchall()
        return [(row[0], _given(row[1:])) for row in rows]

    def stored(self, positions: Sequence[int], now: str) -> None:
        """The label store has these: their text need not be kept here, and very old ones not at all."""
        oldest = (datetime.fromisoformat(now) - timedelta(days=KEPT_DAYS)).isoformat(timespec="seconds")
        with self._database.transaction() as connection:
            connection.executemany(
                "UPDATE corrections SET state = ?, text = '' WHERE position = ?", [(STORED, one) for one in positions]
            )
            connection.execute("DELETE FROM corrections WHERE state IN (?, ?) AND at < ?", (STORED, UNDONE, oldest))

    def turns(self, ticket_id: str) -> int:
        """How often the ticket was answered at the page, undone answers included."""
        with self._database.transaction() as connection:
            chosen = "SELECT count(*) FROM corrections WHERE ticket_id = ? AND channel = ?"
            return int(connection.execute(chosen, (ticket_id, Channel.PAGE)).fetchone()[0])

    def waiting(self) -> int:
        """Corrections that the label store does not have yet."""
        with self._database.transaction() as connection:
            chosen = "SELECT count(*) FROM corrections WHERE state IN (?, ?)"
            return int(connection.execute(chosen, (HELD, DUE)).fetchone()[0])

    def given_by(self, agent: str, since: str) -> int:
        """Tickets that `agent` answered at the page since then."""
        chosen = (
            "SELECT count(DISTINCT ticket_id) FROM corrections "
            "WHERE agent = ? AND channel = ? AND at >= ? AND state <> ?"
        )
        with self._database.transaction() as connection:
            return int(connection.execute(chosen, (agent, Channel.PAGE, since, UNDONE)).fetchone()[0])

    def judged(self, since: str) -> Sequence[Judged]:
        """Tickets by what was predicted and what a person said last, where both are known."""
        chosen = (
            "SELECT predicted, intent, blind, count(*) FROM corrections WHERE position IN (SELECT max(position) FROM "
            "corrections WHERE state <> ? AND at >= ? GROUP BY ticket_id) AND predicted <> '' GROUP BY 1, 2, 3 "
            "ORDER BY 1, 2, 3"
        )
        with self._database.transaction() as connection:
            rows = connection.execute(chosen, (UNDONE, since)).fetchall()
        return [Judged(predicted=r[0], intent=r[1], blind=bool(r[2]), tickets=r[3]) for r in rows]


def _said(given: Given) -> str:
    content = json.dumps([getattr(given, name) for name in SAID])
    return hashlib.sha256(content.encode("ascii")).hexdigest()


def _given(row: Sequence[Any]) -> Given:
    told = dict(zip(COLUMNS.split(", "), row, strict=True))
    told |= {"channel": Channel(told["channel"]), "shown": bool(told["shown"]), "blind": bool(told["blind"])}
    return Given(**told)
