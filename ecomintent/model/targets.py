"""What each training row should be answered, and how much it counts, as one matrix."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ecomintent.taxonomy import IDS, NAMES


def soft_targets(
    intents: Sequence[str], weights: Sequence[float], *, smoothing: float, class_power: float
) -> NDArray[np.float32]:
    """(n, k): each row a smoothed distribution over the intents, times the row's loss weight; row sums average 1.

    The loss weight is the row's own weight times (mean count / count of its intent) ** class_power, where a
    count adds up row weights. Cross-entropy is linear in its target, so weight, balance and smoothing all fit in it.

    Source: label smoothing as in Szegedy et al. (2016), arXiv:1512.00567, section 7: (1 - e) one-hot + e / k.
    """
    ids_n = np.array([IDS[intent] for intent in intents], dtype=np.int64)
    weights_n = np.asarray(weights, dtype=np.float64)
    counts_k = np.bincount(ids_n, weights=weights_n, minlength=len(NAMES))
    present_k = counts_k > 0
    balance_k = np.zeros(len(NAMES))
    balance_k[present_k] = (counts_k[present_k].mean() / counts_k[present_k]) ** class_power
    loss_n = weights_n * balance_k[ids_n]
    one_hot_nk = np.eye(len(NAMES))[ids_n]
    smooth_nk = (1 - smoothing) * one_hot_nk + smoothing / len(NAMES)
    targets_nk: NDArray[np.float32] = (smooth_nk * (loss_n / loss_n.mean())[:, None]).astype(np.float32)
    return targets_nk
