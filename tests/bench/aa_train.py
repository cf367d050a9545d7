"""Retrain the same data under other seeds, and keep every model's answers on the frozen set.

    python -m tests.bench.aa_train --home HOME --out FOLDER [--first 1] [--last 20] [--keep]

HOME is an ecomintent home that holds a frozen set and corrections (see docs/gate.md for the commands). Every model gets
a file FOLDER/seed-N.csv (id,intent); those already there are kept, so that a stopped run goes on where it was.
`tests/bench/aa_report.py` judges them pairwise.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import yaml

from ecomintent import files, layout
from ecomintent.adapters import publishing, system
from ecomintent.data import parquet

ROOT = Path(__file__).parents[2]
TICKETS = {"id": "string", "text": "string", "label": "string", "group": "string", "provenance": "string"}


def main() -> None:
    arguments = _arguments()
    os.environ["ECOMINTENT_HOME"] = str(arguments.home)
    arguments.out.mkdir(parents=True, exist_ok=True)
    running = system.current()
    publishing.place_inputs(running)
    workspace = running.settings.workspace
    tickets = parquet.require(workspace / layout.FROZEN, TICKETS)
    _write(arguments.out / "frozen.csv", "id,label,group", ([t["id"], t["label"], t["group"]] for t in tickets))
    for seed in range(arguments.first, arguments.last + 1):
        answers = arguments.out / f"seed-{seed}.csv"
        if not answers.exists():
            folder = arguments.out / f"work-{seed}"
            _retrain(workspace, folder, seed, tickets, answers)
            if not arguments.keep:
                shutil.rmtree(folder)


def _retrain(workspace: Path, folder: Path, seed: int, tickets: list[dict[str, str]], answers: Path) -> None:
    started = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(workspace / layout.INPUT, folder / layout.INPUT)
    if not (folder / layout.LAST_MIX).exists():
        files.write_text(folder / layout.LAST_MIX, "{}\n")  # a home that never retrained has no mix to compare with
    shutil.copytree(workspace / layout.EXPECTATIONS, folder / layout.EXPECTATIONS)
    content = yaml.safe_load((workspace / layout.PARAMS).read_text(encoding="utf-8"))
    content["prepare"]["seed"] = content["train"]["seed"] = seed
    (folder / layout.PARAMS).write_text(yaml.safe_dump(content), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for stage in ("validate", "prepare", "train", "export"):
        command = [sys.executable, "-m", f"ecomintent.stages.{stage}"]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    _score(folder, tickets, answers)
    print(json.dumps({"seed": seed, "seconds": round(time.monotonic() - started)}), flush=True)


def _score(folder: Path, tickets: list[dict[str, str]], answers: Path) -> None:
    from ecomintent.model.inference import Classifier
    from ecomintent.progress import silently

    model = folder / layout.RELEASE
    classifier = Classifier.load(model, expected_digest=files.folder_digest(model), threads=1)
    told = classifier.classify([t["text"] for t in tickets], track=silently)
    _write(answers, "id,intent", ([t["id"], answer.intent] for t, answer in zip(tickets, told, strict=True)))


def _write(path: Path, header: str, rows: Iterable[Sequence[str]]) -> None:
    lines = [header, *(",".join(row) for row in rows)]
    files.write_text(path, "\n".join(lines) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--keep", action="store_true", help="keep each model's workspace, FOLDER/work-N")
    parser.add_argument("--first", type=int, default=1, help="seed of the first model")
    parser.add_argument("--last", type=int, default=20, help="seed of the last one")
    return parser.parse_args()


if __name__ == "__main__":
    main()
