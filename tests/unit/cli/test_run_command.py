"""What `ecomintent retrain` prints once the flow is through."""

import pytest
from click.testing import CliRunner

from ecomintent.adapters import processes
from ecomintent.cli.run import retrain

BLOCKED = {
    "verdict": "BLOCK",
    "cause": "WISMO lost 9.0 points",
    "undecided": [],
    "version": "2",
    "run_link": "",
    "review_page": "/home/evidence/ab/review.html",
    "left_out": 0,
    "warnings": 0,
    "validation_page": "",
    "seconds": {},
}


@pytest.fixture
def printed(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path))

    def run(**outcome):
        monkeypatch.setattr(processes, "run_flow", lambda *_: BLOCKED | outcome)
        return CliRunner().invoke(retrain).output

    return run


@pytest.mark.parametrize(("left_out", "warnings"), [(4, 0), (0, 1)])
def test_rows_left_out_and_warnings_are_one_line_with_the_page(printed, left_out, warnings):
    said = printed(left_out=left_out, warnings=warnings, validation_page="/home/evidence/ab/validation.html")

    line = f"rows left out: {left_out}, warnings: {warnings}, see /home/evidence/ab/validation.html"
    assert line in said.splitlines()


def test_where_there_is_nothing_to_tell_of_the_data_nothing_is_told(printed):
    assert "rows left out" not in printed()
