"""Closed-form intervals around the scores of one model, from its confusion matrix: no resampling, no seed."""

from collections.abc import Sequence

import numpy as np

from ecomintent.gate.statistics import wilson, z_of

Bounds = tuple[float, float]


def f1(hits: int, n: int, called: int, alpha: float) -> Bounds | None:
    """Bounds of one intent's F1, each one-sided at `alpha`; None where it is neither labelled nor called.

    Of the tickets that are labelled with the intent or called it, `hits` are both: a plain share F*, with a Wilson
    interval. F1 = 2 F* / (1 + F*) rises with it, so its bounds are those of F* carried over.

    Args:
        hits: tickets of the intent that are recognised.
        n: tickets of the intent.
        called: tickets that were given the intent, rightly or not.
    Source: F* of Hand, Christen & Kirielle (2021), arXiv:2008.00103; Wilson (1927).
    """
    either = n + called - hits
    if not either:
        return None
    low, high = wilson(hits, either, alpha)
    return 2 * low / (1 + low), 2 * high / (1 + high)


def macro_f1(confusion_kk: Sequence[Sequence[int]], alpha: float) -> Bounds:
    """Bounds of macro-F1 over the intents present or called, each one-sided at `alpha`, cut to 0-1.

    Args:
        confusion_kk: (k, k) counts, row the label, column the answer; at least one ticket.
    Source:
        The delta method on the multinomial counts, as in Takahashi et al. (2022), "Confidence interval for
        micro-averaged F1 and macro-averaged F1 scores", Applied Intelligence 52. The share of tickets labelled a and
        answered b moves macro-F1 by (2 [a = b] / s_a - F_a / s_a - F_b / s_b) / k, where s_j is the share labelled j
        plus the share called j.
    """
    counts_kk = np.asarray(confusion_kk, dtype=np.float64)
    total = counts_kk.sum()
    sums_k = (counts_kk.sum(axis=0) + counts_kk.sum(axis=1)) / total
    seen_k = sums_k > 0
    sums_k[~seen_k] = 1.0
    f1_k = 2 * np.diag(counts_kk) / total / sums_k
    pull_k = f1_k / sums_k
    moves_kk = np.diag(2 / sums_k) - pull_k[:, None] - pull_k[None, :]
    moves_kk /= seen_k.sum()
    shares_kk = counts_kk / total
    mean = (shares_kk * moves_kk).sum()
    error = np.sqrt(max(0.0, (shares_kk * moves_kk**2).sum() - mean**2) / total)
    centre, reach = float(f1_k[seen_k].mean()), z_of(alpha) * float(error)
    return max(0.0, centre - reach), min(1.0, centre + reach)
