import json
from pathlib import Path

import pandas as pd
import pytest
from gate_worlds import simulated
from numpy.random import default_rng

from ecomintent import layout
from ecomintent.data.leakage import text_key
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
            "candidate": list(w.candidate.values()),
            "candidate_confidence": 0.7,
            "champion": list(w.champion.values()),
            "champion_confidence": 0.8,
        }
    )
    put(table)
    layout.PREPARED.mkdir(parents=True)
    pd.DataFrame({"text_key": [text_key("something else")]}).to_parquet(layout.TRAIN_ROWS)
    layout.PARAMS.write_text(PARAMS.read_text(encoding="utf-8"), encoding="utf-8")
    return table


def put(table, **said):
    layout.EVALUATED.mkdir(parents=True, exist_ok=True)
    table.to_parquet(layout.PREDICTIONS)
    report = {
        "frozen_set": {"digest": "f" * 64, "rows": len(table)},
        "candidate_weights": "c" * 64,
        "champion_version": "3",
        "champion_weights": "d" * 64,
    }
    layout.REPORT.write_text(json.dumps(report | said), encoding="utf-8")


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
    assert "gate verdict=BLOCK candidate=cccccccccccc champion=3 frozen_set=ffffffffffff" in caplog.text


def test_a_frozen_text_among_the_training_rows_blocks(workspace):
    keys = [text_key("  INVENTED text number T-00004!"), text_key("else")]
    pd.DataFrame({"text_key": keys}).to_parquet(layout.TRAIN_ROWS)

    gate.run()

    assert (stored().overall, stored().cause) == (
        Decision.BLOCK,
        "1 of 540 frozen tickets lie in the candidate's training rows",
    )


def test_without_a_champion_it_is_a_first_release(workspace):
    put(workspace.assign(champion=None, champion_confidence=None), champion_version=None, champion_weights=None)

    gate.run()

    assert stored().churn is None
    assert stored().overall is not Decision.PROMOTE
    assert stored().evidence["champion_version"] == ""


def test_a_champion_that_was_not_scored_blocks(workspace):
    put(workspace.assign(champion=None, champion_confidence=None))

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
        (lambda t: t.drop(columns="group"), {}, r"predictions\.parquet: no column group"),
        (lambda t: t, {"frozen_set": {"digest": "f", "rows": 7}}, r"540 rows, but report\.json speaks of 7"),
        (lambda t: t, {"champion_version": None}, r"answers of a champion, but report\.json names none"),
        (lambda t: pd.concat([t, t[:1]]), {}, r"ticket id 'T-00000' appears more than once"),
        (lambda t: t.assign(label=None), {}, r"frozen set: '' is not one of the nine intents"),
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
