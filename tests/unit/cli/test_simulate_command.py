"""How `ecomintent simulate` says no."""

import pytest

from tests.shop import open_shop


@pytest.fixture
def shop(tmp_path):
    return open_shop(tmp_path)


def test_labels_without_a_time_are_an_input_at_fault(shop, tmp_path):
    (tmp_path / "labels.csv").write_text("text,intent\nwhere is my parcel,WISMO\n")

    said = shop.run("simulate", "--events", str(tmp_path / "labels.csv"), "--out", str(tmp_path / "out"), code=1)

    assert said.stderr.splitlines()[-1].startswith("ecomintent: --events: 1 of 1 labels have no created_at")
    assert not shop.home.exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--alone"], "it needs --corpus FILE"),
        (["--cadence", "daily"], "'daily' is not one of"),
        (["--split", "0"], "0 is not in the range"),
        (["--core-hour-price", "-1"], "-1.0 is not in the range"),
    ],
)
def test_a_misspelt_command_line_is_told_apart(shop, options, told):
    said = shop.run("simulate", "--events", "labels.csv", *options, code=2)

    assert told in said.stderr
