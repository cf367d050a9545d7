"""Which rows of snapshot, base corpus and frozen set may go on: the suites applied, and the rules between tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from ecomintent.data import settling, snapshot, validation
from ecomintent.data.findings import Checked, Suite, Warned
from ecomintent.data.leakage import text_key
from ecomintent.data.settling import Weights
from ecomintent.errors import ValidationFailed
from ecomintent.records import Correction
from ecomintent.taxonomy import NAMES

SUPERSEDED: Final = "A correction of the same ticket that is not older was refused."


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """How the rows of the two training-side tables were sorted."""

    corrections: Checked
    corpus: Checked
    warnings: tuple[Warned, ...]
    """Of all three suites; the frozen set's first."""


def admit(corrections: Any, corpus: Any, frozen: Any, suites: Mapping[str, Suite], weights: Weights) -> Admitted:
    """Check the three tables, the frozen set first: it says what the others may not hold.

    Args:
        corrections: Arrow table, like the two others with those of its columns that the file has.
        suites: by name: corrections, corpus, frozen.
        weights: as `prepare` will use them: what has none cannot contradict what has some.
    Raises:
        ValidationFailed: a table may not be used, or an intent has no ticket left to learn from.
    """
    frozen_keys = _keys(frozen)
    frozen_frame = frozen.to_pandas().assign(text_key=frozen_keys)
    warned = validation.require(frozen_frame, suites["frozen"], parameters={})
    parameters = {"frozen_keys": sorted({key for key in frozen_keys if key})}

    rows = [_readable(row) for row in corrections.to_pylist()]
    frame = corrections.to_pandas().assign(
        text_key=_keys(corrections),
        time_readable=[_is_time(row.get("created_at")) for row in corrections.to_pylist()],
        label_conflict=settling.conflicts(rows, weights),
    )
    checked = validation.check(frame, suites["corrections"], parameters=parameters)
    checked = _without_superseded(checked, corrections.to_pylist(), weights)

    corpus_frame = corpus.to_pandas().assign(text_key=_keys(corpus))
    base = validation.check(corpus_frame, suites["corpus"], parameters=parameters)

    kept = [rows[position] for position in checked.kept]
    labels = corpus["intent"].to_pylist()
    learnable = {labels[position] for position in base.kept}
    learnable |= {row.intent for row in (kept[at] for at in settling.counting(kept, weights)) if row}
    _stop_without_tickets([name for name in NAMES if name not in learnable])
    return Admitted(corrections=checked, corpus=base, warnings=(*warned, *checked.warnings, *base.warnings))


def _keys(table: Any) -> list[str | None]:
    """A key for every text that is there."""
    if "text" not in table.schema.names:
        return [None] * int(table.num_rows)
    return [None if text is None else text_key(text) for text in table["text"].to_pylist()]


def _readable(row: dict[str, str | None]) -> Correction | None:
    """The row as a correction, or None where something is absent or unreadable that settling needs."""
    if not all(row.get(name) for name in ("ticket_id", "text", "intent")) or not _is_time(row.get("created_at")):
        return None
    try:
        return snapshot.from_row({name: row.get(name) for name in snapshot.COLUMNS})
    except ValueError:
        return None


def _is_time(created_at: str | None) -> bool:
    try:
        settling.instant(created_at or "")
    except ValueError:
        return False
    return True


def _without_superseded(checked: Checked, rows: Sequence[dict[str, str | None]], weights: Weights) -> Checked:
    """Refuse what only a refused correction had superseded: its label was withdrawn and must not come back."""
    newest: dict[str, float] = {}
    for position in checked.refused:
        ticket, time = _ticket_and_time(rows[position], unknown=math.inf)
        if ticket and weights.get(rows[position].get("provenance") or "", 1) > 0:
            newest[ticket] = max(newest.get(ticket, time), time)
    again = set()
    for position in checked.kept:
        ticket, time = _ticket_and_time(rows[position], unknown=-math.inf)
        if time <= newest.get(ticket, -math.inf) and ticket in newest:
            again.add(position)
    return replace(
        checked,
        kept=tuple(position for position in checked.kept if position not in again),
        refused=dict(sorted({**checked.refused, **dict.fromkeys(again, SUPERSEDED)}.items())),
    )


def _ticket_and_time(row: dict[str, str | None], *, unknown: float) -> tuple[str, float]:
    created_at = row.get("created_at") or ""
    known = bool(created_at) and _is_time(created_at)
    return row.get("ticket_id") or "", settling.instant(created_at) if known else unknown


def _stop_without_tickets(intents: Sequence[str]) -> None:
    if intents:
        raise ValidationFailed(
            f"there is no ticket for {', '.join(intents)}, neither in the base corpus nor among the corrections; "
            "a model cannot learn what it never sees: add tickets and import again"
        )
