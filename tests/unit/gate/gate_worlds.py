"""Hand-made and simulated frozen sets with the answers of two models."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from ecomintent.gate.verdict import FrozenTicket
from ecomintent.params import GateParams
from ecomintent.taxonomy import NAMES

GATE = GateParams(
    margin=0.03,
    margins={},
    alpha_pass=0.05,
    alpha_block_intents=0.04,
    alpha_block_overall=0.01,
    margin_overall=0.015,
    min_n_pass=30,
    first_release_floor=0.60,
    costly_intents=(),
    recall_guard=0.06,
    frozen_runs=12,
    frozen_refresh_share=0.25,
)
GUARDED = replace(GATE, costly_intents=("BILLING_DISPUTE", "CANCEL_ORDER"))


@dataclass(frozen=True, slots=True)
class World:
    """A frozen set and what two models answered on it."""

    frozen: list[FrozenTicket]
    champion: dict[str, str | None]
    candidate: dict[str, str | None]


def world(cells: list[tuple[str, str | None, str | None, int]], *, groups: list[str] | None = None) -> World:
    """From rows (label, champion's answer, candidate's answer, how many such tickets)."""
    rows = [(label, old, new) for label, old, new, count in cells for _ in range(count)]
    ids = [f"T-{index:05d}" for index in range(len(rows))]
    return World(
        frozen=[
            FrozenTicket(id=name, label=label, group=groups[index] if groups else "")
            for index, (name, (label, _, _)) in enumerate(zip(ids, rows, strict=True))
        ],
        champion={name: old for name, (_, old, _) in zip(ids, rows, strict=True)},
        candidate={name: new for name, (_, _, new) in zip(ids, rows, strict=True)},
    )


def solid(n: int, but: tuple[str, ...] = ()) -> list[tuple[str, str | None, str | None, int]]:
    """`n` tickets of every intent (save `but`) that both models get right."""
    return [(name, name, name, n) for name in NAMES if name not in but]


def simulated(rng: Generator, *, n: int, churn: float, hurt: float = 0.0, accuracy: float = 0.90) -> World:
    """Nine intents of `n` tickets; the models differ by `churn` and are equally good but for `hurt`.

    Of the churn 40 % is lost, 40 % gained and 20 % wrong in two ways; a wrong answer falls on one of two
    neighbours in 60 % of cases. `hurt` is the recall that WISMO truly loses on top. As docs/gate.md, section 1.
    """
    names = np.array(NAMES)
    labels = np.repeat(np.arange(len(NAMES)), n)
    kind = rng.choice(
        5,
        p=[accuracy - 0.4 * churn, 0.4 * churn, 0.4 * churn, 0.2 * churn, 1 - accuracy - 0.6 * churn],
        size=labels.size,
    )
    first, second = _wrong(rng, labels), _wrong(rng, labels)
    second = np.where(second == first, _other(first, labels), second)
    champion = np.select([kind <= 1], [labels], first)
    candidate = np.select([(kind == 0) | (kind == 2), kind == 4], [labels, first], second)
    struck = (labels == 0) & (kind == 0) & (rng.random(labels.size) < hurt / (accuracy - 0.4 * churn))
    candidate = np.where(struck, second, candidate)
    ids = [f"T-{index:05d}" for index in range(labels.size)]
    return World(
        frozen=[FrozenTicket(id=i, label=NAMES[label], group="") for i, label in zip(ids, labels, strict=True)],
        champion=dict(zip(ids, names[champion].tolist(), strict=True)),
        candidate=dict(zip(ids, names[candidate].tolist(), strict=True)),
    )


def _wrong(rng: Generator, labels_n: np.ndarray) -> np.ndarray:
    k = len(NAMES)
    near = np.where(rng.random(labels_n.size) < 0.5, 1, k - 1)
    far = rng.integers(2, k - 1, size=labels_n.size)
    return (labels_n + np.where(rng.random(labels_n.size) < 0.6, near, far)) % k


def _other(answer_n: np.ndarray, labels_n: np.ndarray) -> np.ndarray:
    k = len(NAMES)
    following = (answer_n + 1) % k
    return np.where(following == labels_n, (answer_n + 2) % k, following)
