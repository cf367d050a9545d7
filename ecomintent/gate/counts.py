"""Paired counts: what two models did with the same tickets, per intent and over all of them."""

from collections.abc import Sequence
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What two models got right, over independent tickets of several intents."""

    n: int
    right_champion: int
    right_candidate: int
    lost: int
    """Only the champion is right."""
    gained: int
    """Only the candidate is right."""


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


def totals(joint_kkk: Codes, intents: Sequence[int]) -> Totals:
    """What both got right among the tickets labelled with one of `intents`."""
    found = [paired_counts(joint_kkk, intent) for intent in intents]
    return Totals(
        n=sum(each.n for each in found),
        right_champion=sum(each.hits_champion for each in found),
        right_candidate=sum(each.hits_candidate for each in found),
        lost=sum(each.lost for each in found),
        gained=sum(each.gained for each in found),
    )
