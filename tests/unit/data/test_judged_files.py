"""Other people's frozen sets and predictions, as files."""

import json
from pathlib import Path

import pandas as pd
import pytest

from ecomintent.data import judged_files
from ecomintent.errors import InputError, ParamsError
from ecomintent.gate.label_map import LabelMap
from ecomintent.gate.verdict import FrozenTicket
from ecomintent.params import GateParams, section
from ecomintent.taxonomy import NAMES

PARAMS = Path(__file__).parents[3] / "params.yaml"


def written(path, content):
    path.write_text(content, encoding="utf-8")
    return path


def test_a_frozen_file_gives_its_tickets(tmp_path):
    path = written(tmp_path / "f.csv", "id,label,group,text,provenance\n 1 ,WISMO,g,where is it,blind\n2,OTHER,,,\n")

    assert judged_files.read_frozen(path) == [
        FrozenTicket(id="1", label="WISMO", group="g", text="where is it", provenance="blind"),
        FrozenTicket(id="2", label="OTHER", group=""),
    ]


def test_an_id_is_the_same_in_every_kind_of_file(tmp_path):
    pd.DataFrame({"id": [1, 2], "intent": ["WISMO", None]}).to_parquet(tmp_path / "p.parquet")
    pd.DataFrame({"id": [1.0, 2.0], "intent": ["WISMO", None]}).to_parquet(tmp_path / "q.parquet")
    files = [
        tmp_path / "p.parquet",
        tmp_path / "q.parquet",
        written(tmp_path / "p.csv", "id,intent\n1,WISMO\n2,\n"),
        written(tmp_path / "p.jsonl", '{"id": 1, "intent": "WISMO"}\n{"id": "2", "intent": null}\n'),
        written(tmp_path / "q.jsonl", '{"ticket_id": 1, "prediction": "WISMO"}\n{"ticket_id": "2"}\n'),
    ]

    assert [judged_files.read_predictions(path) for path in files] == [{"1": "WISMO", "2": None}] * 5


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,label\n1,WISMO\n1,OTHER\n", "line 3: id '1' is on line 2 too; give every ticket its own; mend the file"),
        ("id,label\n,WISMO\n2,\n", "line 2: no id; line 3: no label; mend the file"),
        ("id,label\n" + ",x\n" * 5, "line 2: no id; line 3: no id; line 4: no id; and 2 more; mend the file"),
        ("id,label\n1," + "x" * 201, "line 2: a cell of more than 200 characters"),
        ("id,text\n1,hello\n", "found the columns id, text; needed are id and label"),
        ("id,label\n1,WISMO,surplus\n", "line 2: 3 cells where the header has 2"),
        ("id,label\n", "there is no row below the header"),
        ("", "the file is empty"),
    ],
)
def test_a_frozen_file_at_fault_is_refused_with_its_lines(tmp_path, content, message):
    path = written(tmp_path / "f.csv", content)

    with pytest.raises(InputError) as caught:
        judged_files.read_frozen(path)

    assert str(caught.value).startswith(f"{path}: {message}")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"p\.csv: cannot be read"):
        judged_files.read_predictions(tmp_path / "p.csv")


def test_labels_are_no_predictions(tmp_path):
    path = written(tmp_path / "p.csv", "id,label\n1,WISMO\n")

    with pytest.raises(InputError, match="needed are id and intent"):
        judged_files.read_predictions(path)


def test_a_label_map_is_read(tmp_path):
    path = written(tmp_path / "m.json", json.dumps({"version": "2", "renamed": {"A": "B"}, "new": ["C"]}))

    assert judged_files.read_label_map(path) == LabelMap("2", {"A": "B"}, ("C",))


@pytest.mark.parametrize("content", ["{", "[]", None])
def test_a_label_map_at_fault_is_named(tmp_path, content):
    path = tmp_path / "m.json"
    if content is not None:
        written(path, content)

    with pytest.raises(InputError, match=r"m\.json: "):
        judged_files.read_label_map(path)


def test_settings_are_the_published_ones_unless_a_file_or_the_command_says_otherwise():
    ours = section(PARAMS, "gate", into=GateParams)

    plain = judged_files.settings(None, margin=None, costly=(), intents=NAMES)
    filed = judged_files.settings(PARAMS, margin=None, costly=(), intents=NAMES)
    told = judged_files.settings(PARAMS, margin=0.07, costly=("refund",), intents=("refund", "other"))

    assert (plain.margin, plain.costly_intents, plain.min_n_pass) == (0.03, (), 30)
    assert (filed.margin, filed.costly_intents) == (ours.margin, ours.costly_intents)
    assert (told.margin_of("refund"), told.costly_intents) == (0.07, (*ours.costly_intents, "refund"))


def test_a_margin_out_of_range_and_an_unknown_costly_intent_are_refused():
    with pytest.raises(ParamsError, match=r"gate\.margin"):
        judged_files.settings(None, margin=1.5, costly=(), intents=NAMES)
    with pytest.raises(InputError, match="--costly: 'refund' is not in the label set; allowed are WISMO"):
        judged_files.settings(None, margin=None, costly=("refund",), intents=NAMES)
