"""Training speed beside the stock Trainer's, on the same rows in the same run, for docs/public-baseline.md.

    python -m tests.bench.train_speed [--rows 1280] [--seeds 3] [--epochs 3] [--params FILE] [--json]

Two ways train the embedded encoder on the same bundled, invented tickets: the transformers Trainer as it comes with
the public baseline's settings (batch 32, rows in random order, each batch padded to its longest, fp32 on a processor,
the Trainer's own choice of optimizer and attention), and the product's trainer with the train section of params.yaml.
Epochs, batch, learning rate and seed are the same. They take turns, seed by seed. A part of the tickets is held out of
both; F1 on it says whether speed was bought with quality. Data are read before the clock starts; all else counts:
loading the encoder, tokenising, the validation after each epoch, writing the release. Time is processor time where one
thread computes, so that other work on the machine does not count. Exit code 1: the goal is missed.
"""

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import mean, median
from typing import Any, Final

import torch

from ecomintent import params
from ecomintent.data.corpus import read_corpus
from ecomintent.evaluation import evaluate
from ecomintent.labels.texts import fit
from ecomintent.model.training import Rows, train
from ecomintent.params import ModelParams, TrainParams
from ecomintent.records import Sealed
from tests.bench.stock_trainer import stock_train
from tests.bench.stopwatch import stopwatch
from tests.bench.torch_answers import torch_answers

ROOT: Final = Path(__file__).parents[2]
GOAL: Final = 3.0
EQUAL: Final = 0.01
"""F1 the fast way may lose, on the mean over seeds, and still be called equal."""
HELD_OUT: Final = 270
STOCK: Final = "stock Trainer"
OURS: Final = "ecomintent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One training of one way."""

    way: str
    seed: int
    seconds: float
    tickets_per_second: float
    """Rows times epochs run, over the whole time."""
    macro_f1: float
    """On the part that was held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What both ways are given."""

    rows: Rows
    validation: Rows
    model: ModelParams
    train: TrainParams


Way = Callable[[Setup, Path], int]
"""Trains, writes a release into the folder and says how many epochs it ran."""


def tickets(count: int, seed: int) -> tuple[Rows, Rows]:
    """So many rows of the bundled starter corpus, and HELD_OUT others; the same for one seed."""
    found = read_corpus(ROOT / "data" / "samples" / "starter.jsonl", source_map=None)[0]
    drawn = random.Random(seed).sample(found, min(len(found), count + HELD_OUT))
    return _rows(drawn[HELD_OUT:]), _rows(drawn[:HELD_OUT])


def as_it_comes(setup: Setup, folder: Path) -> int:
    """The stock Trainer."""
    stock_train(setup.rows, setup.validation, folder, model=setup.model, train=setup.train)
    return setup.train.epochs


def ours(setup: Setup, folder: Path) -> int:
    """The product's trainer."""
    return len(train(setup.rows, setup.validation, folder, model=setup.model, train=setup.train).epochs)


def turn(name: str, way: Way, setup: Setup, held_out: Rows) -> Turn:
    """Train once and score."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "release"
        clock, _ = stopwatch(setup.train.threads, torch.cuda.is_available())
        started = clock()
        epochs = way(setup, folder)
        seconds = clock() - started
        answers = torch_answers(folder, held_out.texts)
    report = evaluate(held_out.intents, answers, Sealed(digest="", rows=len(answers)))
    rate = epochs * len(setup.rows.texts) / seconds
    return Turn(way=name, seed=setup.train.seed, seconds=seconds, tickets_per_second=rate, macro_f1=report.macro_f1)


def summary(turns: Sequence[Turn]) -> dict[str, Any]:
    """The ratio is the median over the seeds of ours / stock in turns that followed each other."""
    of = {name: [one for one in turns if one.way == name] for name in (STOCK, OURS)}
    ratios = [b.tickets_per_second / a.tickets_per_second for a, b in zip(of[STOCK], of[OURS], strict=True)]
    f1 = {name: mean(one.macro_f1 for one in found) for name, found in of.items()}
    return {
        "ratio": median(ratios),
        "ratios": ratios,
        "goal": GOAL,
        "met": median(ratios) >= GOAL and f1[OURS] >= f1[STOCK] - EQUAL,
        "tickets_per_second": {name: median(one.tickets_per_second for one in found) for name, found in of.items()},
        "macro_f1": f1,
        "turns": [asdict(one) for one in turns],
    }


def tell(found: dict[str, Any]) -> None:
    """A row for each turn, then the ratio."""
    print("| seed | way | time | tickets/s | held-out macro-F1 |\n| --- | --- | --- | --- | --- |")
    for one in found["turns"]:
        print(
            f"| {one['seed']} | {one['way']} | {one['seconds']:.1f} s | {one['tickets_per_second']:.1f} "
            f"| {one['macro_f1']:.3f} |"
        )
    told = ", ".join(f"{ratio:.2f}" for ratio in found["ratios"])
    f1 = found["macro_f1"]
    print(
        f"\nMedian ratio {found['ratio']:.2f} ({told}); mean macro-F1 {f1[OURS]:.3f} beside {f1[STOCK]:.3f}. "
        f"Goal of >= {GOAL:g} times the tickets/s at equal F1 (within {EQUAL}): {'met' if found['met'] else 'missed'}."
    )


def main() -> int:
    """Take turns, seed by seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1280)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--params", type=Path, default=ROOT / "params.yaml")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    model = params.section(asked.params, "model", into=ModelParams)
    recipe = params.section(asked.params, "train", into=TrainParams)
    turns = []
    for seed in range(1, asked.seeds + 1):
        rows, held_out = tickets(asked.rows, seed)
        alike = replace(recipe, seed=seed, epochs=asked.epochs, patience=asked.epochs, batch_size=32)
        setup = Setup(rows=rows, validation=held_out, model=model, train=alike)
        for name, way in ((STOCK, as_it_comes), (OURS, ours)):
            turns.append(turn(name, way, setup, held_out))
            print(f"seed {seed} {name} {turns[-1].tickets_per_second:.1f} tickets/s", file=sys.stderr, flush=True)
    found = summary(turns)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        tell(found)
    return 0 if found["met"] else 1


def _rows(drawn: Sequence[Any]) -> Rows:
    return Rows(
        texts=[fit(row.text) or row.text for row in drawn],
        intents=[row.intent for row in drawn],
        weights=[1.0] * len(drawn),
    )


if __name__ == "__main__":
    sys.exit(main())
