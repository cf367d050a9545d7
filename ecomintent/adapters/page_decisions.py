"""`serving.label_ports.Decisions`: decisions left at the status page, on disk until they are acted on."""

import json
from collections.abc import Sequence
from typing import Any, Final

from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.release.page_decisions import PageDecision, State

COLUMNS: Final = "version, weights, verdict_digest, turn, approved, person, reason, waivers, at, state, says, ended_at"


class StoredDecisions:
    """Those of one home, in the file of its pages."""

    def __init__(self, database: LabellingDatabase) -> None:
        self._database = database

    def put(self, decision: PageDecision) -> bool:
        """Keep one, on disk when this returns; False where another on this version waits, or this form came before.

        Raises:
            InputError: the database cannot be used; nothing was kept.
        """
        marks = ", ".join("?" * len(COLUMNS.split(", ")))
        with self._database.transaction() as connection:
            waits = connection.execute(
                "SELECT 1 FROM decisions WHERE version = ? AND state = ?", (decision.version, State.WAITS)
            ).fetchone()
            if waits:
                return False
            done = connection.execute(
                f"INSERT OR IGNORE INTO decisions ({COLUMNS}) VALUES ({marks})", _row(decision)
            ).rowcount
        return done == 1

    def latest(self) -> PageDecision | None:
        """The one that was given last; None before the first."""
        with self._database.transaction() as connection:
            row = connection.execute(f"SELECT {COLUMNS} FROM decisions ORDER BY position DESC LIMIT 1").fetchone()
        return _decision(row) if row else None

    def turns(self, version: str) -> int:
        """Decisions on a version so far."""
        with self._database.transaction() as connection:
            chosen = "SELECT count(*) FROM decisions WHERE version = ?"
            return int(connection.execute(chosen, (version,)).fetchone()[0])

    def waiting(self) -> Sequence[tuple[int, PageDecision]]:
        """Those to act on with their positions, oldest first."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                f"SELECT position, {COLUMNS} FROM decisions WHERE state = ? ORDER BY position", (State.WAITS,)
            ).fetchall()
        return [(row[0], _decision(row[1:])) for row in rows]

    def begin(self, position: int, events: int) -> int:
        """Note before anything is done how long the history is; what was noted at the first try."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE decisions SET begun = ? WHERE position = ? AND begun IS NULL", (events, position)
            )
            row = connection.execute("SELECT begun FROM decisions WHERE position = ?", (position,)).fetchone()
        return int(row[0])

    def tell(self, position: int, state: State, says: str, at: str) -> None:
        """Say what came of one; what has ended stays as it is.

        Args:
            state: WAITS where it has to be tried again.
        """
        ended = "" if state is State.WAITS else at
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE decisions SET state = ?, says = ?, ended_at = ? WHERE position = ? AND state = ?",
                (state, says, ended, position, State.WAITS),
            )


def _row(decision: PageDecision) -> tuple[Any, ...]:
    told = {name: getattr(decision, name) for name in COLUMNS.split(", ")}
    told["waivers"] = json.dumps(dict(decision.waivers), ensure_ascii=False)
    return tuple(told.values())


def _decision(row: Sequence[Any]) -> PageDecision:
    told = dict(zip(COLUMNS.split(", "), row, strict=True))
    told |= {"approved": bool(told["approved"]), "waivers": json.loads(told["waivers"]), "state": State(told["state"])}
    return PageDecision(**told)
