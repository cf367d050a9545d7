"""Scores on the frozen set of models trained under several seeds, with intervals; prints Markdown for docs/results.md.

    python -m tests.bench.seed_table FOLDER [FOLDER ...] [--json]

Each FOLDER is one way to train: frozen.csv (id,label,group) and seed-N.csv (id,intent), as `tests/bench/aa_train.py`
writes them. Intervals are 95 % percentile intervals of a bootstrap over tickets (2,000 resamples, fixed seed) of the
mean over the seeds: they say how far the tickets carry, the standard deviation says how far the seed does.
"""

import argparse
import csv
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ecomintent.taxonomy import IDS, NAMES

RESAMPLES: Final = 2_000
K: Final = len(NAMES)

Counts = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Span:
    """A score as a share, 0-1, with its 95 % interval over tickets and its spread over seeds."""

    mean: float
    low: float
    high: float
    seed_sd: float
    """Standard deviation over the seeds; 0 where there is one."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One folder's models."""

    name: str
    seeds: int
    tickets: int
    accuracy: Span
    macro_f1: Span
    intents: dict[str, Span]
    n: dict[str, int]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    ways = [measured(folder) for folder in arguments.folders]
    print(json.dumps([asdict(way) for way in ways], indent=2) if arguments.json else "\n".join(_table(ways)))


def measured(folder: Path) -> Way:
    """Read and score one folder."""
    with (folder / "frozen.csv").open(encoding="utf-8", newline="") as lines:
        label_of = {row["id"]: IDS[row["label"]] for row in csv.DictReader(lines)}
    labels_n = np.array(list(label_of.values()))
    answers_mn = np.array([_answers(path, list(label_of)) for path in sorted(folder.glob("seed-*.csv"))])
    if not len(answers_mn):
        raise SystemExit(f"{folder}: holds no seed-N.csv; run tests.bench.aa_train first")
    generator = np.random.default_rng(7)
    draws = [generator.integers(0, len(labels_n), len(labels_n)) for _ in range(RESAMPLES)]
    whole = np.array([_scores(labels_n, answers_n) for answers_n in answers_mn])
    drawn = np.array([np.mean([_scores(labels_n[d], a[d]) for a in answers_mn], axis=0) for d in draws])
    spans = [_span(whole[:, at], drawn[:, at]) for at in range(K + 2)]
    return Way(
        name=folder.name,
        seeds=len(answers_mn),
        tickets=len(labels_n),
        accuracy=spans[0],
        macro_f1=spans[1],
        intents=dict(zip(NAMES, spans[2:], strict=True)),
        n={name: int((labels_n == number).sum()) for name, number in IDS.items()},
    )


def _answers(path: Path, ids: Sequence[str]) -> list[int]:
    with path.open(encoding="utf-8", newline="") as lines:
        told = {row["id"]: IDS[row["intent"]] for row in csv.DictReader(lines)}
    return [told[key] for key in ids]


def _scores(labels_n: NDArray[np.int64], answers_n: NDArray[np.int64]) -> Counts:
    """Accuracy, macro-F1, then F1 by intent (0 where it is neither present nor predicted)."""
    table = np.bincount(labels_n * K + answers_n, minlength=K * K).reshape(K, K).astype(float)
    hits, sums = table.diagonal(), table.sum(0) + table.sum(1)
    f1_k = np.divide(2 * hits, sums, out=np.zeros(K), where=sums > 0)
    return np.concatenate([[hits.sum() / len(labels_n), f1_k[sums > 0].mean()], f1_k])


def _span(whole_m: Counts, drawn_r: Counts) -> Span:
    low, high = np.percentile(drawn_r, [2.5, 97.5])
    spread = float(whole_m.std(ddof=1)) if len(whole_m) > 1 else 0.0
    return Span(mean=float(whole_m.mean()), low=float(low), high=float(high), seed_sd=spread)


def _table(ways: Sequence[Way]) -> list[str]:
    out = ["| trained on | seeds | macro-F1 | sd of seeds | accuracy |", "| --- | --- | --- | --- | --- |"]
    for way in ways:
        out.append(
            f"| {way.name} | {way.seeds} | {_told(way.macro_f1)} | {way.macro_f1.seed_sd:.3f} | {_told(way.accuracy)} |"
        )
    out += ["", "| intent | n | " + " | ".join(way.name for way in ways) + " |", "| --- | --- |" + " --- |" * len(ways)]
    for name in NAMES:
        out.append(f"| {name} | {ways[0].n[name]} | " + " | ".join(_told(way.intents[name]) for way in ways) + " |")
    return out


def _told(span: Span) -> str:
    return f"{span.mean:.3f} [{span.low:.3f}, {span.high:.3f}]"


if __name__ == "__main__":
    main()
