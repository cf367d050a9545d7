"""Steps that train nothing. Those that do: tests/flows/test_simulate.py."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecomintent.adapters import settings, simulating
from ecomintent.adapters.simulated_shop import open_shop
from ecomintent.adapters.simulating import Rules
from ecomintent.data.cadence import Cadence, Look
from ecomintent.errors import InputError
from ecomintent.params_simulate import SimulateParams
from ecomintent.records import Provenance
from ecomintent.release.simulation import BEFORE_ALL
from ecomintent.release.stand_in import OnReview, Ruling
from tests.unit.data.data_rows import PARAMS, correction
from tests.unit.release.test_simulation import JUDGED

ROOT = Path(__file__).parents[3]
RULES = Rules(
    simulate=SimulateParams(seed=7, look_days=7, drift=0.2, drift_least=30, new_labels=100),
    provenance_weights=PARAMS.provenance_weights,
    on_review=OnReview.APPROVE,
    unchanged=lambda: None,
)
START = replace(
    BEFORE_ALL,
    name="start",
    at="2031-05-01T00:00:00+00:00",
    judged=JUDGED,
    ruling=Ruling.APPROVED,
    champion="1",
    f1=0.6,
)


@pytest.fixture
def shop(tmp_path):
    """A simulated shop whose first release is behind it."""
    real = settings.from_environment({"ECOMINTENT_HOME": str(tmp_path / "real")}, ROOT)
    opened = open_shop(tmp_path / "out", real, shared=tmp_path / "shared")
    steps = tmp_path / "out" / "steps"
    steps.mkdir()
    (steps / "0000.json").write_text(json.dumps(START.to_json()))
    return opened


def month(number, *labels):
    return Look(name=f"month {number}", end=datetime(2031, 5 + number, 1, tzinfo=UTC), arrived=labels)


def walk(shop, cadence, *months, rules=RULES):
    begin = Look(name="start", end=datetime(2031, 5, 1, tzinfo=UTC), arrived=())
    return simulating.walk(shop, cadence, [begin, *months], rules, say=lambda _: None)


def test_a_bots_labels_are_stored_and_no_reason_to_retrain(shop):
    bots = [correction(f"T{number}", provenance=Provenance.BOT) for number in range(3)]

    start, after = walk(shop, Cadence.MONTHLY, month(1, *bots))

    assert start == START
    assert after == replace(START, name="month 1", at="2031-06-01T00:00:00+00:00", judged=None, ruling=None)
    assert len(shop.system.labels.corrections()) == 3


def test_labels_that_are_not_enough_yet_are_counted_until_they_are(shop):
    months = [month(number, correction(f"T{number}"), correction(f"U{number}")) for number in (1, 2)]

    steps = walk(shop, Cadence.ON_DRIFT, *months)

    assert [(step.fresh, step.labels, step.why, step.champion, step.f1) for step in steps[1:]] == [
        (2, 2, "", "1", 0.6),
        (4, 4, "", "1", 0.6),
    ]


def test_a_step_that_is_done_is_read_and_not_done_again(shop, tmp_path):
    first = walk(shop, Cadence.ON_DRIFT, month(1, correction("T1")))
    done = tmp_path / "out" / "steps" / "0001.json"
    done.write_text(done.read_text().replace("month 1", "as it was"))

    assert [step.name for step in walk(shop, Cadence.ON_DRIFT, month(1, correction("T1")))] == ["start", "as it was"]
    assert first[1].name == "month 1"


def test_a_damaged_step_stops_the_replay_with_its_file(shop, tmp_path):
    (tmp_path / "out" / "steps" / "0000.json").write_text("{")

    with pytest.raises(InputError, match=r"0000\.json: damaged .*; choose another folder"):
        walk(shop, Cadence.MONTHLY, month(1))


def test_a_replay_whose_inputs_changed_under_way_stops_before_it_trains(shop, tmp_path):
    def changed():
        raise InputError("it holds a replay with another code", where="--out")

    with pytest.raises(InputError, match="another code"):
        walk(shop, Cadence.MONTHLY, month(1, correction("T1")), rules=replace(RULES, unchanged=changed))
    assert not (tmp_path / "out" / "steps" / "0001.json").exists()
