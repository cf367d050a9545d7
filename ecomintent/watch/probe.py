"""Is there anything to learn? The champion's own answers on the new labels, before a training is paid for."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom

from ecomintent.params_watch import WatchParams


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What the champion makes of labels it has not learned from."""

    labels: int
    wrong: int
    """Labels it answers otherwise."""
    by_noise: int
    """So many that are themselves wrong would explain."""

    @property
    def learnable(self) -> bool:
        """Whether it is wrong more often than the labels are."""
        return self.wrong > self.by_noise

    @property
    def says(self) -> str:
        """For the record."""
        end = "something to learn" if self.learnable else "nothing to learn"
        told = f"the champion disagrees with {self.wrong} of {self.labels} new labels"
        return f"{end}: {told}, label noise explains up to {self.by_noise}"


def probed(given: Sequence[str], answered: Sequence[str], params: WatchParams) -> Probed:
    """Compare labels with answers, in the same order.

    `by_noise` is the 1 - probe_alpha quantile of a binomial with `label_noise`: a label that a person set wrongly
    disagrees with a model that is right. For no label it is 0, and there is nothing to learn.
    """
    n = len(given)
    wrong = sum(label != answer for label, answer in zip(given, answered, strict=True))
    by_noise = int(binom.ppf(1 - params.probe_alpha, n, params.label_noise)) if n else 0
    return Probed(labels=n, wrong=wrong, by_noise=by_noise)
