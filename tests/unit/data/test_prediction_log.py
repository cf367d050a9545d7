import json

import pytest
from data_rows import ROOT

from ecomintent import layout
from ecomintent.data.leakage import text_key
from ecomintent.data.prediction_log import COLUMNS, LogChecked, check_prediction_log
from ecomintent.errors import InputError, ValidationFailed

SUITE = ROOT / layout.EXPECTATIONS / "prediction_log.json"
GOOD = {
    "at": "2031-05-04T10:00:00Z",
    "ticket_id": "T1",
    "text_key": text_key("where is my parcel"),
    "length": 18,
    "intent": "WISMO",
    "confidence": 0.93,
    "model_version": "3",
}


@pytest.fixture
def log(tmp_path):
    """Write a log and check it."""

    def check(*rows):
        path = tmp_path / "predictions.jsonl"
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return check_prediction_log(path, SUITE)

    return check


def test_a_good_log_is_counted_and_nothing_is_said_of_it(log):
    rows = [GOOD, GOOD | {"at": "2031-05-04T10:00:01.250+00:00", "ticket_id": "", "confidence": 1}]

    assert log(*rows) == LogChecked(rows=2, refused=(), warnings=())


def test_each_wrong_line_is_named_with_its_reason_and_without_what_it_holds(log):
    found = log(
        GOOD,
        GOOD | {"at": "1999-12-31T23:59:59Z"},
        '{"at": "where is my parcel',
        GOOD | {"at": "2031-05-04T10:00:02Z", "confidence": "NaN", "length": "long"},
        GOOD | {"at": "2031-05-04T10:00:03Z", "text_key": "where is my parcel"},
    )

    assert (found.rows, found.warnings) == (5, ())
    assert [(row.file, row.line, row.reason, row.excerpt) for row in found.refused] == [
        ("predictions.jsonl", 2, "The time is not of the form 2031-05-04T10:00:00Z (UTC, from the year 2000 on).", ""),
        ("predictions.jsonl", 3, "not readable as JSON: Invalid control character at", ""),
        (
            "predictions.jsonl",
            4,
            "The length is absent or no whole number. The confidence is absent or no number.",
            "",
        ),
        ("predictions.jsonl", 5, "The text key is not 32 hexadecimal digits; is it the text itself?", ""),
    ]


def test_a_prediction_that_is_logged_twice_is_a_warning(log):
    found = log(GOOD, GOOD)

    assert found.refused == ()
    assert [warned.sentence for warned in found.warnings] == ["The same prediction is logged more than once."]


def test_a_log_with_the_text_in_it_is_no_log(log):
    with pytest.raises(
        ValidationFailed, match=r"predictions.jsonl: suite prediction_log: .*text not expected"
    ) as caught:
        log(GOOD | {"text": "where is my parcel"})

    assert "parcel" not in str(caught.value)


def test_a_log_without_a_column_is_no_log(log):
    with pytest.raises(ValidationFailed, match="observed model_version missing"):
        log({name: value for name, value in GOOD.items() if name != "model_version"})


def test_a_log_with_columns_and_no_row_is_told(tmp_path):
    path = tmp_path / "predictions.csv"
    path.write_text(",".join(COLUMNS) + "\n")

    found = check_prediction_log(path, SUITE)

    assert [warned.sentence for warned in found.warnings] == ["The log holds no prediction."]


def test_a_log_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"predictions.jsonl: cannot be read"):
        check_prediction_log(tmp_path / "predictions.jsonl", SUITE)
