"""What the rule decides is what the simulated shop's registry and history say, also when it is decided twice."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecomintent import files
from ecomintent.adapters import settings, simulated_shop
from ecomintent.adapters.simulated_shop import open_shop
from ecomintent.release.stand_in import OnReview, Ruling
from tests.fakes.labels import FakeHistory
from tests.fakes.registry import FakeRegistry
from tests.unit.release.test_simulation import JUDGED

ROOT = Path(__file__).parents[3]
SECOND = replace(JUDGED, version="2", champion="1", champion_f1=0.6)


@pytest.fixture
def shop(tmp_path):
    """A simulated shop with versions 1 to 3 in a fake registry; version 1 serves."""
    real = settings.from_environment({"ECOMINTENT_HOME": str(tmp_path / "real")}, ROOT)
    opened = open_shop(tmp_path / "out", real, shared=tmp_path / "shared")
    opened = replace(opened, system=replace(opened.system, registry=FakeRegistry(), history=FakeHistory()))
    opened.clock.at = datetime(2031, 6, 1, tzinfo=UTC)
    for number, verdict in enumerate(("REVIEW", "REVIEW", "BLOCK"), start=1):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "weights").write_text(str(number))
        tags = {"verdict": verdict, "undecided": "OTHER", "snapshot": "s", "frozen_set": "f", "verdict_digest": "v"}
        opened.system.registry.register(folder, run_id="r", weights=files.folder_digest(folder), tags=tags)
    simulated_shop.decide(opened, JUDGED, OnReview.HOLD)
    return opened


def told(shop):
    """Aliases, and what the history says happened to whom."""
    events = [(event.event, event.version, event.by, event.at) for event in shop.system.history.events()]
    return shop.system.registry.aliases(), events


FIRST = [
    ("approved", "1", "simulate (a rule, no person)", "2031-06-01T00:00:00+00:00"),
    ("promoted", "1", "simulate (a rule, no person)", "2031-06-01T00:00:00+00:00"),
]


def test_a_first_release_in_review_serves_and_is_the_anchor(shop):
    assert told(shop) == ({"champion": "1", "anchor": "1"}, FIRST)


def test_a_review_that_is_approved_takes_the_champions_place_once(shop):
    rulings = [simulated_shop.decide(shop, SECOND, OnReview.APPROVE) for _ in range(2)]

    again = [(event, "2", *rest) for event, _, *rest in FIRST]
    assert rulings == [Ruling.APPROVED] * 2
    assert told(shop) == ({"champion": "2", "previous": "1", "anchor": "1"}, [*FIRST, *again])


@pytest.mark.parametrize(
    ("judged", "on_review", "ruling"),
    [
        (SECOND, OnReview.HOLD, Ruling.HELD),
        (replace(SECOND, version="3", verdict="BLOCK"), OnReview.APPROVE, Ruling.BLOCKED),
        (replace(SECOND, version="1"), OnReview.APPROVE, Ruling.SAME),
    ],
)
def test_what_is_held_blocked_or_the_champion_itself_changes_nothing(shop, judged, on_review, ruling):
    assert simulated_shop.decide(shop, judged, on_review) is ruling
    assert told(shop) == ({"champion": "1", "anchor": "1"}, FIRST)
