"""How sure a release must be of an intent before a ticket is answered without a person: from costs, per intent."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ecomintent.params_calibrate import CalibrateParams

DIGITS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """One intent's rule: answered when the calibrated confidence is above `above`, else a person reads it."""

    above: float
    by_cost: float
    """What the costs alone say."""
    answers: int
    """Validation rows answered with the intent."""
    wrong: int
    """Of them, not labelled with it."""
    chance: float | None
    """Of at least so many errors, were the confidences right; None where there are too few answers to ask."""

    @property
    def raised(self) -> bool:
        """The validation rows asked for more than the costs."""
        return self.above > self.by_cost

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """What the thresholds would have done with these tickets."""

    answered: int
    """Tickets above their intent's threshold."""
    wrong: int
    """Of them, answered wrongly."""
    cost: float
    """Mean cost of a ticket, in the unit of params.yaml: calibrate."""
    cost_all_answered: float
    """Were every ticket answered."""
    cost_all_read: float
    """Were every ticket read by a person."""


def choose(
    confidence_n: NDArray[np.float64],
    answers: Sequence[str],
    labels: Sequence[str],
    intents: Sequence[str],
    params: CalibrateParams,
) -> dict[str, Threshold]:
    """A threshold for each of `intents`.

    By cost, and higher where the validation rows contradict the confidences: there the threshold is the one that
    would have cost least on them. Both parts rise with the intent's cost and fall with a person's.

    Args:
        confidence_n: (n,) calibrated, of validation rows.
        answers: the intent of each.
    """
    answered_n, right_n = np.array(answers, dtype=object), np.array(answers, dtype=object) == np.array(labels)
    found = {}
    for name in intents:
        mine_n = answered_n == name
        confidence_m, right_m = confidence_n[mine_n], right_n[mine_n]
        wrong_cost = params.costs()[name]
        rule = by_cost(wrong_cost, params.person_cost)
        chance = errors_by_chance(confidence_m, right_m) if len(right_m) >= params.min_answers else None
        above = rule
        if chance is not None and chance <= params.overstated_alpha:
            above = max(rule, cheapest(confidence_m, right_m, rule, wrong_cost, params.person_cost))
        found[name] = Threshold(
            above=round(above, DIGITS),
            by_cost=round(rule, DIGITS),
            answers=len(right_m),
            wrong=int((~right_m).sum()),
            chance=None if chance is None else round(chance, DIGITS),
        )
    return found


def handled(
    answers: Sequence[str],
    confidence_n: NDArray[np.float64],
    right_n: NDArray[np.float64],
    thresholds: Mapping[str, float],
    params: CalibrateParams,
) -> Handled:
    """What the thresholds do with these tickets, and what they and both extremes cost."""
    answered_n = confidence_n > np.array([thresholds[answer] for answer in answers])
    costs = params.costs()
    cost_n = np.array([costs[answer] for answer in answers]) * (1.0 - right_n)
    return Handled(
        answered=int(answered_n.sum()),
        wrong=int((answered_n * (1.0 - right_n)).sum()),
        cost=float(np.where(answered_n, cost_n, params.person_cost).mean()),
        cost_all_answered=float(cost_n.mean()),
        cost_all_read=params.person_cost,
    )


def by_cost(wrong: float, person: float) -> float:
    """The confidence above which an answer is cheaper than a person.

    With calibrated confidence p an answer costs (1 - p) * `wrong` on average: less than `person` where
    p > 1 - person / wrong. 0 where an error costs no more than a person: then every ticket is answered.

    Source: Chow (1970), "On optimum recognition error and reject tradeoff", the rule of section II with these costs.
    """
    return max(0.0, 1.0 - person / wrong) if wrong > 0 else 0.0


def cheapest(
    confidence_n: NDArray[np.float64], right_n: NDArray[np.bool_], least: float, wrong: float, person: float
) -> float:
    """The threshold at or above `least` that costs least on these rows; the lowest of equals.

    It is `least`, or the confidence of the surest row that is left to a person.
    """
    order = np.lexsort((right_n, confidence_n))
    confidence_n, errors_n = confidence_n[order], ~right_n[order]
    best, best_cost = least, np.inf
    for threshold in (least, *confidence_n[confidence_n > least]):
        left_n = confidence_n <= threshold
        cost = person * left_n.sum() + wrong * errors_n[~left_n].sum()
        if cost < best_cost:
            best, best_cost = float(threshold), float(cost)
    return best


def errors_by_chance(confidence_n: NDArray[np.float64], right_n: NDArray[np.bool_]) -> float:
    """Chance of at least as many errors as there are, if each row were wrong with 1 - its confidence.

    Exact: the upper tail of the Poisson-binomial distribution, row by row.
    """
    distribution = np.zeros(len(right_n) + 1)
    distribution[0] = 1.0
    for doubt in 1.0 - confidence_n:
        distribution[1:] = distribution[1:] * (1.0 - doubt) + distribution[:-1] * doubt
        distribution[0] *= 1.0 - doubt
    return float(min(1.0, distribution[int((~right_n).sum()) :].sum()))
