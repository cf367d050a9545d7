"""`ecomintent corpus build-baseline` as a person calls it, on invented rows."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent import taxonomy
from ecomintent.cli.tables import corpus
from ecomintent.errors import InputError
from ecomintent.taxonomy import NAMES

ROOT = Path(__file__).parents[3]


@pytest.fixture
def called(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    monkeypatch.delenv("ECOMINTENT_PARAMS", raising=False)
    return lambda *words: CliRunner().invoke(corpus, ["build-baseline", *map(str, words)])


def raw(path, labelled, columns=("instruction", "intent")):
    lines = [",".join(columns), *(f'"{text}",{label}' for text, label in labelled)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def tickets(labels, many=10):
    return [(f"question {number} about {label}", label) for label in labels for number in range(many)]


def test_source_labels_become_intents_and_unmapped_ones_are_counted(called, tmp_path):
    source_of = {intent: label for label, intent in taxonomy.source_map("seed").table.items()}
    path = raw(tmp_path / "raw.csv", [*tickets(source_of.values()), *tickets(["haggle"], 3), *tickets(["sing"], 2)])

    answer = called(path, "--out", tmp_path / "out", "--json")

    assert answer.exit_code == 0, answer.output
    report = json.loads(answer.stdout)
    assert report == json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["refused"] == {
        "'haggle' is not in the map 'seed' (version 1)": 3,
        "'sing' is not in the map 'seed' (version 1)": 2,
    }
    assert report["map"] == "seed"
    assert report["rows"] == 90
    assert report["sides"]["test"] == {"rows": 9, "intents": dict.fromkeys(NAMES, 1)}


def test_files_that_carry_our_intents_need_no_map(called, tmp_path):
    first = raw(tmp_path / "a.csv", tickets(NAMES[:5]), ("text", "label"))
    second = raw(tmp_path / "b.csv", tickets(NAMES[5:]), ("text", "intent"))

    answer = called(first, second, "--map", "none", "--out", tmp_path / "out")

    assert answer.exit_code == 0, answer.output
    assert answer.stdout.splitlines()[-3].split() == ["all", "72", "9", "9"]


def test_personal_data_are_gone_before_anything_is_written(called, tmp_path):
    told = [(f"question {number} write to dana.{number}@example.com please", name) for number, name in enumerate(NAMES)]
    path = raw(tmp_path / "raw.csv", [*tickets(NAMES), *told], ("text", "label"))

    answer = called(path, "--map", "none", "--out", tmp_path / "out", "--json")

    import pyarrow.parquet as pq

    texts = [text for side in ("train", "validation", "test")
             for text in pq.read_table(tmp_path / "out" / f"{side}.parquet")["text"].to_pylist()]  # fmt: skip
    assert answer.exit_code == 0, answer.output
    assert len(texts) == 99
    assert sum("<EMAIL>" in text for text in texts) == 9
    assert not any("@" in text for text in texts)


def test_labels_that_need_a_map_are_not_guessed(called, tmp_path):
    path = raw(tmp_path / "raw.csv", tickets(["track_order", "get_refund"]))

    answer = called(path, "--map", "none", "--out", tmp_path / "out")

    assert isinstance(answer.exception, InputError)
    assert not (tmp_path / "out").exists()
