"""`ecomintent gate judge` on files, as a person calls it."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.cli.gate import gate
from ecomintent.errors import InputError, TaxonomyError
from ecomintent.gate.verdict import Verdict
from ecomintent.taxonomy import NAMES


@pytest.fixture
def files(tmp_path, monkeypatch):
    """40 tickets of every intent; the champion is always right, the candidate never says WISMO."""
    monkeypatch.chdir(tmp_path)
    labels = {str(1000 + number): name for number, name in enumerate(NAMES * 40)}
    put("frozen.csv", ("id", "label"), labels)
    put("champion.csv", ("id", "intent"), labels)
    put("candidate.csv", ("id", "intent"), {n: "OTHER" if a == "WISMO" else a for n, a in labels.items()})
    return labels


def put(name, header, cells):
    with Path(name).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *cells.items()])


def called(*more, champion="champion.csv", candidate="candidate.csv"):
    models = ["--champion", champion] if champion else ["--first-release"]
    given = ["judge", "--frozen", "frozen.csv", *models, "--candidate", candidate, *more]
    return CliRunner().invoke(gate, given, catch_exceptions=True)


def test_a_dropped_intent_is_blocked_and_the_exit_code_is_zero(files):
    found = called("--json")

    verdict = json.loads(found.stdout)
    wismo = verdict["intents"]["WISMO"]
    assert (found.exit_code, verdict["overall"]) == (0, "BLOCK")
    assert verdict["cause"] == "WISMO collapsed: not one of its 40 tickets is recognised; 1 more regressed"
    assert (wismo["n"], wismo["lost"], wismo["verdict"], wismo["reason"]) == (40, 40, "REGRESSED", "collapsed")
    assert Verdict.from_json(verdict).to_json() == verdict


def test_the_table_says_the_decision_first_and_the_worst_intent_next(files):
    found = called("--anchor", "champion.csv")

    lines = found.stdout.splitlines()
    assert lines[0] == "BLOCK: WISMO collapsed: not one of its 40 tickets is recognised; 1 more regressed"
    assert lines[1] == "360 tickets, 360 independent, 11.1 % answered differently"
    assert " ".join(lines[3].split()) == ("WISMO 40 100.0 0.0 -100.0 [-100.0, -77.2] 40/0 0/0 REGRESSED collapsed -")
    assert lines[-1].startswith("against the anchor: BLOCK; accuracy -11.1 [")
    assert len(lines) == 2 + 1 + 9 + 1


def test_the_same_answers_are_promoted(files):
    found = called(candidate="champion.csv")

    assert found.stdout.splitlines()[0] == "PROMOTE: the candidate answers all 360 tickets like the champion"
    assert "warning: the candidate never differs from the champion here" in found.stderr


def test_a_first_release_is_never_promoted(files):
    found = called("--json", champion=None, candidate="champion.csv")

    assert (found.exit_code, json.loads(found.stdout)["overall"]) == (0, "REVIEW")


def test_an_empty_answer_of_the_candidate_blocks(files):
    put("candidate.csv", ("id", "intent"), files | {"1000": ""})

    found = called()

    assert found.exit_code == 0
    assert found.stdout.startswith("BLOCK: the candidate gave no valid intent on 1 of 360 frozen tickets")


def test_another_label_set_is_judged_when_it_is_named(files):
    for name in ("frozen", "champion", "candidate"):
        rows = dict(list(csv.reader(Path(f"{name}.csv").read_text(encoding="utf-8").splitlines()))[1:])
        put(f"{name}.csv", ("id", "label" if name == "frozen" else "intent"), {n: a.lower() for n, a in rows.items()})

    by_frozen = called("--intents", "frozen", "--costly", "other", "--json")
    by_name = called("--intents", ",".join(sorted(name.lower() for name in NAMES)), "--costly", "other", "--json")

    assert json.loads(by_frozen.stdout) == json.loads(by_name.stdout)
    assert json.loads(by_frozen.stdout)["intents"]["other"]["recall_guard"] is not None
    assert isinstance(called().exception, InputError)
    assert "for another label set add --intents frozen" in str(called().exception)


def test_a_label_map_bridges_old_names(files):
    put("champion.csv", ("id", "intent"), {n: "PARCEL" if a == "WISMO" else a for n, a in files.items()})
    Path("map.json").write_text(json.dumps({"version": "2", "renamed": {"PARCEL": "WISMO"}, "new": []}))

    put("candidate.csv", ("id", "intent"), files)

    found = called("--label-map", "map.json", "--json")

    verdict = json.loads(found.stdout)
    assert (verdict["overall"], verdict["churn"]) == ("PROMOTE", 0)
    assert (
        "label map 2 was applied: 0 of 360 frozen labels renamed and 40 answers of the champion" in verdict["warnings"]
    )


def test_the_margin_of_the_command_line_counts(files):
    wide = json.loads(called("--margin", "0.5", "--json").stdout)

    assert {intent["margin"] for intent in wide["intents"].values()} == {0.5}


@pytest.mark.parametrize(
    ("more", "error", "message"),
    [
        (["--champion", "nowhere.csv"], InputError, "nowhere.csv: cannot be read"),
        (["--first-release"], InputError, "--champion: give the champion's answers, or --first-release"),
        (["--costly", "REFUND"], InputError, "--costly: 'REFUND' is not in the label set"),
        (["--params", "nowhere.yaml"], InputError, "nowhere.yaml: no such file"),
    ],
)
def test_bad_input_is_explained(files, more, error, message):
    found = called(*more)

    assert isinstance(found.exception, error)
    assert str(found.exception).startswith(message)
    assert found.stdout == ""


def test_a_frozen_label_that_is_none_of_the_nine_is_named(files):
    put("frozen.csv", ("id", "label"), files | {"1000": "RETURNS"})

    assert isinstance(called().exception, TaxonomyError)


def test_answers_to_fewer_tickets_are_an_error(files):
    put("candidate.csv", ("id", "intent"), {"1000": "WISMO"})

    assert str(called().exception) == (
        "answers of the candidate: 1 answers for 360 frozen tickets; score every ticket once"
    )


def test_a_damaged_parquet_file_is_an_error(files, tmp_path):
    (tmp_path / "candidate.parquet").write_bytes(b"PAR1 not really")

    assert "candidate.parquet: not a readable Parquet file" in str(called(candidate="candidate.parquet").exception)
