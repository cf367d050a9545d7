"""The train, export and evaluate stages in a workspace of their own."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ecomintent import files, layout
from ecomintent.data import frozen, parquet, scored
from ecomintent.model import release_folder
from ecomintent.model.calibration import ALL
from ecomintent.model.inference import Classifier
from ecomintent.taxonomy import NAMES
from tests.model.test_training import TICKETS
from tests.unit.model.small import save_base, save_release, save_trained

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
TRAIN_COLUMNS = {"text": "string", "intent": "string", "weight": "float64", "origin": "string"}


def run(stage: str, workspace: Path, *, code: int = 0) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", f"ecomintent.stages.{stage}"]
    done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def workspace(tmp_path):
    content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    content["model"] = {"base": str(save_base(tmp_path / "small")), "max_tokens": 16}
    content["train"] |= {"epochs": 2, "patience": 2, "batch_size": 4}
    folder = tmp_path / "workspace"
    folder.mkdir()
    (folder / layout.PARAMS).write_text(yaml.safe_dump(content), encoding="utf-8")
    rows = [[text, intent, 1.0, "correction"] for text, intent in TICKETS.items()]
    parquet.write(folder / layout.TRAIN_ROWS, TRAIN_COLUMNS, [*rows, ["left out", "OTHER", 0.0, "corpus"]])
    parquet.write(folder / layout.VALIDATION_ROWS, TRAIN_COLUMNS, rows)
    tickets = [[f"t{n}", text, intent, "", "blind"] for n, (text, intent) in enumerate(TICKETS.items())]
    parquet.write(folder / layout.FROZEN, frozen.COLUMNS, tickets)
    for place in (layout.CHAMPION, layout.ANCHOR):
        (folder / place).mkdir()
        (folder / place / "none.json").write_text("{}\n", encoding="utf-8")
    return folder


def put_release(workspace: Path, place: Path, *, version: str, seed: int, weights: str | None = None) -> str:
    release = save_release(workspace / place / "model", seed=seed)
    digest = files.folder_digest(release)
    (workspace / place / "none.json").unlink()
    note = {"version": version, "weights": weights or digest}
    (workspace / place / "release.json").write_text(json.dumps(note), encoding="utf-8")
    return digest


def put_champion(workspace: Path, *, weights: str | None = None) -> str:
    return put_release(workspace, layout.CHAMPION, version="4", seed=3, weights=weights)


def test_training_again_gives_the_same_bytes_and_stdout_is_one_line_of_json(workspace):
    first = run("train", workspace)
    kept = workspace.parent / "kept"
    shutil.copytree(workspace / layout.TRAINED, kept)
    second = run("train", workspace)

    assert files.folder_digest(kept) == files.folder_digest(workspace / layout.TRAINED)
    assert json.loads(first.stdout) == json.loads(second.stdout)
    log = json.loads((workspace / layout.TRAINING_LOG).read_text(encoding="utf-8"))
    assert (log["base"], log["rows"], log["validation_rows"], len(log["epochs"])) == ("small", 8, 8, 2)
    assert set(log["epochs"][0]) == {"epoch", "loss", "validation_macro_f1"}


def test_without_prepared_rows_training_says_in_one_line_what_is_missing(workspace):
    (workspace / layout.TRAIN_ROWS).unlink()

    done = run("train", workspace, code=1)

    assert done.stderr.splitlines()[-1].startswith("ecomintent train: data/prepared/train.parquet: no such file")


def test_the_export_stage_makes_a_release_of_what_training_left_and_says_how_they_compare(workspace):
    save_trained(workspace / layout.MODEL)

    first = run("export", workspace)
    kept = files.folder_digest(workspace / layout.EXPORTED)
    run("export", workspace)

    assert files.folder_digest(workspace / layout.EXPORTED) == kept
    report = json.loads((workspace / layout.EXPORT_REPORT).read_text(encoding="utf-8"))
    assert (report["quantise"], report["rows"]) == ("int8", 8)
    note = release_folder.read_note(workspace / layout.RELEASE)
    assert (report["calibration"]["rows"], report["calibration"]["fitted_on"]) == (8, ALL)
    assert note.temperature == report["calibration"]["temperature"] != 1.0
    assert note.thresholds == {name: found["above"] for name, found in report["thresholds"].items()}
    said = {name: report[name] for name in ("rows", "agreement", "macro_f1")} | {"temperature": note.temperature}
    assert json.loads(first.stdout) == said


def test_evaluation_holds_calibrated_confidences_against_what_came_true(workspace):
    save_trained(workspace / layout.MODEL)
    run("export", workspace)

    run("evaluate", workspace)

    found = json.loads((workspace / layout.REPORT).read_text(encoding="utf-8"))["reliability"]
    classifier = Classifier.load(workspace / layout.RELEASE, None, threads=1)
    answers = classifier.classify(list(TICKETS))
    sure = [answer.confidence > classifier.note.thresholds[answer.intent] for answer in answers]
    assert set(found) == {"candidate"}
    assert found["candidate"]["confidence"] == pytest.approx(sum(answer.confidence for answer in answers) / 8)
    assert (found["candidate"]["n"], found["candidate"]["handled"]["answered"]) == (8, sum(sure))


def test_without_a_trained_model_there_is_no_export(workspace):
    done = run("export", workspace, code=1)

    assert done.stderr.splitlines()[-1] == (
        "ecomintent export: data/trained/model: there is no model; run the train stage again"
    )


def test_without_a_champion_only_the_candidate_is_scored(workspace):
    candidate = files.folder_digest(save_release(workspace / layout.RELEASE))

    run("evaluate", workspace)

    report = json.loads((workspace / layout.REPORT).read_text(encoding="utf-8"))
    tickets = parquet.require(workspace / layout.FROZEN, frozen.COLUMNS)
    assert report["frozen_set"] == {"digest": frozen.sealed_digest(tickets), "rows": 8}
    assert report["weights"] == {"candidate": candidate}
    assert report["versions"] == {"champion": None, "anchor": None}
    assert (report["champion"], report["anchor"]) == (None, None)
    assert tuple(report["candidate"]["intents"]) == NAMES
    rows = parquet.require(workspace / layout.PREDICTIONS, {**frozen.COLUMNS, "candidate": "string"})
    assert [row["id"] for row in rows] == [ticket["id"] for ticket in tickets]
    assert {row["candidate"] for row in rows} <= set(NAMES)
    assert champions(workspace) == {None}


def champions(workspace: Path) -> set[str | None]:
    return {row["champion"] for row in parquet.require(workspace / layout.PREDICTIONS, {"champion": "string"})}


def test_candidate_and_champion_answer_the_same_tickets(workspace):
    save_release(workspace / layout.RELEASE)
    champion = put_champion(workspace)

    run("evaluate", workspace)

    report = json.loads((workspace / layout.REPORT).read_text(encoding="utf-8"))
    assert (report["versions"]["champion"], report["weights"]["champion"]) == ("4", champion)
    counted = [sum(scores["n"] for scores in report[role]["intents"].values()) for role in ("candidate", "champion")]
    assert counted == [8, 8]
    assert champions(workspace) <= set(NAMES)


def test_the_anchor_answers_them_too(workspace):
    save_release(workspace / layout.RELEASE)
    put_champion(workspace)
    anchor = put_release(workspace, layout.ANCHOR, version="1", seed=5)

    run("evaluate", workspace)

    found = scored.read(workspace / layout.PREDICTIONS, workspace / layout.REPORT)
    assert (found.evidence["anchor_version"], found.evidence["anchor_weights"]) == ("1", anchor)
    assert [set(given) for given in found.answers.values()] == [{ticket.id for ticket in found.frozen}] * 3
    assert list(found.answers) == ["candidate", "champion", "anchor"]


def test_a_champion_that_is_not_the_registered_one_stops_the_stage(workspace):
    save_release(workspace / layout.RELEASE)
    put_champion(workspace, weights="0" * 64)

    done = run("evaluate", workspace, code=1)

    assert "expected " + "0" * 64 in done.stderr.splitlines()[-1]
    assert not (workspace / layout.REPORT).exists()


def test_an_empty_champion_folder_is_refused_and_not_taken_for_no_champion(workspace):
    save_release(workspace / layout.RELEASE)
    (workspace / layout.CHAMPION / "none.json").unlink()

    done = run("evaluate", workspace, code=1)

    assert "neither release.json nor none.json" in done.stderr.splitlines()[-1]
