"""In which of many texts another language is likelier than English: py3langid's answer, a thousand texts at a time.

One text costs py3langid 0.1 ms, most of it in Python; here the walk through its automaton is one step of all texts at
once. The sums are made in another order, so where the answer is close the library itself is asked.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

BATCH: Final = 4096
"""Texts walked through at once."""
CLOSE: Final = 0.05
"""Within this of the margin (0-1) py3langid decides; rounding moves a probability by less than a hundredth of it."""

ENGLISH: Final = "en"


def beyond_english(text: str) -> float:
    """By how much (0-1) the likeliest other language is likelier than English; 0 where none is."""
    likely = dict(_identifier().rank(text))
    return float(max(likely.values()) - likely[ENGLISH])


def likelier_than_english(texts: Sequence[str], margin: float) -> list[bool]:
    """For each text whether `beyond_english` is at least `margin`, above 0."""
    found: list[bool] = []
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        leads = _leads(some)
        for text, lead in zip(some, leads.tolist(), strict=True):
            close = abs(lead - margin) <= CLOSE
            found.append(beyond_english(text) >= margin if close else lead >= margin)
    return found


def _leads(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """(n,) `beyond_english`, nearly."""
    from scipy.sparse import csr_array

    model = _Model.loaded()
    encoded = [model.encode(text) for text in texts]
    rows, features = model.features(encoded)
    counts = csr_array((np.ones(len(rows), dtype=np.float32), (rows, features)), shape=(len(texts), len(model.table)))
    counts.sum_duplicates()
    counts.data = np.log1p(counts.data)
    scores = counts @ model.table + model.prior
    # No feature says nothing: all languages alike.
    scores[np.diff(counts.indptr) == 0] = 0
    lengths = np.array([max(1, len(text)) for text in encoded], dtype=np.float32)
    scores = scores / np.sqrt(lengths)[:, None]
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    for first, twin in model.aliases:
        likely[:, first] += likely[:, twin]
        likely[:, twin] = 0
    leads: npt.NDArray[np.float32] = likely.max(axis=1) - likely[:, model.english]
    return leads


class _Model:
    """py3langid's tables as arrays."""

    def __init__(self, identifier: "LanguageIdentifier") -> None:
        self.encode = identifier._encode
        self.table = np.asarray(identifier.nb_ptc, dtype=np.float32)
        self.prior = np.asarray(identifier.nb_pc, dtype=np.float32)
        self.aliases = identifier._alias_pairs
        self.english = identifier.nb_classes.index(ENGLISH)
        # As narrow as the values allow: the tables should stay in the processor's cache.
        self._next = np.asarray(identifier.tk_nextmove, dtype=np.int32)
        self._row = np.asarray(identifier._rowbase, dtype=np.int32)
        self._output = np.asarray(identifier.tk_output, dtype=np.int32)

    @classmethod
    @lru_cache(maxsize=1)
    def loaded(cls) -> "_Model":
        return cls(_identifier())

    def features(self, texts: Sequence[bytes]) -> tuple[Any, Any]:
        """(text, feature) of every feature that the automaton tells on its way through each text."""
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        order = np.argsort(-lengths, kind="stable")
        letters = np.frombuffer(b"".join(texts), dtype=np.uint8)
        starts = (np.cumsum(lengths) - lengths)[order]
        lengths = lengths[order]
        states = np.zeros(len(texts), dtype=np.int32)
        rows: list[npt.NDArray[np.integer]] = [np.zeros(0, dtype=np.int32)]
        features: list[npt.NDArray[np.integer]] = [np.zeros(0, dtype=np.int32)]
        for step in range(int(lengths.max(initial=0))):
            # The longest come first: those that have ended are at the end.
            active = int(np.searchsorted(-lengths, -step, "left"))
            places = self._row.take(states[:active])
            places += letters.take(starts[:active] + step)
            states = self._next.take(places)
            told = self._output.take(states)
            hit = np.flatnonzero(told >= 0)
            rows.append(order[hit].astype(np.int32))
            features.append(told[hit])
        return np.concatenate(rows), np.concatenate(features)


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
