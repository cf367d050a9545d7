"""Labels that are most likely wrong, and agents by how far to believe them. The only home of cleanlab.

Both are reasons to look, no verdicts: a person reads the ticket and corrects it, or does not.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecomintent.data import settling
from ecomintent.data.held_out import Labelled, held_out
from ecomintent.data.leakage import text_key
from ecomintent.data.settling import Weights
from ecomintent.labels.agreement import Votes, votes, with_others
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction
from ecomintent.taxonomy import IDS, NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One label that counts, and what a model that did not learn it says."""

    correction: Correction
    score: float
    """Probability (0-1) of the given intent: the lower, the more likely the label is wrong."""
    suggested: str
    """The most probable intent."""
    confidence: float
    """Its probability."""
    flagged: bool
    """Among those that confident learning takes for wrong: Northcutt, Jiang, Chuang (2021), JAIR 70."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentQuality:
    """What the labels say of one agent."""

    agent: str
    labels: int
    """Texts that the agent judged."""
    shared: int
    """Of these, texts that others judged too: agreement and quality rest on them."""
    agreement: float | None
    """Mean share (0-1) of the others who say the same; None where nothing is shared."""
    quality: float | None
    """CROWDLAB's mean quality (0-1) of the shared labels: others and model weighed by how reliable each is.

    Source: Goh, Tkachenko, Mueller (2022), arXiv:2210.06812. None where nothing is shared.
    """
    model_agrees: float
    """Share (0-1) of the agent's texts on which the model's first choice is the agent's."""


def issues(
    corrections: Sequence[Correction], corpus: Sequence[Labelled], weights: Weights, params: LabelsParams
) -> list[Issue]:
    """Every label that counts (`settling.counting`), the most doubtful first.

    Raises:
        InputError: too few intents to learn from.
    """
    from cleanlab.rank import get_label_quality_scores

    counting = _counting(corrections, weights)
    if not counting:
        return []
    texts = [one.text for one in counting]
    probabilities = held_out(texts, _learned(counting), corpus, folds=params.folds, seed=params.seed)
    given = np.array([IDS[one.intent] for one in counting])
    scores = get_label_quality_scores(given, probabilities, method="self_confidence")
    flagged = _flagged(given, probabilities)
    best = probabilities.argmax(axis=1)
    found = [
        Issue(
            correction=one,
            score=float(scores[row]),
            suggested=NAMES[best[row]],
            confidence=float(probabilities[row, best[row]]),
            flagged=bool(flagged[row]),
        )
        for row, one in enumerate(counting)
    ]
    return sorted(found, key=lambda issue: (issue.score, settling.precedence(issue.correction)))


def agents(
    corrections: Sequence[Correction],
    trains: Sequence[Correction],
    corpus: Sequence[Labelled],
    weights: Weights,
    params: LabelsParams,
) -> list[AgentQuality]:
    """One entry for each agent who judged anything (`agreement.votes`), by name.

    Args:
        trains: those of `corrections` that are not held; the model that has a say learns from those that count.
    Raises:
        InputError: too few intents to learn from.
    """
    given = votes(corrections, text_key)
    if not given:
        return []
    text_of = {text_key(one.text): one.text for one in corrections}
    learned = _learned(_counting(trains, weights))
    texts = [text_of[unit] for unit in given]
    probabilities = held_out(texts, learned, corpus, folds=params.folds, seed=params.seed)
    of_unit = dict(zip(given, probabilities, strict=True))
    others, quality = with_others(given), _crowdlab(given, of_unit)
    found = []
    for agent in sorted({agent for said in given.values() for agent in said}):
        mine = [(unit, said[agent]) for unit, said in given.items() if agent in said]
        shared, agreement = others.get(agent, (0, None))
        alike = sum(NAMES[of_unit[unit].argmax()] == intent for unit, intent in mine)
        found.append(
            AgentQuality(
                agent=agent,
                labels=len(mine),
                shared=shared,
                agreement=agreement,
                quality=quality.get(agent),
                model_agrees=alike / len(mine),
            )
        )
    return found


def _flagged(given: npt.NDArray[np.int64], probabilities: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    from cleanlab.filter import find_label_issues

    if len(set(given.tolist())) < 2:
        return np.zeros(len(given), dtype=np.bool_)
    with warnings.catch_warnings():
        # It warns of every intent that has few labels.
        warnings.simplefilter("ignore")
        # One process: to start others takes longer than they would save.
        flagged: npt.NDArray[np.bool_] = find_label_issues(given, probabilities, n_jobs=1)
    return flagged


def _counting(corrections: Sequence[Correction], weights: Weights) -> list[Correction]:
    """Those that count (`settling`) and still have a text."""
    chosen = (corrections[position] for position in settling.counting(corrections, weights))
    return [one for one in chosen if one.text]


def _learned(corrections: Sequence[Correction]) -> list[Labelled]:
    return [Labelled(text=one.text, intent=one.intent) for one in corrections]


def _crowdlab(given: Votes, of_unit: dict[str, npt.NDArray[np.float64]]) -> dict[str, float]:
    """Agent -> quality on shared texts; texts of one agent alone would only repeat what the model thinks."""
    from cleanlab.multiannotator import get_label_quality_multiannotator

    shared = [unit for unit, said in given.items() if len(said) > 1]
    if not shared:
        return {}
    names = sorted({agent for unit in shared for agent in given[unit]})
    table = np.array([[IDS[given[unit][name]] if name in given[unit] else np.nan for name in names] for unit in shared])
    with warnings.catch_warnings():
        # It warns where nobody agrees with anybody; the numbers say so.
        warnings.simplefilter("ignore")
        stats = get_label_quality_multiannotator(table, np.array([of_unit[unit] for unit in shared]), verbose=False)[
            "annotator_stats"
        ]
    return {names[int(column)]: float(value) for column, value in stats["annotator_quality"].items()}
