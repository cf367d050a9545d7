"""How far the exported model answers as the trained one did, and how far is too far."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom
from sklearn.metrics import f1_score

from ecomintent.errors import ReleaseError
from ecomintent.model.inference import softmax
from ecomintent.params import ExportParams

CHANCE: Final = 0.01
"""So rarely would as many flips be seen at the agreement asked for, when an export is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parity:
    """Two sets of answers to the same labelled tickets, the trained model's and the exported one's."""

    rows: int
    agreement: float
    """Share (0-1) of all rows that get the same answer."""
    clear: int
    """Rows whose trained answer leads by `export.clear_margin` or more."""
    flipped: int
    """Of those, answered otherwise."""
    macro_f1_trained: float
    """Over the intents present or predicted, 0-1."""
    macro_f1: float
    score_change: float
    """Mean over the rows of the largest change of a score (0-1)."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def compare(
    trained_nk: NDArray[np.float32], exported_nk: NDArray[np.float32], labels_n: Sequence[int], clear_margin: float
) -> Parity:
    """Hold exported logits to trained ones.

    Args:
        labels_n: column of each row's true intent.
    """
    before_nk, after_nk = softmax(trained_nk), softmax(exported_nk)
    before_n, after_n = before_nk.argmax(axis=1), after_nk.argmax(axis=1)
    ordered_nk = np.sort(before_nk, axis=1)
    clear_n = ordered_nk[:, -1] - ordered_nk[:, -2] >= clear_margin
    before_f1, after_f1 = (
        float(f1_score(labels_n, answers_n, average="macro", zero_division=0)) for answers_n in (before_n, after_n)
    )
    return Parity(
        rows=len(labels_n),
        agreement=round(float((before_n == after_n).mean()), 6),
        clear=int(clear_n.sum()),
        flipped=int((before_n != after_n)[clear_n].sum()),
        macro_f1_trained=round(before_f1, 6),
        macro_f1=round(after_f1, 6),
        score_change=round(float(np.abs(after_nk - before_nk).max(axis=1).mean()), 6),
    )


def hold(found: Parity, params: ExportParams) -> None:
    """Let it pass, unless more clear answers changed than chance explains.

    Only clear answers count: a model that has learned nothing is for the gate to block, not an export at fault.

    Raises:
        ReleaseError: too many.
    """
    allowed = int(binom.ppf(1 - CHANCE, found.clear, 1 - params.least_agreement)) if found.clear else 0
    if found.flipped > allowed:
        raise ReleaseError(
            f"the exported model answers {found.flipped} of {found.clear} clear validation tickets otherwise than the "
            f"trained one; at export.least_agreement {params.least_agreement:g} chance explains {allowed}; set "
            "export.quantise to none"
        )
