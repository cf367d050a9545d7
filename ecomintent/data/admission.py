"""Which rows of snapshot, base corpus and frozen set may go on: the suites applied, and the rules between tables."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from ecomintent.data import settling, snapshot, trainable, validation
from ecomintent.data.drift import Mix
from ecomintent.data.findings import Checked, Suite, Warned
from ecomintent.data.leakage import text_key
from ecomintent.data.settling import Weights
from ecomintent.data.trainable import Trainable
from ecomintent.params import PrepareParams
from ecomintent.records import Correction
from ecomintent.taxonomy import NAMES

SUPERSEDED: Final = "A correction of the same ticket that is not older was refused."

MOST: Final = 0.9
"""The time that this share of the corrections is not later than says what `time_ahead` is measured from."""
YEAR_SECONDS: Final = 366 * 24 * 60 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """How the rows of the two training-side tables were sorted, and whether what is left may be learned from."""

    checked: dict[str, Checked]
    """By suite: frozen, corrections, corpus; snapshot only where none of them stops the run."""
    training: Trainable | None
    """None where a table stops the run."""
    stop: str
    """Why nothing may be learned, in one line; empty where it may."""

    @property
    def warnings(self) -> tuple[Warned, ...]:
        """Of all suites, in their order."""
        return tuple(warned for checked in self.checked.values() for warned in checked.warnings)


def admit(tables: Mapping[str, Any], suites: Mapping[str, Suite], prepare: PrepareParams, last_mix: Mix) -> Admitted:
    """Check the three tables, the frozen set first: it says what the others may not hold. Then what will train.

    Args:
        tables: by name (frozen, corrections, corpus), Arrow, with those of its columns that the file has.
        suites: by name: frozen, corrections, corpus, snapshot.
        prepare: as the next stage will use them: what has no weight cannot contradict what has some.
        last_mix: of the snapshot the champion learned from; empty where there is none.
    """
    weights = prepare.provenance_weights
    frozen_keys = _keys(tables["frozen"])
    frozen = validation.require(_with_keys(tables["frozen"], frozen_keys), suites["frozen"], parameters={})
    parameters = {"frozen_keys": sorted({key for key in frozen_keys if key})}

    listed = tables["corrections"].to_pylist()
    rows = [_readable(row) for row in listed]
    corrections = validation.check(
        _corrections_frame(tables["corrections"], listed, rows, weights), suites["corrections"], parameters=parameters
    )
    corrections = _without_superseded(corrections, listed, weights)
    corpus_frame = _with_keys(tables["corpus"], _keys(tables["corpus"]))
    corpus = validation.check(corpus_frame, suites["corpus"], parameters=parameters)
    checked = {"frozen": frozen, "corrections": corrections, "corpus": corpus}
    stop = next((each.stop for each in checked.values() if each.stop), "")
    if stop:
        return Admitted(checked=checked, training=None, stop=stop)

    base = tables["corpus"].to_pylist()
    training = trainable.gather(
        [rows[position] for position in corrections.kept],
        [base[position] for position in corpus.kept],
        weights=weights,
        corpus_weight=prepare.corpus_weight,
        last_mix=last_mix,
    )
    checked["snapshot"] = validation.require(training.frame(), suites["snapshot"], parameters={})
    return Admitted(checked=checked, training=training, stop=_without_tickets(training) or checked["snapshot"].stop)


def _corrections_frame(
    table: Any, listed: Sequence[dict[str, str | None]], rows: Sequence[Correction | None], weights: Weights
) -> Any:
    times = [row.get("created_at") or "" for row in listed]
    moments = [settling.instant(time) if _is_time(time) else settling.UNKNOWN for time in times]
    latest = _ahead_of([moment for moment in moments if moment > settling.UNKNOWN])
    seen: set[tuple[str | None, ...]] = set()
    repeated = []
    for row in listed:
        content = tuple(row.values())
        repeated.append(content in seen)
        seen.add(content)
    return _with_keys(table, _keys(table)).assign(
        time_readable=[_is_time(row.get("created_at")) for row in listed],
        year=_integers([_year(row.get("created_at")) for row in listed]),
        time_ahead=[moment > latest for moment in moments],
        repeated=repeated,
        label_conflict=settling.conflicts(rows, weights),
    )


def _ahead_of(moments: Sequence[float]) -> float:
    """What a time may not pass without being told: a year after nine in ten of all; a stage knows no today."""
    if not moments:
        return math.inf
    return sorted(moments)[math.ceil(MOST * len(moments)) - 1] + YEAR_SECONDS


def _year(created_at: str | None) -> int | None:
    return datetime.fromisoformat(created_at).year if created_at and _is_time(created_at) else None


def _integers(values: Sequence[int | None]) -> Any:
    import pandas as pd

    return pd.array(values, dtype="Int64")


def _with_keys(table: Any, keys: Sequence[str | None]) -> Any:
    return table.to_pandas().assign(text_key=list(keys))


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
    newest: dict[tuple[str, ...], float] = {}
    for position in checked.refused:
        ticket, time = _ticket_and_time(rows[position], unknown=math.inf)
        if ticket[-1] and weights.get(rows[position].get("provenance") or "", 1) > 0:
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


def _ticket_and_time(row: dict[str, str | None], *, unknown: float) -> tuple[tuple[str, ...], float]:
    created_at = row.get("created_at") or ""
    known = bool(created_at) and _is_time(created_at)
    ticket = tuple(row.get(name) or "" for name in ("source", "account", "ticket_id"))
    return ticket, settling.instant(created_at) if known else unknown


def _without_tickets(training: Trainable) -> str:
    learnable = training.counts()["intents"]
    missing = [name for name in NAMES if name not in learnable]
    if not missing:
        return ""
    return (
        f"there is no ticket for {', '.join(missing)}, neither in the base corpus nor among the corrections; "
        "a model cannot learn what it never sees: add tickets and import again"
    )
