"""What the public baseline's recipe gives on its own split and on real tickets, for docs/public-baseline.md.

    python -m tests.bench.public_baseline --data DIR [--real FILE] [--rates 2e-5 1e-4] [--epochs 8] [--json]

The product's trainer under presets/public-baseline.yaml with two changes: the encoder is the embedded one, and the
precision is `--precision` (auto; the preset's fp16 wants a GPU). DIR holds train, validation and test as Parquet, each
name with or without `bitext_` before it, as `ecomintent corpus build-baseline` writes them. Texts are cleaned and
redacted as the product does, on every side. Which epoch is kept, and which of several rates is the one to take, is
decided by macro-F1 on the validation rows; test rows and real tickets are only scored.
"""

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import torch

from ecomintent import params
from ecomintent.data.corpus import read_corpus
from ecomintent.errors import InputError
from ecomintent.evaluation import Report, evaluate
from ecomintent.labels.texts import fit
from ecomintent.model.training import Rows, train
from ecomintent.params import ModelParams, TrainParams
from ecomintent.records import Sealed
from tests.bench.stopwatch import stopwatch
from tests.bench.torch_answers import torch_answers

log = logging.getLogger("ecomintent.bench")

PRESET: Final = Path(__file__).parents[2] / "presets" / "public-baseline.yaml"
GOAL: Final = 0.9992


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One set of tickets: accuracy and macro-F1 as fractions."""

    n: int
    errors: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One finished fine-tune."""

    learning_rate: float
    precision: str
    rows: int
    epochs: int
    best_epoch: int
    seconds: float
    """Training and the validation after each epoch."""
    clock: str
    """What the seconds are: processor time or wall time."""
    validation_macro_f1: tuple[float, ...]
    """After each epoch."""
    test: Score
    real: Score | None


def rows_of(path: Path) -> Rows:
    """Texts as the product keeps them, each with weight 1; those of which nothing is left are left out."""
    kept = [(text, row.intent) for row in read_corpus(path, source_map=None)[0] if (text := fit(row.text))]
    return Rows(texts=[text for text, _ in kept], intents=[intent for _, intent in kept], weights=[1.0] * len(kept))


def tickets_of(path: Path) -> tuple[list[str], list[str]]:
    """Texts and intents to score: all of them, as `ecomintent classify` would read them."""
    taken = read_corpus(path, source_map=None)[0]
    return [fit(row.text) or row.text for row in taken], [row.intent for row in taken]


def side(folder: Path, name: str) -> Path:
    """The file of one side of the split."""
    names = (f"{name}.parquet", f"bitext_{name}.parquet")
    found = next((folder / each for each in names if (folder / each).is_file()), None)
    if found is None:
        raise InputError(f"found neither {names[0]} nor {names[1]}; name the folder of the split", where=str(folder))
    return found


def scored(release: Path, tickets: tuple[list[str], list[str]]) -> Score:
    """All tickets, answered and counted."""
    texts, intents = tickets
    predicted = torch_answers(release, texts)
    report: Report = evaluate(intents, predicted, Sealed(digest="", rows=len(texts)))
    errors = sum(one != intent for one, intent in zip(predicted, intents, strict=True))
    return Score(n=len(texts), errors=errors, accuracy=report.accuracy, macro_f1=report.macro_f1)


def measure(folder: Path, real: Path | None, recipe: TrainParams) -> Run:
    """Train once under the recipe, and score."""
    model = replace(params.section(PRESET, "model", into=ModelParams), base="embedded")
    rows, validation = rows_of(side(folder, "train")), rows_of(side(folder, "validation"))
    log.info(
        "%d rows, %d for validation, learning rate %g", len(rows.texts), len(validation.texts), recipe.learning_rate
    )
    with tempfile.TemporaryDirectory() as temporary:
        release = Path(temporary) / "release"
        clock, named = stopwatch(recipe.threads, torch.cuda.is_available())
        started = clock()
        told = train(rows, validation, release, model=model, train=recipe)
        seconds = clock() - started
        test = scored(release, tickets_of(side(folder, "test")))
        found = None if real is None else scored(release, tickets_of(real))
    return Run(
        learning_rate=recipe.learning_rate,
        precision=told.precision,
        rows=told.rows,
        epochs=len(told.epochs),
        best_epoch=told.best_epoch,
        seconds=seconds,
        clock=named,
        validation_macro_f1=tuple(epoch.validation_macro_f1 for epoch in told.epochs),
        test=test,
        real=found,
    )


def tell(runs: Sequence[Run]) -> None:
    """The table, and whether the goal is met by what validation chose."""
    print("| learning rate | epochs (best) | training | tickets/s | validation macro-F1 | test accuracy (errors) "
          "| test macro-F1 | real accuracy | real macro-F1 |")  # fmt: skip
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for run in runs:
        best = run.validation_macro_f1[run.best_epoch - 1]
        test, real = run.test, run.real
        print(
            f"| {run.learning_rate:g} | {run.epochs} ({run.best_epoch}) | {run.seconds / 60:.1f} min "
            f"| {run.epochs * run.rows / run.seconds:.0f} | {best:.4f} "
            f"| {test.accuracy:.5f} ({test.errors} of {test.n:,}) "
            f"| {test.macro_f1:.4f} | {real.accuracy if real else float('nan'):.3f} "
            f"| {real.macro_f1 if real else float('nan'):.3f} |"
        )
    chosen = max(runs, key=lambda run: run.validation_macro_f1[run.best_epoch - 1])
    held = "met" if chosen.test.accuracy >= GOAL else "missed"
    print(f"\nPrecision {chosen.precision}; training in {chosen.clock}. Goal of accuracy >= {GOAL} on the test rows: "
          f"{held} (learning rate {chosen.learning_rate:g}, the first of those best in validation).")  # fmt: skip
    for run in runs:
        told = ", ".join(f"{score:.4f}" for score in run.validation_macro_f1)
        print(f"Validation macro-F1 after each epoch at {run.learning_rate:g}: {told}.")


def main() -> None:
    """Measure each rate, then print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--rates", type=float, nargs="+")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(message)s")
    logging.getLogger("ecomintent").setLevel("INFO")
    preset = params.section(PRESET, "train", into=TrainParams)
    recipe = replace(preset, epochs=asked.epochs or preset.epochs, precision=asked.precision)
    rates = asked.rates or [preset.learning_rate]
    runs = [measure(asked.data, asked.real, replace(recipe, learning_rate=rate)) for rate in rates]
    if asked.json:
        print(json.dumps({"goal": GOAL, "runs": [asdict(run) for run in runs]}, indent=2))
    else:
        tell(runs)


if __name__ == "__main__":
    main()
