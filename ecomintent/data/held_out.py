"""Probabilities of every intent for each label, from a cheap model that saw neither the label nor a copy of its text.

Word and character TF-IDF with one logistic regression an intent: no torch, three seconds for the samples. The released
model is no judge of these labels: it learned most of them.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.taxonomy import IDS, NAMES

INVERSE_PENALTY: Final = 5.0
"""Of the regressions; 20 gives the same ranking of planted errors (docs/settling.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One text under one intent."""

    text: str
    intent: str


def held_out(
    texts: Sequence[str], learned: Sequence[Labelled], corpus: Sequence[Labelled], *, folds: int, seed: int
) -> npt.NDArray[np.float64]:
    """(n, k): text i judged by a model of the `corpus` and of what was `learned` from texts in other folds than i's.

    Copies of a text share a fold, and leave the corpus. The answer for a text does not depend on any order.

    Raises:
        InputError: there are fewer than two intents to learn from.
    """
    # In a fixed order: what a sum of floats gives depends on it.
    known = sorted((text_key(row.text), row.intent, row.text) for row in learned)
    asked = [text_key(text) for text in texts]
    fold_of = _folds({key: intent for key, intent, _ in reversed(known)}, asked, folds=folds, seed=seed)
    base = sorted((row.text, row.intent) for row in corpus if text_key(row.text) not in fold_of)
    # Words are counted over all texts, which tells nothing of their labels.
    place = {text: at for at, text in enumerate(sorted({*texts, *(row.text for row in [*learned, *corpus])}))}
    features = _features().fit_transform(list(place))
    source = features[[place[text] for text in (*(text for *_, text in known), *(text for text, _ in base))]]
    target = features[[place[text] for text in texts]]
    learned_folds = np.array([fold_of[key] for key, *_ in known] + [-1] * len(base))
    targets = np.array([IDS[intent] for _, intent, _ in known] + [IDS[intent] for _, intent in base], dtype=np.int64)
    asked_folds = np.array([fold_of[key] for key in asked])
    found = np.zeros((len(texts), len(NAMES)))
    for fold in sorted(set(asked_folds.tolist())):
        others = learned_folds != fold
        model = _fitted(source[others], targets[others])
        found[np.ix_(asked_folds == fold, model.classes_)] = model.predict_proba(target[asked_folds == fold])
    return found


def _folds(intents: Mapping[str, str], asked: Iterable[str], *, folds: int, seed: int) -> dict[str, int]:
    """Fold of each text key: the texts of every intent are dealt out in turn, in an order that the seed shuffles.

    Args:
        intents: text key -> intent, of what is learned.
        asked: text keys, learned or not.
    """
    dealt = sorted(
        {*intents, *asked}, key=lambda key: (intents.get(key, ""), hashlib.sha256(f"{seed} {key}".encode()).digest())
    )
    return {key: position % folds for position, key in enumerate(dealt)}


def _features() -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+", strip_accents="unicode")
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_union(words, characters)


def _fitted(features: Any, targets: npt.NDArray[np.int64]) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    if len(set(targets.tolist())) < 2:
        raise InputError(
            "fewer than two intents to learn from; import corrections or a base corpus", where="the labels"
        )
    return OneVsRestClassifier(LogisticRegression(C=INVERSE_PENALTY, solver="liblinear")).fit(features, targets)
