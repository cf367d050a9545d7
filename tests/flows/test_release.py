"""What a verdict moves and what it does not, on real adapters; the tests run in order and share one home."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from ecomintent.adapters import system
from ecomintent.adapters.settings import from_environment
from ecomintent.gate.verdict import Verdict
from tests.shop import ROOT, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.long]

SAMPLES = Path("data/samples")
GATE = {"alpha_block_intents": 0.04, "alpha_block_overall": 0.01}
PARTS = ["passport", "weights", "verdict", "review page", "frozen set", "approval", "history"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """One release, approved."""
    opened = open_shop(tmp_path_factory.mktemp("shop"))
    opened.run("samples")
    opened.run("retrain")
    opened.approve("1", reason="first release, read by hand")
    return opened


def registry(shop):
    return system.build(from_environment(shop.environment, ROOT)).registry


def champion(shop):
    return shop.json("status")["champion"]["version"]


def test_every_part_of_a_promoted_release_is_what_its_passport_says(shop):
    found = shop.json("release", "verify")

    assert [(part["part"], part["ok"]) for part in found["parts"]] == [(name, True) for name in PARTS]
    assert found["ok"]


def test_its_export_has_a_card_whose_code_runs_and_whose_weights_load_in_transformers(shop, tmp_path):
    hub = tmp_path / "hub"

    told = shop.json("release", "export", str(hub), "--licence", "apache-2.0")

    card = (hub / "README.md").read_text(encoding="utf-8")
    said = [
        subprocess.run([sys.executable, "-c", code], cwd=hub, capture_output=True, text=True, check=True).stdout
        for code in re.findall(r"```python\n(.*?)```", card, flags=re.DOTALL)
    ]
    classified = shop.json("classify", "where is my parcel")
    intent, confidence, _ = ast.literal_eval(said[0])
    assert (intent, round(confidence, 4)) == (classified["intent"], round(classified["confidence"], 4))
    assert ast.literal_eval(said[1])[0]["label"] in classified["scores"]
    assert (told["version"], told["released"], ModelCard(card).data.license) == ("1", True, "apache-2.0")
    assert [text for text in texts_of((ROOT / SAMPLES).glob("*.jsonl")) if text in card] == []


def texts_of(paths):
    """Every sample ticket's text, but for those of a word or two."""
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return {row["text"] for row in rows if len(row["text"].split()) > 3}


def test_a_candidate_that_learned_nothing_is_blocked_and_one_person_cannot_release_it(shop):
    shop.run("labels", "import", str(SAMPLES / "corrections-month2.jsonl"))
    shop.params(train={"epochs": 1, "learning_rate": 1e-9}, gate=GATE)

    outcome = shop.json("retrain")
    version = outcome["version"]
    alone = shop.run("approve", version, "--by", "Dana Ortiz", "--reason", "it is fine", code=1)
    twice = ["--override", "--second", "dana ortiz "]
    same = shop.run("approve", version, "--by", "Dana Ortiz", "--reason", "it is fine", *twice, code=1)

    assert outcome["verdict"] == "BLOCK"
    assert shop.json("status")["candidate"] is None
    assert f"version {version} has verdict BLOCK" in alone.stderr
    assert "must be somebody else than --by" in same.stderr
    assert champion(shop) == "1"


def test_labels_that_are_brought_back_are_judged_without_training_again(shop, tmp_path):
    shop.params(gate={"alpha_block_intents": 0.0, "alpha_block_overall": 0.0})
    before = shop.json("retrain")
    queue = tmp_path / "to-label.csv"
    shop.run("frozen", "queue", str(queue), "--from", str(SAMPLES / "recent.jsonl"), "--count", "4")
    unlabelled = queue.read_text(encoding="utf-8-sig")
    labels = dict(line.split(",") for line in (ROOT / SAMPLES / "recent-labels.csv").read_text().splitlines())
    recent = [json.loads(line) for line in (ROOT / SAMPLES / "recent.jsonl").read_text(encoding="utf-8").splitlines()]
    filled = tmp_path / "labelled.jsonl"
    rows = [{**row, "label": labels[row["id"]]} for row in recent if row["id"] in unlabelled]
    filled.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    shop.run("frozen", "add", str(filled), "--by", "Dana Ortiz")
    done = shop.run("retrain", "--json")
    after = json.loads(done.stdout)

    assert rows
    assert not any(name in unlabelled.splitlines()[0] for name in ("champion", "candidate", "intent"))
    assert set(after["seconds"]) >= {"evaluate", "gate"}
    assert ("train epoch=" in done.stderr, "evaluate weights=" in done.stderr) == (False, True)
    assert after["version"] == before["version"]
    assert shop.json("show", after["version"])["verdict"]["n"] == 342 + len(rows)


def test_a_decision_in_tags_that_lacks_something_is_answered_and_moves_nothing(shop):
    version = shop.json("status")["candidate"]["version"]
    registry(shop).tag(version, {"approval": "approved", "approved_by": "Dana Ortiz"})

    shop.run("decisions", code=None)

    told = registry(shop).version(version).tags
    assert "say why it may be released" in told["approval_problem"]
    assert champion(shop) == "1"


def test_a_complete_decision_in_tags_is_taken_up_and_promoted(shop):
    candidate = shop.json("status")["candidate"]
    reasons = {f"approval_reason.{name}": "its tickets were read" for name in candidate["undecided"]}
    said = {"approval": "approved", "approved_by": "Dana Ortiz", "approval_reason": "month two"}
    registry(shop).tag(candidate["version"], said | reasons)

    shop.run("decisions")

    assert champion(shop) == candidate["version"]
    assert shop.json("release", "verify")["ok"]


def test_the_third_release_is_also_held_to_the_first(shop):
    shop.run("labels", "import", str(SAMPLES / "corrections-careless.jsonl"))

    outcome = shop.json("retrain")

    verdict = Verdict.from_json(shop.json("show", outcome["version"])["verdict"])
    assert shop.json("status")["anchor"]["version"] == "1"
    assert verdict.against_anchor is not None
    assert verdict.against_anchor.intents.keys() == verdict.intents.keys()
