"""What is about to be learned from, as one table for `snapshot.json`: corrections that count, and base corpus."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ecomintent.data import settling
from ecomintent.data.drift import Mix, Shift, shift
from ecomintent.data.leakage import text_key
from ecomintent.data.selection import CORPUS, CORRECTION
from ecomintent.data.settling import Weights
from ecomintent.labels.exclusion import REASONS, reason_to_leave_out
from ecomintent.records import Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Trainable:
    """One row for each label that the next stage may learn from."""

    rows: tuple[dict[str, Any], ...]
    """origin, text, text_key, intent, provenance (empty for the corpus), unfit (one of `exclusion.REASONS`, or
    empty), repeated_text, contradicted."""
    mix: dict[str, int]
    """Intent -> corrections that count, by name."""
    last_mix: Mix
    shift: Shift | None
    """From the last mix to this one."""

    def frame(self) -> Any:
        """The rows with the column label_mix_shift, the same in each: what the shift has beyond chance, 0 for None."""
        import pandas as pd

        columns = ("origin", "text", "text_key", "intent", "provenance", "unfit", "repeated_text", "contradicted")
        frame = pd.DataFrame(self.rows, columns=list(columns))
        return frame.assign(label_mix_shift=self.shift.beyond_chance if self.shift else 0.0)

    def counts(self) -> dict[str, Any]:
        """Rows by origin and intent, and by why their text may be unfit."""
        origins, intents = Counter(row["origin"] for row in self.rows), Counter(row["intent"] for row in self.rows)
        unfit = Counter(row["unfit"] for row in self.rows)
        return {
            "corrections": origins[CORRECTION],
            "corpus": origins[CORPUS],
            "intents": dict(sorted(intents.items())),
            "unfit": {reason: unfit[reason] for reason in REASONS},
        }


def gather(
    corrections: Sequence[Correction | None],
    corpus: Sequence[Mapping[str, Any]],
    *,
    weights: Weights,
    corpus_weight: float,
    last_mix: Mix,
) -> Trainable:
    """The corrections that count and, where it has weight, the corpus.

    Args:
        corrections: those that were kept; None for one that cannot be read.
        corpus: rows that were kept, with text and intent.
        last_mix: of the snapshot the champion learned from.
    """
    counting = [corrections[position] for position in settling.counting(corrections, weights)]
    found = [(CORRECTION, c.text, c.intent, str(c.provenance)) for c in counting if c is not None]
    mix = dict(sorted(Counter(intent for _, _, intent, _ in found).items()))
    if corpus_weight > 0:
        # A suite may be loosened; what has no text or intent can still not be learned from.
        found += [(CORPUS, row["text"], row["intent"], "") for row in corpus if row["text"] and row["intent"]]
    keys = [text_key(text) for _, text, _, _ in found]
    intents_of: dict[str, set[str]] = {}
    for key, (_, _, intent, _) in zip(keys, found, strict=True):
        intents_of.setdefault(key, set()).add(intent)
    seen: set[str] = set()
    rows = []
    for key, (origin, text, intent, provenance) in zip(keys, found, strict=True):
        rows.append(
            {
                "origin": origin,
                "text": text,
                "text_key": key,
                "intent": intent,
                "provenance": provenance,
                "unfit": reason_to_leave_out(text),
                "repeated_text": key in seen,
                "contradicted": len(intents_of[key]) > 1,
            }
        )
        seen.add(key)
    return Trainable(rows=tuple(rows), mix=mix, last_mix=last_mix, shift=shift(mix, last_mix))
