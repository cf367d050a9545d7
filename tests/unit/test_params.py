from pathlib import Path

import pytest

from ecomintent import params
from ecomintent.errors import ParamsError
from ecomintent.params import EvaluateParams, GateParams

ROOT = Path(__file__).parents[2]


def write(tmp_path, text):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_unknown_key_is_refused_with_the_nearest_known_one(tmp_path):
    path = write(tmp_path, "evaluate: {treads: 2, threads: 8}")

    with pytest.raises(ParamsError, match="unknown key 'treads'; did you mean 'threads'"):
        params.section(path, "evaluate", into=EvaluateParams)


def test_a_missing_key_is_named(tmp_path):
    path = write(tmp_path, "evaluate: {}")

    with pytest.raises(ParamsError, match="missing threads"):
        params.section(path, "evaluate", into=EvaluateParams)


@pytest.mark.parametrize("value", ["'two'", "true", "1.5", "null", "[1]"])
def test_a_value_of_another_type_is_refused(tmp_path, value):
    path = write(tmp_path, f"evaluate: {{threads: {value}}}")

    with pytest.raises(ParamsError, match=r"evaluate.threads: found .*; a int is needed"):
        params.section(path, "evaluate", into=EvaluateParams)


def test_a_value_out_of_range_is_refused(tmp_path):
    path = write(tmp_path, "evaluate: {threads: 0}")

    with pytest.raises(ParamsError, match=r"evaluate\.threads: 0; it must be at least 1"):
        params.section(path, "evaluate", into=EvaluateParams)


def test_a_missing_section_is_named(tmp_path):
    with pytest.raises(ParamsError, match="gate: the section is missing"):
        params.section(write(tmp_path, "evaluate: {}"), "gate", into=GateParams)


def test_broken_yaml_is_one_line(tmp_path):
    with pytest.raises(ParamsError, match="not valid YAML"):
        params.section(write(tmp_path, "evaluate: [1"), "evaluate", into=EvaluateParams)


def test_a_margin_for_something_that_is_no_intent_is_refused(tmp_path):
    text = (ROOT / "params.yaml").read_text(encoding="utf-8").replace("margins: {}", "margins: {REFUNDS: 0.02}")

    with pytest.raises(ParamsError, match="'REFUNDS' is not an intent"):
        params.section(write(tmp_path, text), "gate", into=GateParams)
