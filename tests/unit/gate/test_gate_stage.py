import json
from pathlib import Path

import pandas as pd
import pytest
from gate_worlds import simulated
from numpy.random import default_rng

from ecomintent import layout
from ecomintent.errors import InputError
from ecomintent.gate.outcomes import Decision
from ecomintent.gate.verdict import Verdict
from ecomintent.stages import entry, gate

PARAMS = Path(__file__).parents[3] / "params.yaml"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """A workspace after the evaluate stage: a champion, and a candidate that hurts WISMO."""
    monkeypatch.chdir(tmp_path)
    w = simulated(default_rng(5), n=60, churn=0.04, hurt=0.3)
    table = pd.DataFrame(
        {
            "id": [ticket.id for ticket in w.frozen],
            "text": [f"invented text number {ticket.id}" for ticket in w.frozen],
            "label": [ticket.label for ticket in w.frozen],
            "group": [f"g-{ticket.id}" for ticket in w.frozen],
            "provenance": "blind",
            "candidate": list(w.candidate.values()),
            "candidate_confidence": 0.7,
            "champion": list(w.champion.values()),
            "champion_confidence": 0.8,
            "anchor": pd.Series([None] * len(w.frozen), dtype="string"),
            "anchor_confidence": pd.Series([None] * len(w.frozen), dtype="float64"),
        }
    )
    put(table)
    layout.PREPARED.mkdir(parents=True)
    layout.SEAL.parent.mkdir(parents=True)
    layout.SEAL.write_text(json.dumps({"frozen_set": "f" * 64}), encoding="utf-8")
    for path in (layout.TRAIN_ROWS, layout.VALIDATION_ROWS):
        pd.DataFrame({"text": ["something else"]}).to_parquet(path)
    layout.PARAMS.write_text(PARAMS.read_text(encoding="utf-8"), encoding="utf-8")
    return table


def put(table, **said):
    layout.EVALUATED.mkdir(parents=True, exist_ok=True)
    table.to_parquet(layout.PREDICTIONS)
    report = {
        "frozen_set": {"digest": "f" * 64, "rows": len(table)},
        "weights": {"candidate": "c" * 64, "champion": "d" * 64},
        "versions": {"champion": "3", "anchor": None},
    }
    layout.REPORT.write_text(json.dumps(report | said), encoding="utf-8")


def nobody(table):
    """The table without a champion's answers."""
    return table.assign(
        champion=pd.Series([None] * len(table), dtype="string"),
        champion_confidence=pd.Series([None] * len(table), dtype="float64"),
    )


def stored():
    return Verdict.from_json(json.loads(layout.VERDICT.read_text(encoding="utf-8")))


def test_a_block_is_an_answer_and_no_error(workspace, capsys):
    code = entry.main("gate", gate.run)

    verdict = stored()
    assert (code, verdict.overall) == (0, Decision.BLOCK)
    assert json.loads(capsys.readouterr().out) == {"cause": verdict.cause, "tickets": 540, "verdict": "BLOCK"}
    assert "invented text number" in layout.REVIEW_PAGE.read_text(encoding="utf-8")


def test_the_verdict_names_what_it_is_bound_to(workspace):
    gate.run()

    evidence = stored().evidence
    assert {name: evidence[name] for name in evidence if name != "gate_params"} == {
        "frozen_set": "f" * 64,
        "candidate_weights": "c" * 64,
        "champion_version": "3",
        "champion_weights": "d" * 64,
        "anchor_version": "",
        "anchor_weights": "",
    }
    assert len(evidence["gate_params"]) == 64


def test_two_runs_write_the_same_bytes(workspace):
    gate.run()
    first = layout.VERDICT.read_bytes(), layout.REVIEW_PAGE.read_bytes()

    put(workspace.sample(frac=1, random_state=1))
    gate.run()

    assert (layout.VERDICT.read_bytes(), layout.REVIEW_PAGE.read_bytes()) == first


def test_no_ticket_text_is_in_the_verdict_or_the_log(workspace, caplog):
    caplog.set_level("INFO")

    gate.run()

    assert "invented text" not in layout.VERDICT.read_text(encoding="utf-8") + caplog.text
    assert "gate verdict=BLOCK candidate=cccccccccccc champion=3 anchor=none frozen_set=ffffffffffff" in caplog.text


@pytest.mark.parametrize("path", [layout.TRAIN_ROWS, layout.VALIDATION_ROWS], ids=str)
@pytest.mark.parametrize("text", ["  INVENTED text number T-00004!", "an invented text number T-00004"])
def test_a_frozen_ticket_or_its_near_duplicate_among_the_training_rows_blocks(workspace, path, text):
    pd.DataFrame({"text": [text, "else"]}).to_parquet(path)

    gate.run()

    assert (stored().overall, stored().cause) == (
        Decision.BLOCK,
        "1 of 540 frozen tickets lie in the candidate's training rows",
    )


def test_a_set_that_is_not_the_sealed_one_blocks(workspace):
    layout.SEAL.write_text(json.dumps({"frozen_set": "a" * 64}), encoding="utf-8")

    gate.run()

    assert (stored().overall, stored().cause) == (
        Decision.BLOCK,
        "the models answered frozen set ffffffffffff, but the sealed one is aaaaaaaaaaaa",
    )


def test_the_worse_of_champion_and_anchor_decides(workspace):
    put(
        workspace.assign(candidate=workspace["champion"], anchor=workspace["label"], anchor_confidence=0.9),
        weights={"candidate": "c" * 64, "champion": "d" * 64, "anchor": "a" * 64},
        versions={"champion": "3", "anchor": "1"},
    )

    gate.run()

    assert stored().overall is Decision.BLOCK
    assert stored().cause.startswith("against the anchor: ")
    assert stored().evidence["anchor_version"] == "1"


def test_every_verdict_comes_with_what_became_of_doctored_candidates(workspace):
    gate.run()

    rehearsal = stored().rehearsal
    assert {each.kind for each in rehearsal.saboteurs} == {"swapped", "dropped", "recall_cut", "noise", "constant"}
    assert rehearsal.broken == ()
    assert "doctored candidates were blocked" in layout.REVIEW_PAGE.read_text(encoding="utf-8")


def test_without_a_champion_it_is_a_first_release(workspace):
    put(nobody(workspace), weights={"candidate": "c" * 64}, versions={"champion": None, "anchor": None})

    gate.run()

    assert stored().churn is None
    assert stored().overall is not Decision.PROMOTE
    assert stored().evidence["champion_version"] == ""


def test_a_champion_that_was_not_scored_blocks(workspace):
    put(nobody(workspace))

    gate.run()

    assert stored().cause == "the champion could not be scored on this frozen set: none of its answers is an intent"


def test_a_candidate_without_an_answer_blocks(workspace):
    workspace.loc[3, "candidate"] = None
    put(workspace)

    gate.run()

    assert stored().cause == "the candidate gave no valid intent on 1 of 540 frozen tickets"


@pytest.mark.parametrize(
    ("change", "said", "message"),
    [
        (lambda t: t.drop(columns="group"), {}, r"predictions\.parquet: column group missing"),
        (lambda t: t, {"frozen_set": {"digest": "f", "rows": 7}}, r"540 rows, but report\.json speaks of 7"),
        (
            lambda t: t,
            {"versions": {"champion": None, "anchor": None}},
            r"answers of the champion, but report\.json names none",
        ),
        (lambda t: pd.concat([t, t[:1]]), {}, r"ticket id 'T-00000' appears more than once"),
        (lambda t: t.assign(label=None), {}, r"frozen set: '' is not one of the intents"),
    ],
)
def test_inputs_that_contradict_each_other_are_an_error_and_write_nothing(workspace, change, said, message):
    put(change(workspace), **said)

    with pytest.raises(InputError, match=message):
        gate.run()

    assert not layout.GATED.exists()


@pytest.mark.parametrize("path", [layout.PREDICTIONS, layout.REPORT, layout.TRAIN_ROWS], ids=str)
def test_an_absent_input_is_named(workspace, path, capsys):
    path.unlink()

    code = entry.main("gate", gate.run)

    said = capsys.readouterr().err.strip().splitlines()
    assert (code, len(said)) == (1, 1)
    assert said[0].startswith(f"ecomintent gate: {path}: no such file; run the ")


def test_a_report_that_is_no_json_is_named(workspace):
    layout.REPORT.write_text("{", encoding="utf-8")

    with pytest.raises(InputError, match=r"report\.json: not JSON .*; run the evaluate stage again"):
        gate.run()
