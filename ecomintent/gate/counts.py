"""Paired counts: what two models did with the same tickets, per intent."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What two models did with one intent, over independent tickets."""

    n: int
    """Tickets labelled with the intent."""
    hits_champion: int
    hits_candidate: int
    called_champion: int
    """Tickets the champion gave this intent, rightly or not."""
    called_candidate: int
    lost: int
    gained: int
    new_false: int
    removed_false: int


def joint(labels_n: Codes, champion_n: Codes, candidate_n: Codes, k: int) -> Codes:
    """Tickets by (label, champion's answer, candidate's answer).

    Args:
        labels_n, champion_n, candidate_n: (n,) each in 0..k; k itself stands for "none of the intents".
    Returns:
        (k+1, k+1, k+1) counts.
    """
    side = k + 1
    cells = (labels_n * side + champion_n) * side + candidate_n
    return np.bincount(cells, minlength=side**3).reshape(side, side, side)


def paired_counts(joint_kkk: Codes, intent: int) -> Counts:
    """Counts of one intent, read off the table that `joint` made."""
    own, both = joint_kkk[intent], joint_kkk[:, intent, intent]
    hits_champion, hits_candidate = int(own[intent].sum()), int(own[:, intent].sum())
    kept, both_called = int(own[intent, intent]), int(both.sum())
    called_champion, called_candidate = int(joint_kkk[:, intent].sum()), int(joint_kkk[:, :, intent].sum())
    false_kept = both_called - kept
    return Counts(
        n=int(own.sum()),
        hits_champion=hits_champion,
        hits_candidate=hits_candidate,
        called_champion=called_champion,
        called_candidate=called_candidate,
        lost=hits_champion - kept,
        gained=hits_candidate - kept,
        new_false=called_candidate - hits_candidate - false_kept,
        removed_false=called_champion - hits_champion - false_kept,
    )
