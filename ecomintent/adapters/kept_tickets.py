"""`serving.ports.Tickets`: the tickets that wait for a person, and how many were classified. Capped, expiring."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from ecomintent.adapters import served_shapes
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.corrected import Answered, DayVolume, KeptTicket, Why

MOST: Final = 2_000
"""Tickets of the audit, and as many others; the oldest give way."""
TICKET_DAYS: Final = 30
"""A customer who asks to be forgotten is not found by a redacted text."""
COUNT_DAYS: Final = 400
SHOWN_SECONDS: Final = 120
"""For so long a ticket that one person looks at is offered to others last."""

COLUMNS: Final = "ticket_id, at, text, low, disagreement, blind, intent, confidence, version, candidate_intent"
FILTERS: Final[Mapping[str, str]] = {
    "all": "1",
    Why.LOW.value: "low AND NOT blind",
    Why.DISAGREEMENT.value: "disagreement AND NOT blind",
    Why.BLIND.value: "blind",
}
KEEP: Final = f"""
INSERT INTO tickets ({COLUMNS}, answered, shown_to, shown_at)
SELECT :ticket_id, :at, :text, :low, :disagreement, :blind, :intent, :confidence, :version, :candidate_intent, 0, '', ''
WHERE :blind OR NOT EXISTS (
    SELECT 1 FROM tickets WHERE text = :text AND ticket_id <> :ticket_id AND NOT answered AND NOT blind)
ON CONFLICT (ticket_id) DO UPDATE SET low = max(low, excluded.low), disagreement = max(disagreement,
    excluded.disagreement), candidate_intent = max(candidate_intent, excluded.candidate_intent)
"""
"""Words that wait already are not kept twice, but for the audit: there every ticket counts."""
COUNT: Final = """
INSERT INTO volume VALUES (?, ?, ?, 1, ?) ON CONFLICT (day, intent, level) DO UPDATE SET
    tickets = tickets + 1, confidence = confidence + excluded.confidence
"""
FIRST: Final = "(disagreement OR blind)"
"""What champion and candidate differ on teaches most, and the audit must not wait behind it: before what is unsure."""
BEHIND: Final = 1_000_000_000_000
PLACE: Final = f"position + {BEHIND} * NOT {FIRST}"
"""Where a ticket stands in the queue, for people who go on from one to the next."""
NEXT: Final = f"""
SELECT {COLUMNS}, {PLACE} AS place FROM tickets WHERE NOT answered AND text <> '' AND {{which}}
ORDER BY place <= :after AND NOT ({FIRST} AND shown_to = ''), shown_at > :lately AND shown_to <> :person, place LIMIT 1
"""
"""A disagreement nobody has seen yet comes next, also to somebody who is among the unsure ones already."""
QUEUE: Final = f"""
SELECT {COLUMNS} FROM tickets WHERE NOT answered AND NOT blind AND text <> ''
ORDER BY NOT disagreement, CASE WHEN disagreement THEN 0 ELSE confidence END, position LIMIT ?
"""


class StoredTickets:
    """Those of one home."""

    def __init__(self, database: LabellingDatabase) -> None:
        self._database = database

    def add(self, kept: Sequence[KeptTicket], answered: Sequence[Answered], now: str) -> None:
        """Keep tickets and count answers, in one transaction; a ticket that is known gains reasons, and keeps the rest.

        Raises:
            InputError: the database cannot be used.
        """
        with self._database.transaction() as connection:
            connection.executemany(KEEP, [_row(ticket) for ticket in kept])
            connection.executemany(COUNT, [(one.day, one.intent, one.level, one.confidence) for one in answered])
            served_shapes.count(connection, answered)
            if kept:
                _forget(connection, now)

    def next(self, which: str, *, after: int, person: str, now: str) -> tuple[KeptTicket, int] | None:
        """The next open ticket of a filter and its place; from the first on again behind the last.

        Disagreements come first, the audit's tickets in their turn among them, then unsure ones.

        Raises:
            InputError: the database cannot be used.
        """
        lately = _before(now, seconds=SHOWN_SECONDS)
        with self._database.transaction() as connection:
            given = {"after": after, "person": person, "lately": lately}
            row = connection.execute(NEXT.format(which=FILTERS[which]), given).fetchone()
            if row is None:
                return None
            connection.execute(
                "UPDATE tickets SET shown_to = ?, shown_at = ? WHERE ticket_id = ?", (person, now, row[0])
            )
        return _ticket(row), row[-1]

    def queue(self, most: int) -> Sequence[KeptTicket]:
        """Open tickets to label elsewhere: disagreements by age, then unsure ones, the least sure first.

        The audit's are not among them: their answers count only where nobody was shown a prediction.
        """
        with self._database.transaction() as connection:
            return [_ticket(row) for row in connection.execute(QUEUE, (most,)).fetchall()]

    def find(self, ticket_id: str) -> KeptTicket | None:
        """A ticket that is kept, answered or not."""
        with self._database.transaction() as connection:
            row = connection.execute(f"SELECT {COLUMNS} FROM tickets WHERE ticket_id = ?", (ticket_id,)).fetchone()
        return _ticket(row) if row else None

    def open(self) -> dict[str, int]:
        """Filter -> tickets that wait."""
        with self._database.transaction() as connection:
            return {
                name: int(
                    connection.execute(f"SELECT count(*) FROM tickets WHERE NOT answered AND {which}").fetchone()[0]
                )
                for name, which in FILTERS.items()
            }

    def volume(self, since: str) -> Sequence[DayVolume]:
        """What was classified from day `since` on."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT day, intent, level, tickets, confidence / tickets FROM volume WHERE day >= ? "
                "ORDER BY day, intent, level",
                (since,),
            ).fetchall()
        return [DayVolume(day=r[0], intent=r[1], level=r[2], tickets=r[3], confidence=r[4]) for r in rows]

    def drawn(self, since: str) -> int:
        """Tickets of the audit since then that are still known."""
        with self._database.transaction() as connection:
            chosen = "SELECT count(*) FROM tickets WHERE blind AND at >= ?"
            return int(connection.execute(chosen, (since,)).fetchone()[0])


def _row(ticket: KeptTicket) -> dict[str, object]:
    names = ("ticket_id", "at", "text", "intent", "confidence", "version", "candidate_intent")
    return {name: getattr(ticket, name) for name in names} | {why.value: int(why in ticket.why) for why in Why}


def _ticket(row: Sequence[object]) -> KeptTicket:
    told = dict(zip(COLUMNS.split(", "), row, strict=False))
    why = frozenset(why for why in Why if told.pop(why.value))
    return KeptTicket(**told, why=why)  # type: ignore[arg-type]


def _forget(connection: sqlite3.Connection, now: str) -> None:
    days = (_before(now, days=TICKET_DAYS), _before(now, days=COUNT_DAYS)[:10])
    connection.execute("DELETE FROM tickets WHERE at < ?", days[:1])
    for counts in ("volume", "shapes"):
        connection.execute(f"DELETE FROM {counts} WHERE day < ?", days[1:])
    for blind in (0, 1):
        connection.execute(
            "DELETE FROM tickets WHERE blind = :blind AND position <= (SELECT position FROM tickets WHERE blind = "
            ":blind ORDER BY position DESC LIMIT 1 OFFSET :most)",
            {"blind": blind, "most": MOST},
        )


def _before(now: str, *, days: float = 0, seconds: float = 0) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days, seconds=seconds)).isoformat(timespec="seconds")
