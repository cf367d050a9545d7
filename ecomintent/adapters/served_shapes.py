"""What was counted of served tickets, by day and version (`watch.shapes`), and how the blind audit judged a version."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.corrected import Answered

COUNT: Final = """
INSERT INTO shapes VALUES (?, ?, ?, ?, ?) ON CONFLICT (day, version, kind, bin) DO UPDATE SET
    tickets = tickets + excluded.tickets
"""
LAST_SAID: Final = """
SELECT substr(at, 1, 10), sum(intent <> predicted), count(*) FROM corrections WHERE position IN (
    SELECT max(position) FROM corrections WHERE state <> 'undone' AND blind AND version = ? GROUP BY ticket_id)
AND predicted <> '' GROUP BY 1
"""
"""The answer that was given last on each ticket of the audit."""

Shapes = dict[str, dict[str, dict[str, int]]]
"""Day -> kind -> bin -> tickets."""


def count(connection: sqlite3.Connection, answered: Sequence[Answered]) -> None:
    """Add tickets to the counts of their days."""
    counted = Counter(
        (one.day, one.version, kind, where) for one in answered for kind, where in one.shape.items() if one.version
    )
    connection.executemany(COUNT, [(*key, tickets) for key, tickets in sorted(counted.items())])


class ServedShapes:
    """Those of one home; where no server ever counted there, none."""

    def __init__(self, home: Path) -> None:
        self._database = LabellingDatabase(home)

    def days(self, version: str) -> Shapes:
        """What `version` answered.

        Raises:
            InputError: the database cannot be used.
        """
        found: Shapes = {}
        for day, kind, where, tickets in self._rows(
            "SELECT day, kind, bin, tickets FROM shapes WHERE version = ?", version
        ):
            found.setdefault(day, {}).setdefault(kind, {})[where] = tickets
        return found

    def audited(self, version: str) -> dict[str, tuple[int, int]]:
        """Day -> (wrong, labelled) tickets of the audit that `version` answered, by the day of the label."""
        return {day: (wrong, n) for day, wrong, n in self._rows(LAST_SAID, version)}

    def _rows(self, chosen: str, version: str) -> list[tuple[Any, ...]]:
        if not self._database.path.is_file():
            return []
        with self._database.transaction() as connection:
            return connection.execute(chosen, (version,)).fetchall()
