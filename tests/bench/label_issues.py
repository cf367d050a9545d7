"""How well `ecomintent labels issues` finds labels that were flipped on purpose; prints Markdown for docs/settling.md.

    python -m tests.bench.label_issues [--seeds 3] [--share 0.1] [--encoder]

The three months of sample corrections; a share of the labels, drawn with each seed, goes to another intent at random.
With --encoder the same question is put to the embedded encoder's vectors (mean of the tokens) under a logistic
regression; that needs torch and takes a minute.
"""

import argparse
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from cleanlab.filter import find_label_issues

from ecomintent import params
from ecomintent.data.corpus import read_corpus
from ecomintent.data.held_out import Labelled, held_out
from ecomintent.data.label_issues import Issue, issues
from ecomintent.labels.reading import read_labels
from ecomintent.params import PrepareParams
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction
from ecomintent.taxonomy import IDS, NAMES

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "data" / "samples"
LABELS = params.section(ROOT / "params.yaml", "labels", into=LabelsParams)
WEIGHTS = params.section(ROOT / "params.yaml", "prepare", into=PrepareParams).provenance_weights

Ranking = Callable[[Sequence[Correction]], tuple[list[str], set[str]]]
"""Corrections -> ticket ids, the most doubtful first; and those that are flagged."""


Vectors = npt.NDArray[np.float64]


def flipped(corrections: Sequence[Correction], share: float, seed: int) -> tuple[list[Correction], set[str]]:
    """The corrections with a share of them under another intent, and the tickets of those."""
    chance = random.Random(seed)
    planted = set(chance.sample(range(len(corrections)), round(share * len(corrections))))
    told = [
        replace(one, intent=chance.choice([name for name in NAMES if name != one.intent])) if at in planted else one
        for at, one in enumerate(corrections)
    ]
    return told, {corrections[at].ticket_id for at in planted}


def by_text(corpus: Sequence[Labelled]) -> Ranking:
    """What the command does, with this corpus."""

    def rank(corrections: Sequence[Correction]) -> tuple[list[str], set[str]]:
        found: list[Issue] = issues(corrections, corpus, WEIGHTS, LABELS)
        return [one.correction.ticket_id for one in found], {one.correction.ticket_id for one in found if one.flagged}

    return rank


def by_vector(known: Vectors, corpus: Sequence[Labelled], base: Vectors) -> Ranking:
    """The same number of folds over vectors of the corrections, `known`, and of the corpus, `base`."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    base_intents = np.array([IDS[row.intent] for row in corpus], dtype=np.int64)

    def rank(corrections: Sequence[Correction]) -> tuple[list[str], set[str]]:
        given = np.array([IDS[one.intent] for one in corrections])
        probabilities = np.zeros((len(given), len(NAMES)))
        for train, judged in StratifiedKFold(LABELS.folds, shuffle=True, random_state=LABELS.seed).split(known, given):
            model = LogisticRegression(C=10, max_iter=1000)
            model.fit(np.concatenate([known[train], base]), np.concatenate([given[train], base_intents]))
            probabilities[judged] = model.predict_proba(known[judged])
        order = probabilities[np.arange(len(given)), given].argsort()
        ids = [one.ticket_id for one in corrections]
        flagged = np.flatnonzero(find_label_issues(given, probabilities, n_jobs=1))
        return [ids[at] for at in order], {ids[at] for at in flagged}

    return rank


def encoded(texts: Sequence[str]) -> Vectors:
    """(n, hidden) unit vectors."""
    import torch

    from ecomintent.model import encoding

    encoder = encoding.load(encoding.EMBEDDED, max_tokens=128)
    body = getattr(encoder.model, encoder.model.base_model_prefix).eval()
    found = []
    with torch.no_grad():
        for start in range(0, len(texts), 64):
            batch = encoder.tokenizer(
                list(texts[start : start + 64]), truncation=True, max_length=128, padding=True, return_tensors="pt"
            )
            mask = batch["attention_mask"][..., None]
            mean = (body(**batch).last_hidden_state * mask).sum(1) / mask.sum(1)
            found.append(torch.nn.functional.normalize(mean).double().numpy())
    return np.concatenate(found)


def line(name: str, rank: Ranking, corrections: Sequence[Correction], share: float, seeds: int) -> None:
    """Measure one way and print its row, means over the seeds."""
    measured, started = [], time.perf_counter()
    for seed in range(seeds):
        told, planted = flipped(corrections, share, seed)
        order, flagged = rank(told)
        k = len(planted)
        hits = [len(planted & set(order[:top])) for top in (20, k, 2 * k)]
        caught = len(planted & flagged)
        measured.append(
            (hits[0] / 20, hits[1] / k, hits[2] / k, len(flagged), caught / max(1, len(flagged)), caught / k)
        )
    seconds = (time.perf_counter() - started) / seeds
    first, at_k, at_2k, flags, precision, recall = np.mean(measured, axis=0)
    print(
        f"| {name} | {first:.2f} | {at_k:.2f} | {at_2k:.2f} | {flags:.0f} | {precision:.2f} | {recall:.2f} "
        f"| {seconds:.1f} s |",
        flush=True,
    )


def main() -> None:
    """Print one row for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--encoder", action="store_true")
    asked = parser.parse_args()
    months = (read_labels(SAMPLES / f"corrections-month{number}.jsonl")[0] for number in (1, 2, 3))
    corrections = [one for month in months for one in month]
    corpus = [
        Labelled(text=row.text, intent=row.intent) for row in read_corpus(SAMPLES / "starter.jsonl", source_map=None)[0]
    ]
    texts = [one.text for one in corrections]
    right = held_out(
        texts,
        [Labelled(text=c.text, intent=c.intent) for c in corrections],
        corpus,
        folds=LABELS.folds,
        seed=LABELS.seed,
    )
    agrees = np.mean([NAMES[row.argmax()] == one.intent for row, one in zip(right, corrections, strict=True)])
    k = round(asked.share * len(corrections))
    print(f"{len(corrections)} corrections, k = {k} flipped; unflipped, the model agrees with {agrees:.0%}\n")
    print("| vectors, learned from | first 20 | first k | found in 2k | flagged | precision | recall | time |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    line("TF-IDF, corrections", by_text([]), corrections, asked.share, asked.seeds)
    line("TF-IDF, corrections and corpus", by_text(corpus), corrections, asked.share, asked.seeds)
    if asked.encoder:
        known, base = encoded(texts), encoded([row.text for row in corpus])
        line("encoder, corrections", by_vector(known, [], base[:0]), corrections, asked.share, asked.seeds)
        line("encoder, corrections and corpus", by_vector(known, corpus, base), corrections, asked.share, asked.seeds)


if __name__ == "__main__":
    main()
