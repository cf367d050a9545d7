import json

import pandas as pd
import pytest
from data_rows import ROOT

from ecomintent import layout
from ecomintent.data import validation
from ecomintent.data.findings import Outcome, Suite, Warned
from ecomintent.errors import InputError
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


def kept(checked):
    return checked.kept.nonzero()[0].tolist()


def listed(finding):
    return None if finding.rows is None else finding.rows.tolist()


SUITES = ("corrections", "corpus", "frozen", "snapshot", "prediction_log")


@pytest.mark.parametrize("name", SUITES)
def test_every_suite_of_the_checkout_loads_with_all_its_expectations(name):
    path = ROOT / layout.EXPECTATIONS / f"{name}.json"

    loaded = validation.load_suite(path)

    assert loaded.name == name
    assert list(loaded.expectations) == json.loads(path.read_text(encoding="utf-8"))["expectations"]


@pytest.mark.parametrize(
    ("name", "column"),
    [("corrections", "intent"), ("corpus", "intent"), ("frozen", "label"), ("prediction_log", "intent")],
)
def test_the_intents_of_a_suite_are_those_of_the_taxonomy(name, column):
    expectations = validation.load_suite(ROOT / layout.EXPECTATIONS / f"{name}.json").expectations

    [allowed] = [e["kwargs"]["value_set"] for e in expectations if _is(e, "expect_column_values_to_be_in_set", column)]

    assert tuple(allowed) == NAMES


@pytest.mark.parametrize("name", ["corpus", "frozen", "snapshot"])
def test_the_intents_that_a_suite_counts_are_those_of_the_taxonomy(name):
    expectations = validation.load_suite(ROOT / layout.EXPECTATIONS / f"{name}.json").expectations

    counts = [e["kwargs"] for e in expectations if e["type"] == "expect_table_row_count_to_be_between"]
    counted = [kwargs["row_condition"]["parameter"] for kwargs in counts if "row_condition" in kwargs]

    assert tuple(counted) == NAMES


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

    assert kept(checked) == [0, 3]
    assert checked.refused == {
        1: "It is too long. It has a digit.",
        2: "The text is absent.",
        4: "It has a digit.",
    }


def test_rows_are_named_by_position_whatever_the_index():
    frame = texts("a", None, "b", None).set_index(pd.Index([7, 7, 7, 0]))

    assert validation.check(frame, suite(NOT_NULL), parameters={}).kept.tolist() == [True, False, True, False]


def test_a_rule_about_the_table_counts_only_the_rows_that_go_on():
    checked = validation.check(texts("a", None, None), suite(NOT_NULL, TWO_ROWS), parameters={})

    assert checked.stop == (
        "suite tickets: Two rows are needed. (expect_table_row_count_to_be_between observed 1; "
        "2 rows were refused before, most often: The text is absent.)"
    )
    assert [outcome for _, outcome in checked.outcomes] == [Outcome.LEFT_OUT, Outcome.STOPPED]


def test_a_missing_column_stops_the_table_in_one_line():
    stop = validation.check(pd.DataFrame({"body": ["a"]}), suite(NOT_NULL), parameters={}).stop

    assert stop.startswith("suite tickets: The text is absent. (expect_column_values_to_not_be_null on text observed")
    assert "\n" not in stop


def test_a_warning_is_told_and_refuses_nothing():
    checked = validation.check(
        texts("a", None),
        suite({**NOT_NULL, "severity": "warning"}, {**TWO_ROWS, "severity": "warning", "kwargs": {"min_value": 3}}),
        parameters={},
    )

    assert kept(checked) == [0, 1]
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
    checked = validation.require(texts("a", None), suite(NOT_NULL), parameters={})

    assert (kept(checked), checked.refused) == ([0, 1], {})
    assert "observed 1 of 2 rows, the first is row 2" in checked.stop


def test_every_expectation_is_told_with_what_came_of_it_in_the_order_of_the_file():
    three = {**TWO_ROWS, "severity": "warning", "kwargs": {"min_value": 3}}

    checked = validation.check(texts("a", None, "b"), suite(three, NOT_NULL, TWO_ROWS), parameters={})

    assert [(outcome, listed(found), found.observed) for found, outcome in checked.outcomes] == [
        (Outcome.WARNED, None, "2"),
        (Outcome.LEFT_OUT, [1], "1 of 3 rows, the first is row 2"),
        (Outcome.HELD, None, "2"),
    ]


def test_a_rule_about_a_share_holds_with_some_rows_against_it_and_refuses_none():
    most = {**NOT_NULL, "kwargs": {"column": "text", "mostly": 0.6}}

    checked = validation.require(texts("a", None, "b"), suite(most), parameters={})

    assert [(outcome, listed(found), found.observed) for found, outcome in checked.outcomes] == [
        (Outcome.HELD, [1], "1 of 3 rows")
    ]


def test_a_table_without_rows_holds_every_rule_about_rows():
    checked = validation.check(texts(), suite(NOT_NULL), parameters={})

    assert (kept(checked), checked.refused, checked.warnings, checked.stop) == ([], {}, (), "")


def test_parameters_reach_the_expectation():
    listed = {
        "type": "expect_column_values_to_not_be_in_set",
        "severity": "critical",
        "kwargs": {"column": "text", "value_set": {"$PARAMETER": "frozen_keys"}},
        "meta": {"sentence": "It is frozen."},
    }

    checked = validation.check(texts("a", "b"), suite(listed), parameters={"frozen_keys": ["b"]})

    assert checked.refused == {1: "It is frozen."}
