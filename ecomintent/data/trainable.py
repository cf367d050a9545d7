"""What is about to be learned from, as one table for `snapshot.json`: corrections that count, and base corpus."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ecomintent.data import settling
from ecomintent.data.drift import Mix, Shift, shift
from ecomintent.data.facts import Facts, Flags, Keys, hex_of
from ecomintent.data.parquet import Rows
from ecomintent.data.picked import parts, ties
from ecomintent.data.selection import CORPUS, CORRECTION, Positions
from ecomintent.data.settling import Weights
from ecomintent.labels.exclusion import REASONS, reasons_to_leave_out

COLUMNS = ("text", "intent", "provenance")
UNFIT = ("", *REASONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A table, what is known of it, and which of its rows were kept."""

    rows: Rows
    facts: Facts
    kept: Flags


@dataclass(frozen=True, kw_only=True)
class Trainable:
    """One row for each label that the next stage may learn from: first the corrections, then the corpus."""

    sources: tuple[tuple[str, Rows, Positions], ...]
    """Origin, its table, and the positions there."""
    keys: Keys
    intent: npt.NDArray[np.int32]
    intents: tuple[str, ...]
    mix: dict[str, int]
    """Intent -> corrections that count, by name."""
    last_mix: Mix
    shift: Shift | None
    """From the last mix to this one."""
    num_rows: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "num_rows", len(self.keys))

    @cached_property
    def unfit(self) -> npt.NDArray[np.int8]:
        """(n,): position in `UNFIT` of why each text may be unfit."""
        places = {reason: place for place, reason in enumerate(UNFIT)}
        reasons = (reason for _, part in self._parts() for reason in reasons_to_leave_out(part["text"]))
        return np.fromiter((places[reason] for reason in reasons), dtype=np.int8, count=self.num_rows)

    def frames(self) -> Iterator[Any]:
        """Frames of origin, text, text_key, intent, provenance (empty for the corpus), unfit (one of
        `exclusion.REASONS`, or empty), repeated_text, contradicted and label_mix_shift: what the shift has beyond
        chance, the same in each row, 0 for None."""
        import pandas as pd

        repeated, contradicted = self._likewise()
        start = 0
        for origin, part in self._parts():
            stop = start + len(part["text"])
            here = slice(start, stop)
            yield pd.DataFrame(
                {
                    "origin": pd.Series([origin] * (stop - start), dtype="str"),
                    "text": pd.Series(part["text"], dtype="str"),
                    "text_key": pd.Series(hex_of(self.keys[here]), dtype="str"),
                    "intent": pd.Series(part["intent"], dtype="str"),
                    "provenance": pd.Series(part["provenance"], dtype="str"),
                    "unfit": pd.Series([UNFIT[place] for place in self.unfit[here].tolist()], dtype="str"),
                    "repeated_text": repeated[here],
                    "contradicted": contradicted[here],
                    "label_mix_shift": self.shift.beyond_chance if self.shift else 0.0,
                }
            ).set_index(pd.RangeIndex(start, stop))
            start = stop

    def counts(self) -> dict[str, Any]:
        """Rows by origin and intent, and by why their text may be unfit."""
        origins = {origin: len(positions) for origin, _, positions in self.sources}
        intents = zip(self.intents, np.bincount(self.intent, minlength=len(self.intents)).tolist(), strict=True)
        unfit = np.bincount(self.unfit, minlength=len(UNFIT)).tolist()
        return {
            "corrections": origins[CORRECTION],
            "corpus": origins[CORPUS],
            "intents": {name: count for name, count in sorted(intents) if count},
            "unfit": dict(zip(UNFIT[1:], unfit[1:], strict=True)),
        }

    def _parts(self) -> Iterator[tuple[str, dict[str, list[str]]]]:
        for origin, rows, positions in self.sources:
            for part in parts(rows, positions, COLUMNS):
                yield origin, part

    def _likewise(self) -> tuple[Flags, Flags]:
        """For each row: whether the same text stands above, and whether it carries another intent as well."""
        _, firsts, numbers = np.unique(self.keys, return_index=True, return_inverse=True)
        repeated = np.ones(self.num_rows, dtype=np.bool_)
        repeated[firsts] = False
        contradicted = np.zeros(len(firsts), dtype=np.bool_)
        contradicted[numbers[self.intent != self.intent[firsts][numbers]]] = True
        return repeated, contradicted[numbers]


def gather(corrections: Kept, corpus: Kept, *, weights: Weights, corpus_weight: float, last_mix: Mix) -> Trainable:
    """The corrections that count and, where it has weight, the corpus.

    Args:
        last_mix: of the snapshot the champion learned from.
    """
    known = corrections.facts
    eligible = corrections.kept & known.readable & (settling.weighed(known, weights) > 0)
    counting = settling.latest(known, eligible, lambda positions: ties(corrections.rows, positions))
    labels = np.bincount(known.intent[counting], minlength=len(known.intents)).tolist()
    mix = {name: count for name, count in sorted(zip(known.intents, labels, strict=True)) if count}
    # A suite may be loosened; what has no text or intent can still not be learned from.
    base = np.flatnonzero(corpus.kept & corpus.facts.told & (corpus_weight > 0))
    intents = tuple(dict.fromkeys((*known.intents, *corpus.facts.intents)))
    places = np.array([intents.index(name) for name in corpus.facts.intents], dtype=np.int32)
    return Trainable(
        sources=((CORRECTION, corrections.rows, counting), (CORPUS, corpus.rows, base)),
        keys=np.concatenate([known.key[counting], corpus.facts.key[base]]),
        intent=np.concatenate([known.intent[counting], places[corpus.facts.intent[base]]]),
        intents=intents,
        mix=mix,
        last_mix=last_mix,
        shift=shift(mix, last_mix),
    )
