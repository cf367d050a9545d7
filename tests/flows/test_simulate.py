"""A replay for real: two tiny steps through the real stages, gate and registry. Tests run in order and share it."""

import json

import pytest

from tests.shop import ROOT, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.long]

EVENTS = str(ROOT / "data" / "samples" / "corrections-month1.jsonl")


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return open_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("replay") / "out"


@pytest.fixture(scope="module")
def replay(shop, out):
    """Runs the command; what it told as JSON."""
    return lambda *more: shop.json("simulate", "--events", EVENTS, "--out", str(out), *more)


@pytest.fixture(scope="module")
def first(replay):
    return replay()


def test_each_month_is_judged_against_the_champion_before_it(first):
    start, month = first["cadences"]["monthly"]["steps"]

    assert (start["name"], start["labels"], start["judged"]["champion"], start["ruling"]) == (
        "start",
        0,
        "",
        "approved",
    )
    assert (month["name"], month["labels"], month["judged"]["champion"]) == ("2026-09", 216, "1")
    assert month["judged"]["champion_f1"] == start["judged"]["f1"]
    assert month["judged"]["training_rows"] > start["judged"]["training_rows"]
    assert (month["judged"]["verdict"], month["ruling"], month["champion"]) == ("REVIEW", "approved", "2")
    assert month["f1"] == month["judged"]["f1"]


def test_every_stage_has_its_seconds(first):
    for step in first["cadences"]["monthly"]["steps"]:
        assert set(step["judged"]["spent"]) >= {"validate", "prepare", "train", "evaluate", "gate"}
        assert all(spent["cpu_s"] > 0 for spent in step["judged"]["spent"].values())


def test_the_shops_own_home_was_never_made(shop, first):
    assert not shop.home.exists()


def test_what_was_replayed_can_be_looked_at_like_any_home(shop, out, first):
    home = {"ECOMINTENT_HOME": str(out / "monthly")}
    seen = type(shop)(home=out / "monthly", environment=shop.environment | home).json("status")

    assert (seen["champion"]["version"], seen["champion_since"]["by"]) == ("2", "simulate (a rule, no person)")


def test_the_same_command_again_trains_nothing_and_tells_the_same(replay, out, first):
    ledger = (out / "shared" / "spent.json").stat().st_mtime_ns

    assert replay() == first
    assert (out / "shared" / "spent.json").stat().st_mtime_ns == ledger
    assert json.loads((out / "simulate.json").read_text()) == first


def test_a_step_that_was_judged_and_not_finished_ends_as_it_would_have(replay, out, first):
    (out / "monthly" / "steps" / "0001.json").unlink()

    assert replay() == first


def test_another_cadence_takes_equal_trainings_from_the_first(replay, first):
    again = [step for step in replay("--cadence", "on-drift")["cadences"]["on-drift"]["steps"] if step["judged"]]

    trained = [step["judged"]["spent"]["train"] for step in first["cadences"]["monthly"]["steps"]]
    assert [step["why"] for step in again] == ["base corpus alone", "216 new labels"]
    assert [step["judged"]["spent"]["train"] for step in again] == trained
