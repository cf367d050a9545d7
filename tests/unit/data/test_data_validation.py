import json
import re

import pandas as pd
import pytest
from data_rows import ROOT

from ecomintent import layout
from ecomintent.data import validation
from ecomintent.data.findings import Suite, Warned
from ecomintent.errors import InputError, ValidationFailed
from ecomintent.records import Provenance
from ecomintent.taxonomy import NAMES

NOT_NULL = {
    "type": "expect_column_values_to_not_be_null",
    "severity": "critical",
    "kwargs": {"column": "text"},
    "meta": {"sentence": "The text is absent."},
}
TWO_ROWS = {
    "type": "expect_table_row_count_to_be_between",
    "severity": "critical",
    "kwargs": {"min_value": 2},
    "meta": {"sentence": "Two rows are needed."},
}


def suite(*expectations):
    return Suite(name="tickets", where="tickets.json", expectations=expectations)


def load(tmp_path, content):
    path = tmp_path / "tickets.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return validation.load_suite(path)


def texts(*values):
    return pd.DataFrame({"text": pd.Series(values, dtype="str")})


@pytest.mark.parametrize("name", ["corrections", "corpus", "frozen"])
def test_every_suite_of_the_checkout_loads_with_all_its_expectations(name):
    path = ROOT / layout.EXPECTATIONS / f"{name}.json"

    loaded = validation.load_suite(path)

    assert loaded.name == name
    assert list(loaded.expectations) == json.loads(path.read_text(encoding="utf-8"))["expectations"]


@pytest.mark.parametrize(("name", "column"), [("corrections", "intent"), ("corpus", "intent"), ("frozen", "label")])
def test_the_intents_of_a_suite_are_those_of_the_taxonomy(name, column):
    expectations = validation.load_suite(ROOT / layout.EXPECTATIONS / f"{name}.json").expectations

    [allowed] = [e["kwargs"]["value_set"] for e in expectations if _is(e, "expect_column_values_to_be_in_set", column)]
    counted = [e["kwargs"]["row_condition"]["parameter"] for e in expectations if "row_condition" in e["kwargs"]]

    assert tuple(allowed) == NAMES
    assert tuple(counted) == (() if name == "corrections" else NAMES)


def test_the_provenances_of_the_suite_are_those_of_the_records():
    expectations = validation.load_suite(ROOT / layout.EXPECTATIONS / "corrections.json").expectations

    [allowed] = [
        e["kwargs"]["value_set"] for e in expectations if _is(e, "expect_column_values_to_be_in_set", "provenance")
    ]

    assert allowed == [provenance.value for provenance in Provenance]


def _is(expectation, kind, column):
    return (expectation["type"], expectation["kwargs"].get("column")) == (kind, column)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "expect_column_values_to_be_nice"}, "'expect_column_values_to_be_nice' is unknown"),
        ({"severity": "fatal"}, "severity 'fatal'; allowed are critical, warning"),
        ({"kwargs": {"colum": "text"}}, "Great Expectations refuses it: .* extra fields not permitted"),
        ({"meta": {}}, "meta.sentence is missing"),
        ({"id": "1"}, "exactly the keys kwargs, meta, severity, type"),
    ],
)
def test_an_expectation_that_would_be_left_out_is_refused(tmp_path, change, message):
    with pytest.raises(InputError, match=message):
        load(tmp_path, {"name": "tickets", "expectations": [TWO_ROWS, {**NOT_NULL, **change}]})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not a suite"),
        ("[]", "not a suite"),
        ({"expectations": [NOT_NULL]}, "not a suite"),
        ({"name": "tickets", "expectations": []}, "the suite is empty, which would accept any table"),
        ({"name": "tickets", "expectations": ["x"]}, "expectation 1: it must have exactly the keys"),
    ],
)
def test_a_file_that_is_no_suite_is_refused(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        load(tmp_path, content)


def test_an_absent_suite_is_refused(tmp_path):
    with pytest.raises(InputError, match="no such suite; restore it"):
        validation.load_suite(tmp_path / "tickets.json")


def test_rows_that_fail_are_refused_with_every_sentence_they_earn():
    digits = {
        "type": "expect_column_values_to_not_match_regex",
        "severity": "critical",
        "kwargs": {"column": "text", "regex": "[0-9]"},
        "meta": {"sentence": "It has a digit."},
    }
    short = {
        "type": "expect_column_value_lengths_to_be_between",
        "severity": "critical",
        "kwargs": {"column": "text", "max_value": 3},
        "meta": {"sentence": "It is too long."},
    }

    checked = validation.check(texts("a", "12345", None, "b", "1"), suite(short, NOT_NULL, digits), parameters={})

    assert checked.kept == (0, 3)
    assert checked.refused == {
        1: "It is too long. It has a digit.",
        2: "The text is absent.",
        4: "It has a digit.",
    }


def test_rows_are_named_by_position_whatever_the_index():
    frame = texts("a", None, "b", None).set_index(pd.Index([7, 7, 7, 0]))

    assert validation.check(frame, suite(NOT_NULL), parameters={}).kept == (0, 2)


def test_a_rule_about_the_table_counts_only_the_rows_that_go_on():
    message = (
        "suite tickets: Two rows are needed. (expect_table_row_count_to_be_between observed 1; "
        "2 rows were refused before, most often: The text is absent.)"
    )

    with pytest.raises(ValidationFailed, match=f"^{re.escape(message)}$"):
        validation.check(texts("a", None, None), suite(NOT_NULL, TWO_ROWS), parameters={})


def test_a_missing_column_stops_the_table_in_one_line():
    with pytest.raises(ValidationFailed, match=r"The text is absent\..*on text observed nothing") as caught:
        validation.check(pd.DataFrame({"body": ["a"]}), suite(NOT_NULL), parameters={})

    assert "\n" not in str(caught.value)


def test_a_warning_is_told_and_refuses_nothing():
    checked = validation.check(
        texts("a", None),
        suite({**NOT_NULL, "severity": "warning"}, {**TWO_ROWS, "severity": "warning", "kwargs": {"min_value": 3}}),
        parameters={},
    )

    assert checked.kept == (0, 1)
    assert checked.warnings == (
        Warned(
            suite="tickets",
            expectation="expect_column_values_to_not_be_null on text",
            sentence="The text is absent.",
            observed="1 of 2 rows, the first is row 2",
        ),
        Warned(
            suite="tickets",
            expectation="expect_table_row_count_to_be_between",
            sentence="Two rows are needed.",
            observed="2",
        ),
    )


def test_a_sealed_table_may_not_lose_a_row():
    with pytest.raises(ValidationFailed, match=r"The text is absent\..*observed 1 of 2 rows, the first is row 2"):
        validation.require(texts("a", None), suite(NOT_NULL), parameters={})


def test_a_table_without_rows_holds_every_rule_about_rows():
    checked = validation.check(texts(), suite(NOT_NULL), parameters={})

    assert (checked.kept, checked.refused, checked.warnings) == ((), {}, ())


def test_parameters_reach_the_expectation():
    listed = {
        "type": "expect_column_values_to_not_be_in_set",
        "severity": "critical",
        "kwargs": {"column": "text", "value_set": {"$PARAMETER": "frozen_keys"}},
        "meta": {"sentence": "It is frozen."},
    }

    checked = validation.check(texts("a", "b"), suite(listed), parameters={"frozen_keys": ["b"]})

    assert checked.refused == {1: "It is frozen."}
