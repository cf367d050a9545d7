"""The prediction log: what the model answered and how surely, never to what; read and held to its suite."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent.data import validation
from ecomintent.data.findings import Warned
from ecomintent.errors import ValidationFailed
from ecomintent.labels.tables import Fault, Row, read_rows
from ecomintent.records import Refused

COLUMNS: Final = ("at", "ticket_id", "text_key", "length", "intent", "confidence", "model_version")
"""UTC time; the caller's id of the ticket or empty; `leakage.text_key` and characters of the text as the model saw
it; its answer; the probability of that; the version that gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogChecked:
    """What is right and wrong with a prediction log."""

    rows: int
    refused: tuple[Refused, ...]
    """Lines that may not be counted; without an excerpt, as a wrong line may hold a text."""
    warnings: tuple[Warned, ...]


def check_prediction_log(path: Path, suite: Path) -> LogChecked:
    """Hold the log at `path` (JSONL, CSV or Parquet) to the suite in the file `suite`.

    Raises:
        InputError: the file or the suite cannot be read.
        ValidationFailed: the log as a whole is not one, for instance because it has a column for the text.
    """
    import pandas as pd

    rules = validation.load_suite(suite)
    lines: list[int] = []
    rows: list[dict[str, Any]] = []
    refused: list[Refused] = []
    columns: dict[str, None] = {}
    for line, row in read_rows(path):
        if isinstance(row, Fault):
            refused.append(_refused(path, line, "", row.reason))
            continue
        columns |= dict.fromkeys(row)
        lines.append(line)
        rows.append(_typed(row))
    names = list(columns) if rows else list(COLUMNS)
    frame = pd.DataFrame({name: _column([row.get(name) for row in rows], name) for name in names})
    checked = validation.check(frame, rules, parameters={})
    if checked.stop:
        raise ValidationFailed(f"{path}: {checked.stop}")
    refused += [
        _refused(path, lines[at], str(rows[at].get("ticket_id") or ""), why) for at, why in checked.refused.items()
    ]
    ordered = tuple(sorted(refused, key=lambda one: one.line))
    return LogChecked(rows=len(rows) + len(refused) - len(checked.refused), refused=ordered, warnings=checked.warnings)


def _typed(row: Row) -> dict[str, Any]:
    return {**row, "length": _number(row.get("length"), int), "confidence": _number(row.get("confidence"), float)}


def _number(value: str | None, kind: type[int] | type[float]) -> int | float | None:
    try:
        number = kind(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _column(values: list[Any], name: str) -> Any:
    import pandas as pd

    # Named, because a column of nothing but gaps would take a type that no rule about texts can read.
    return pd.Series(values, dtype={"length": "Int64", "confidence": "float64"}.get(name, "str"))


def _refused(path: Path, line: int, ticket_id: str, reason: str) -> Refused:
    return Refused(file=path.name, line=line, ticket_id=ticket_id[:200], reason=reason, excerpt="")
