"""Try ways to train, judged on the training side only: the frozen set is no argument of this command.

    python -m tests.bench.recipe_trials --corrections FILE --log trials.jsonl --trial nodrop dropout=0 --trial plain
    python -m tests.bench.recipe_trials --corrections FILE --log trials.jsonl --cold --trial starter dropout=0 epochs=3
    python -m tests.bench.recipe_trials --log trials.jsonl --table

FILE holds real corrections (CSV, JSONL or Parquet; text and label). A trial trains once per seed on starter corpus
and four fifths of the corrections (near-duplicate groups stay together), and is scored on the fifth left out, another
one per seed, and on the bundled sample tickets that no training here sees (months 1-3 and the recent ones), because
the corrections hold no CANCEL_ORDER and no EXCHANGE_REQUEST. `--cold` trains on the starter corpus alone and scores
on all corrections. Options of a trial are the fields of `recipe_loop.Options`; `corpus=N` draws N starter tickets of
at most 25 words in the place of all. `weight=W` weighs the corrections of a training, `champion=warm`, `teach`, `both`
or `label` lets a model of the same seed that learned from the starter corpus alone be its start, be mixed into its
targets (by `distil`), both, or label the rows of `--beside` (those it is sure of by 0.9; their own labels are not
read); and it tells how many
of the tickets left out that champion had right and the trained model has wrong. `soup=N` averages the weights of N
trainings that differ in the order of their rows, `vote=N` their answers. Finished (trial, seed) pairs stand in
the log and are not run again. `--beside FILE` adds rows to every training (`baseline_labels` makes such a file);
`--errors FILE` keeps what was answered wrongly of the tickets left out, to be read.
"""

import argparse
import csv
import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

from ecomintent.data.corpus import read_corpus
from ecomintent.data.leakage import near_duplicate_groups
from ecomintent.labels.texts import fit
from ecomintent.taxonomy import IDS, NAMES
from tests.bench.recipe_loop import Options, Trained, train
from tests.bench.several_models import soup, vote

SAMPLES: Final = Path(__file__).parents[2] / "data" / "samples"
FOLDS: Final = 5
LEAST: Final = 40
"""Intents with fewer corrections are left out of their macro-F1."""

Labelled = tuple[str, str]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corrections", type=Path)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("--trial", nargs="+", action="append", default=[], metavar="NAME OPTION=VALUE")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--starter", type=Path, default=SAMPLES / "starter.jsonl")
    parser.add_argument("--beside", type=Path)
    parser.add_argument("--errors", type=Path)
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args(argv)
    done = _logged(arguments.log)
    for name, *settings in arguments.trial:
        for seed in arguments.seeds:
            if (name, seed) not in {(entry["trial"], entry["seed"]) for entry in done}:
                entry = _run(arguments, name, dict(part.split("=", 1) for part in settings), seed)
                with arguments.log.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(entry) + "\n")
                print(json.dumps(entry), flush=True)
    if arguments.table:
        print("\n".join(_table(_logged(arguments.log))))


def _run(arguments: argparse.Namespace, name: str, settings: dict[str, str], seed: int) -> dict[str, Any]:
    drawn = int(settings.pop("corpus", 0))
    weight, role = float(settings.pop("weight", 1.0)), settings.pop("champion", "")
    cooked, voted = int(settings.pop("soup", 1)), int(settings.pop("vote", 1))
    if role not in ("", "warm", "teach", "both", "label"):
        raise SystemExit(f"champion={role}: it may be warm, teach, both or label")
    options = Options(**{key: _typed(key, value) for key, value in settings.items()})
    corrections = _labelled(arguments.corrections)
    starter = _labelled(arguments.starter)
    if drawn:
        short = sorted(row for row in starter if len(row[0].split()) <= 25)
        starter = random.Random(0).sample(short, drawn)
    nothing: list[Labelled] = []
    kept, held = (nothing, corrections) if arguments.cold else _folded(corrections, seed)
    beside = _labelled(arguments.beside) if arguments.beside else []
    champion = _champion(tuple(starter), seed) if role else None
    if champion and role == "label":
        beside = _self_labelled(champion.score, beside)
    rows = [*((*row, 1.0) for row in [*starter, *beside]), *((*row, weight) for row in kept)]
    teacher = _chances(champion.score, [row[0] for row in rows]) if champion and role in ("teach", "both") else None
    start = champion.state if champion and role in ("warm", "both") else None
    members = [
        train(rows, options, seed, start=start, teacher=teacher, order=100 * seed + number if number else None)
        for number in range(max(cooked, voted))
    ]
    trained = soup(members) if cooked > 1 else vote(members) if voted > 1 else members[0]
    unseen = _sample_tickets()
    told = {"corpus": drawn, "weight": weight, "champion": role, "soup": cooked, "vote": voted}
    if arguments.errors:
        _tell_errors(arguments.errors, trained.score, held, seed)
    return {
        "trial": name,
        "seed": seed,
        "selected_on": f"{len(held)} corrections, {len(unseen)} sample tickets",
        "rows": len(rows),
        **{f"real_{key}": value for key, value in _scores(trained.score, held, LEAST).items()},
        **{f"samples_{key}": value for key, value in _scores(trained.score, unseen, 0).items()},
        **({"negative_flips": _negative_flips(champion.score, trained.score, held)} if champion else {}),
        "train_seconds": round(trained.seconds, 1),
        "tickets_per_second": round(trained.tickets / trained.seconds, 1),
        "options": asdict(options) | {key: value for key, value in told.items() if value},
    }


@cache
def _champion(starter: tuple[Labelled, ...], seed: int) -> Trained:
    """The model a shop has before its first correction: the shipped recipe on the starter rows alone."""
    return train([(*row, 1.0) for row in starter], Options(epochs=3, dropout=0.0), seed)


def _chances(score: Any, texts: Sequence[str]) -> NDArray[np.float64]:
    logits_nk = score(texts)
    raised_nk = np.exp(logits_nk - logits_nk.max(1, keepdims=True))
    chances_nk: NDArray[np.float64] = raised_nk / raised_nk.sum(1, keepdims=True)
    return chances_nk


def _self_labelled(score: Any, rows: Sequence[Labelled], sure: float = 0.9) -> list[Labelled]:
    chances_nk = _chances(score, [text for text, _ in rows])
    return [
        (text, NAMES[chances_k.argmax()])
        for (text, _), chances_k in zip(rows, chances_nk, strict=True)
        if chances_k.max() >= sure
    ]


def _negative_flips(before: Any, after: Any, rows: Sequence[Labelled]) -> float:
    """Share of tickets that were answered rightly before and are answered wrongly now."""
    texts, labels_n = [text for text, _ in rows], np.array([IDS[intent] for _, intent in rows])
    was, now = (score(texts).argmax(1) for score in (before, after))
    return float(((was == labels_n) & (now != labels_n)).mean())


def _tell_errors(path: Path, score: Any, held: Sequence[Labelled], seed: int) -> None:
    answers_n = score([text for text, _ in held]).argmax(1)
    with path.open("a", encoding="utf-8") as errors:
        for (text, intent), answer in zip(held, answers_n, strict=True):
            if NAMES[answer] != intent:
                errors.write(json.dumps({"seed": seed, "label": intent, "answer": NAMES[answer], "text": text}) + "\n")


def _scores(score: Any, rows: Sequence[Labelled], least: int) -> dict[str, float]:
    labels_n = np.array([IDS[intent] for _, intent in rows])
    answers_n = score([text for text, _ in rows]).argmax(1)
    counts_k = np.bincount(labels_n, minlength=len(IDS))
    asked = [number for number in IDS.values() if counts_k[number] > (least * len(rows) / 1001 if least else 0)]
    f1 = f1_score(labels_n, answers_n, labels=asked, average="macro", zero_division=0)
    return {"accuracy": float((labels_n == answers_n).mean()), "macro_f1": float(f1)}


def _folded(rows: Sequence[Labelled], seed: int) -> tuple[list[Labelled], list[Labelled]]:
    groups = near_duplicate_groups([text for text, _ in rows], jaccard=0.8, permutations=128, shingle_chars=5)
    first = {group: text for (text, _), group in reversed(list(zip(rows, groups, strict=True)))}
    held = [int(hashlib.sha256(first[g].encode()).hexdigest(), 16) % FOLDS == seed % FOLDS for g in groups]
    return (
        [row for row, out in zip(rows, held, strict=True) if not out],
        [row for row, out in zip(rows, held, strict=True) if out],
    )


@cache
def _labelled(path: Path) -> list[Labelled]:
    return [(text, row.intent) for row in read_corpus(path, source_map=None)[0] if (text := fit(row.text))]


@cache
def _sample_tickets() -> list[Labelled]:
    rows: list[Labelled] = []
    for month in (1, 2, 3):
        rows += _labelled(SAMPLES / f"corrections-month{month}.jsonl")
    with (SAMPLES / "recent-labels.csv").open(encoding="utf-8", newline="") as lines:
        label_of = {row["id"]: row["label"] for row in csv.DictReader(lines)}
    recent = (json.loads(line) for line in (SAMPLES / "recent.jsonl").read_text(encoding="utf-8").splitlines())
    return rows + [(fit(row["text"]), label_of[row["id"]]) for row in recent]


def _typed(key: str, value: str) -> Any:
    kinds = {field.name: type(getattr(Options(), field.name)) for field in fields(Options)}
    if key not in kinds:
        raise SystemExit(f"{key!r} is no option; there are corpus, weight, champion, soup, vote, {', '.join(kinds)}")
    return value == "true" if kinds[key] is bool else kinds[key](value)


def _logged(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def _table(entries: Sequence[dict[str, Any]]) -> list[str]:
    columns = ("real_macro_f1", "real_accuracy", "samples_macro_f1")
    out = [
        "| trial | seeds | real corrections held out: macro-F1 | accuracy | accuracy over the first trial, same seeds "
        "| sample tickets: macro-F1 | seconds |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    first = {e["seed"]: e["real_accuracy"] for e in entries if e["trial"] == entries[0]["trial"]}
    for name in dict.fromkeys(entry["trial"] for entry in entries):
        same = [entry for entry in entries if entry["trial"] == name]
        macro, accuracy, samples = (_spread([entry[column] for entry in same]) for column in columns)
        over = [entry["real_accuracy"] - first[entry["seed"]] for entry in same if entry["seed"] in first]
        seconds = mean(entry["train_seconds"] for entry in same)
        out.append(
            f"| {name} | {len(same)} | {macro} | {accuracy} | {_spread(over, sign='+') if over else ''} "
            f"| {samples} | {seconds:.0f} |"
        )
    return out


def _spread(values: Sequence[float], sign: str = "") -> str:
    return f"{mean(values):{sign}.3f}" + (f" (sd {stdev(values):.3f})" if len(values) > 1 else "")


if __name__ == "__main__":
    main()
