"""A table that is read and judged in parts has the answer of the table as a whole."""

from types import SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_expectations import BROKEN, FROZEN_KEY, GOOD

from ecomintent.data import parquet, validation
from ecomintent.data.findings import Suite
from ecomintent.data.suites import columns_named
from ecomintent.errors import InputError

from data_rows import ROOT  # isort: skip

PARAMETERS = {"frozen_keys": [FROZEN_KEY]}


def in_parts(frame, rows):
    """The frame's rows, so many at a time."""
    whole = frame.reset_index(drop=True)
    parts = [whole.iloc[start : start + rows] for start in range(0, len(whole), rows)] or [whole]
    return SimpleNamespace(num_rows=len(whole), frames=lambda: iter(parts))


def told(checked):
    """Everything that is said of a table."""
    findings = [
        (found.sentence, found.held, None if found.rows is None else found.rows.tolist(), found.observed, outcome)
        for found, outcome in checked.outcomes
    ]
    return findings, checked.kept.tolist(), checked.refused, checked.stop


EXAMPLES = [(name, sentence) for name, examples in BROKEN.items() for sentence in list(examples)[::3]]


@pytest.fixture(scope="module")
def suites():
    return {name: validation.load_suite(ROOT / "expectations" / f"{name}.json") for name in GOOD}


@pytest.mark.parametrize(("name", "sentence"), EXAMPLES)
def test_a_broken_table_is_judged_in_parts_as_it_is_as_a_whole(suites, name, sentence):
    frame = BROKEN[name][sentence](GOOD[name])

    for judge in (validation.check, validation.require):
        whole = judge(frame, suites[name], parameters=PARAMETERS)
        assert told(judge(in_parts(frame, 7), suites[name], parameters=PARAMETERS)) == told(whole)


VALUES = st.lists(st.sampled_from(["a", "b", "1", None]), max_size=12)


@settings(deadline=None, max_examples=20)
@given(VALUES, st.integers(1, 5), st.sampled_from([0.5, 0.75, 1.0]))
def test_a_share_over_all_parts_is_the_share_of_the_whole(values, rows, mostly):
    rule = {
        "type": "expect_column_values_to_match_regex",
        "severity": "warning",
        "kwargs": {"column": "text", "regex": "[a-z]", "mostly": mostly},
        "meta": {"sentence": "It has no letter."},
    }
    suite = Suite(name="tickets", where="tickets.json", expectations=(rule,))
    frame = pd.DataFrame({"text": pd.Series(values, dtype="str")})

    whole = validation.require(frame, suite, parameters={})

    assert told(validation.require(in_parts(frame, rows), suite, parameters={})) == told(whole)
    there = [value for value in values if value]
    assert whole.outcomes[0][0].held == (not there or (len(there) - there.count("1")) / len(there) >= mostly)


def test_a_rule_about_all_rows_sees_across_the_parts():
    unique = {
        "type": "expect_column_values_to_be_unique",
        "severity": "critical",
        "kwargs": {"column": "text"},
        "meta": {"sentence": "It is there twice."},
    }
    suite = Suite(name="tickets", where="tickets.json", expectations=(unique,))
    frame = pd.DataFrame({"text": ["a", "b", "c", "a"], "more": 1})

    checked = validation.check(in_parts(frame, 2), suite, parameters={})

    assert checked.refused == {0: "It is there twice.", 3: "It is there twice."}


@pytest.mark.parametrize(
    ("kwargs", "named"),
    [
        ({"min_value": 1}, set()),
        ({"column": "a"}, {"a"}),
        ({"column_A": "a", "column_B": "b"}, {"a", "b"}),
        ({"column_list": ["a", "b"]}, {"a", "b"}),
        ({"row_condition": {"type": "and", "conditions": [{"column": {"name": "c"}}]}}, {"c"}),
        ({"column": "a", "row_condition": "b > 1"}, None),
    ],
)
def test_the_columns_that_a_rule_looks_at_are_found(kwargs, named):
    assert columns_named({"type": "any", "kwargs": kwargs}) == named


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 9), max_size=6))
def test_the_bytes_of_a_file_do_not_depend_on_how_its_rows_came(tmp_path_factory, sizes):
    folder = tmp_path_factory.mktemp("parquet")
    table = pa.table({"text": [f"row {number}" for number in range(sum(sizes))]}, pa.schema([("text", pa.string())]))
    starts = [sum(sizes[:at]) for at in range(len(sizes))]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet, "ROW_GROUP", 4)
        cuts = (table.slice(start, size) for start, size in zip(starts, sizes, strict=True))
        parquet.write_stream(folder / "parts.parquet", table.schema, cuts)
        parquet.write_table(folder / "whole.parquet", table)

    assert (folder / "parts.parquet").read_bytes() == (folder / "whole.parquet").read_bytes()
    assert parquet.read(folder / "parts.parquet", {"text": "string"}) == table


def test_batches_are_the_table_and_a_damaged_one_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 10)
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"b": [str(n) for n in range(95)], "a": ["x"] * 95, "c": [1] * 95}), path)

    rows = parquet.Rows(path, {"a": "string", "b": "string", "z": "string"})

    assert (rows.names, rows.num_rows) == (["a", "b"], 95)
    assert [batch.num_rows for batch in rows.batches()] == [10] * 9 + [5]
    assert [text for batch in rows.batches(["b"]) for text in batch["b"].to_pylist()] == [str(n) for n in range(95)]
    damaged = bytearray(path.read_bytes())
    damaged[4:200] = b"\0" * 196
    path.write_bytes(damaged)
    with pytest.raises(InputError, match=r"t\.parquet: not a readable Parquet file"):
        list(rows.batches())
