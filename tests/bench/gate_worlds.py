"""Simulated frozen sets whose truth is known: the worlds of docs/gate.md, section 1, drawn as counts.

A world is a joint: the chance of every combination of answers given the label. Axes are label, champion, candidate
and, in a world of three models, anchor; each label's part sums to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ecomintent.gate.verdict import FrozenTicket
from ecomintent.taxonomy import NAMES

Joint = NDArray[np.float64]

K: Final = len(NAMES)
CHAMPION: Final = 1
CANDIDATE: Final = 2
"""Axes of a joint; axis 0 is the label."""
MARGINS: Final = (0.03, 0.05)
SIZES: Final = (30, 100, 300)
CHURNS: Final = (0.02, 0.05, 0.08)


def equal(churn: float, *, accuracy: float = 0.90) -> Joint:
    """(k, k, k) joint of two models that are equally good in every respect.

    Of the churn 40 % is champion right and candidate wrong, 40 % the reverse, 20 % wrong in two ways. A wrong answer
    falls on one of two neighbours in 60 % of cases, on the other intents in 40 %.
    """
    wrong_kk = np.array([[_wrong((answer - label) % K) for answer in range(K)] for label in range(K)])
    apart_kkk = wrong_kk[:, :, None] * wrong_kk[:, None, :]
    both = np.arange(K)
    apart_kkk[:, both, both] = 0.0
    joint_kkk: Joint = 0.2 * churn * apart_kkk / apart_kkk.sum(axis=(1, 2), keepdims=True)
    for label in range(K):
        joint_kkk[label, label, :] += 0.4 * churn * wrong_kk[label]
        joint_kkk[label, :, label] += 0.4 * churn * wrong_kk[label]
        joint_kkk[label, both, both] += (1 - accuracy - 0.6 * churn) * wrong_kk[label]
        joint_kkk[label, label, label] += accuracy - 0.4 * churn
    return joint_kkk


def hurt(joint_kkk: Joint, *, f1_loss: float, intent: int = 0) -> Joint:
    """The same world, but the candidate truly loses `f1_loss` (0-1) of F1 on `intent`, to the last bit.

    Tickets of the intent that both models got right go to wrong answers instead; precision is lost nowhere else than
    on those answers. The recall this takes is found by bisection.
    """
    wanted = f1(joint_kkk, CHAMPION, intent) - f1_loss
    low, high = 0.0, float(joint_kkk[intent, intent, intent])
    while low < (middle := (low + high) / 2) < high:
        short = f1(_moved(joint_kkk, intent, middle), CANDIDATE, intent) > wanted
        low, high = (middle, high) if short else (low, middle)
    return _moved(joint_kkk, intent, high)


def beside_anchor(joint_kkk: Joint) -> Joint:
    """(k, k, k, k) joint with an anchor that relates to the candidate as the champion does.

    Given the candidate's answer it is drawn independently of the champion's: one more model, equally good, at the same
    churn from the candidate.
    """
    anchor_kkk = joint_kkk / joint_kkk.sum(axis=1, keepdims=True)
    mixed: Joint = np.einsum("lac,ldc->lacd", joint_kkk, anchor_kkk)
    return mixed


def f1(joint_kkk: Joint, model: int, intent: int) -> float:
    """F1 (0-1) of `model` (its axis) on `intent` in the population, all intents equally frequent."""
    other = tuple(axis for axis in range(1, joint_kkk.ndim) if axis != model)
    answers_kk = joint_kkk.sum(axis=other)
    return float(2 * answers_kk[intent, intent] / (1 + answers_kk[:, intent].sum()))


class World:
    """A frozen set of a given make-up, and as many draws of the models' answers on it as wanted."""

    def __init__(self, joint: Joint, n_per_intent: Sequence[int]) -> None:
        """`n_per_intent`: (k,) tickets by position in `taxonomy.NAMES`."""
        models = joint.ndim - 1
        self._n_k = np.array(n_per_intent)
        self._chances_kc = joint.reshape(K, -1)
        cells_mc = np.indices((K,) * models).reshape(models, -1)
        self._answers_mc = np.tile(cells_mc, K)
        self._names = np.array(NAMES, dtype=object)
        self.labels_n: Final = np.repeat(np.arange(K), self._n_k)
        self._ids = [f"T-{index:05d}" for index in range(self.labels_n.size)]
        self.frozen: Final = [
            FrozenTicket(id=name, label=NAMES[int(label)], group="")
            for name, label in zip(self._ids, self.labels_n, strict=True)
        ]

    def codes(self, rng: Generator) -> NDArray[np.intp]:
        """(models, n) answers of one draw, as positions in `taxonomy.NAMES`."""
        counts_kc = rng.multinomial(self._n_k, self._chances_kc)
        drawn: NDArray[np.intp] = np.repeat(self._answers_mc, counts_kc.ravel(), axis=1)
        return drawn

    def answers(self, codes_mn: NDArray[np.intp]) -> list[dict[str, str]]:
        """The same as the gate wants them: per model, ticket id -> intent."""
        return [dict(zip(self._ids, self._names[codes_n].tolist(), strict=True)) for codes_n in codes_mn]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One simulated situation."""

    question: str
    """calibration, boundary, power or anchor."""
    margin: float
    n: int
    """Tickets per intent."""
    churn: float
    loss: float = 0.0
    """F1 (0-1) that the first intent truly loses."""
    guarded: bool = False
    """With the costly intents of params.yaml; else with none."""

    def world(self) -> World:
        """What its replicates are drawn from; three models where the question is about the anchor."""
        joint = hurt(equal(self.churn), f1_loss=self.loss) if self.loss else equal(self.churn)
        return World(beside_anchor(joint) if self.question == "anchor" else joint, [self.n] * K)


def cells() -> list[Cell]:
    """Everything that is measured, in the order of the report."""
    grid = list(product(MARGINS, SIZES, CHURNS))
    return [
        *(Cell(question="calibration", margin=m, n=n, churn=c) for m, n, c in grid),
        Cell(question="calibration", margin=0.05, n=100, churn=0.05, guarded=True),
        *(Cell(question="boundary", margin=m, n=n, churn=c, loss=m) for m, n, c in grid),
        *(Cell(question="power", margin=m, n=100, churn=0.05, loss=0.10) for m in MARGINS),
        *(Cell(question="anchor", margin=m, n=100, churn=0.05) for m in MARGINS),
    ]


def _wrong(distance: int) -> float:
    """Chance that a wrong answer is the intent this far round the circle."""
    if distance == 0:
        return 0.0
    return 0.3 if distance in (1, K - 1) else 0.4 / (K - 3)


def _moved(joint_kkk: Joint, intent: int, recall: float) -> Joint:
    moved = joint_kkk.copy()
    moved[intent, intent, intent] -= recall
    moved[intent, intent] += recall * np.array([_wrong((answer - intent) % K) for answer in range(K)])
    return moved
