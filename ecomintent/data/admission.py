"""Which rows of snapshot, base corpus and frozen set may go on: the suites applied, and the rules between tables."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from ecomintent.data import facts, settling, trainable, validation
from ecomintent.data.drift import Mix
from ecomintent.data.facts import NO_YEAR, UNKNOWN, Facts, Keys, hex_of
from ecomintent.data.findings import Checked, Suite, Warned
from ecomintent.data.parquet import Rows
from ecomintent.data.picked import ties
from ecomintent.data.settling import Weights
from ecomintent.data.trainable import Kept, Trainable
from ecomintent.params import PrepareParams
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A table with its text keys and more columns that its suite asks about."""

    rows: Rows
    keys: Keys
    more: Mapping[str, Any] = field(default_factory=dict)
    """Column -> (n,) values."""

    @property
    def num_rows(self) -> int:
        return self.rows.num_rows

    def frames(self) -> Iterator[Any]:
        """Frames of the table's columns and ours, indexed by position."""
        import pandas as pd

        start = 0
        for batch in self.rows.batches():
            stop = start + batch.num_rows
            frame = batch.to_pandas().set_index(pd.RangeIndex(start, stop))
            there = frame["text"].notna() if "text" in frame.columns else [False] * len(frame)
            written = zip(hex_of(self.keys[start:stop]), there, strict=True)
            keys = pd.Series([key if is_there else None for key, is_there in written], dtype="str", index=frame.index)
            yield frame.assign(text_key=keys, **{name: values[start:stop] for name, values in self.more.items()})
            start = stop


def admit(tables: Mapping[str, Rows], suites: Mapping[str, Suite], prepare: PrepareParams, last_mix: Mix) -> Admitted:
    """Check the three tables, the frozen set first: it says what the others may not hold. Then what will train.

    Args:
        tables: by name (frozen, corrections, corpus), with those of their columns that the files have.
        suites: by name: frozen, corrections, corpus, snapshot.
        prepare: as the next stage will use them: what has no weight cannot contradict what has some.
        last_mix: of the snapshot the champion learned from; empty where there is none.
    """
    weights = prepare.provenance_weights
    sealed = _Told(rows=tables["frozen"], keys=facts.gathered(tables["frozen"].batches()).key)
    frozen = validation.require(sealed, suites["frozen"], parameters={})
    held = {key for frame in sealed.frames() for key in frame["text_key"].dropna()}
    parameters = {"frozen_keys": sorted(held)}

    known = {name: facts.gathered(tables[name].batches()) for name in ("corrections", "corpus")}
    corrections = validation.check(
        _corrections(tables["corrections"], known["corrections"], weights), suites["corrections"], parameters=parameters
    )
    corrections = _without_superseded(corrections, known["corrections"], weights)
    base = _Told(rows=tables["corpus"], keys=known["corpus"].key)
    corpus = validation.check(base, suites["corpus"], parameters=parameters)
    checked = {"frozen": frozen, "corrections": corrections, "corpus": corpus}
    stop = next((each.stop for each in checked.values() if each.stop), "")
    if stop:
        return Admitted(checked=checked, training=None, stop=stop)

    training = trainable.gather(
        *(Kept(rows=tables[name], facts=known[name], kept=checked[name].kept) for name in known),
        weights=weights,
        corpus_weight=prepare.corpus_weight,
        last_mix=last_mix,
    )
    known.clear()  # what is known of each row has served; on millions it is a tenth of the memory
    checked["snapshot"] = validation.require(training, suites["snapshot"], parameters={})
    return Admitted(checked=checked, training=training, stop=_without_tickets(training) or checked["snapshot"].stop)


def _corrections(rows: Rows, known: Facts, weights: Weights) -> _Told:
    import pandas as pd

    conflict = np.zeros(rows.num_rows, dtype=np.bool_)
    held = settling.weighed(known, weights)
    counting = settling.latest(known, known.readable & (held > 0), lambda positions: ties(rows, positions))
    conflict[settling.disputed(known, counting, held)] = True
    return _Told(
        rows=rows,
        keys=known.key,
        more={
            "time_readable": known.timed,
            "year": pd.arrays.IntegerArray(known.year.astype(np.int64), known.year == NO_YEAR),
            "time_ahead": known.moment > _ahead_of(known.moment[known.has_time]),
            "repeated": known.repeated,
            "label_conflict": conflict,
        },
    )


def _ahead_of(moments: Any) -> float:
    """What a time may not pass without being told: a year after nine in ten of all; a stage knows no today."""
    if not len(moments):
        return math.inf
    return float(np.sort(moments)[math.ceil(MOST * len(moments)) - 1]) + YEAR_SECONDS


def _without_superseded(checked: Checked, known: Facts, weights: Weights) -> Checked:
    """Refuse what only a refused correction had superseded: its label was withdrawn and must not come back."""
    held = settling.weighed(known, weights)
    withdrawn = ~checked.kept & known.named & ~(held <= 0)
    if not withdrawn.any():
        return checked
    tickets = np.unique(known.ticket, return_inverse=True)[1]
    newest = np.full(int(tickets.max()) + 1, np.nan)
    # fmax takes whatever is no NaN; a time that is not known may be the newest.
    np.fmax.at(newest, tickets[withdrawn], np.where(known.has_time, known.moment, math.inf)[withdrawn])
    again = checked.kept & (np.where(known.has_time, known.moment, UNKNOWN) <= newest[tickets])
    refused = {**checked.refused, **dict.fromkeys(np.flatnonzero(again).tolist(), SUPERSEDED)}
    return replace(checked, kept=checked.kept & ~again, refused=dict(sorted(refused.items())))


def _without_tickets(training: Trainable) -> str:
    learnable = training.counts()["intents"]
    missing = [name for name in NAMES if name not in learnable]
    if not missing:
        return ""
    return (
        f"there is no ticket for {', '.join(missing)}, neither in the base corpus nor among the corrections; "
        "a model cannot learn what it never sees: add tickets and import again"
    )
