"""The anchor moves by a logged decision only, and only to a champion that lost nothing against it."""

from dataclasses import replace

import pytest

from ecomintent.errors import PromotionRefused
from ecomintent.gate.verdict import Comparison, Outcome, OverallVerdict, Reason
from ecomintent.release import anchor
from tests.unit.release.release_world import PROMOTE, World, undecided


@pytest.fixture
def world(tmp_path):
    """Version 1 was released first, then version 2."""
    world = World(tmp_path)
    world.release("1")
    world.release("2")
    return world


def against_anchor(outcome):
    accuracy = OverallVerdict(
        n=9,
        accuracy_champion=0.9,
        accuracy_candidate=0.9,
        delta=0.0,
        low=-0.01,
        high=0.01,
        margin=0.015,
        p=1.0,
        newly_wrong=0,
        newly_right=0,
        verdict=Outcome.PASS,
        reason=Reason.WITHIN_MARGIN,
    )
    wismo = replace(undecided("WISMO").intents["WISMO"], verdict=outcome)
    return replace(PROMOTE, against_anchor=Comparison(intents={"WISMO": wismo}, accuracy=accuracy, churn=0.1))


def move(world, version, verdict):
    return anchor.move(version, by="Dana", reason="a year of gains", verdict=verdict, **world._ports, **world._clock)


def test_a_champion_that_passes_everywhere_becomes_the_anchor_and_the_history_says_so(world):
    assert move(world, "2", against_anchor(Outcome.PASS)) == "1"

    assert world.anchor() == "2"
    last = world.events()[-1]
    assert (last.event, last.version, last.by, last.details) == ("anchored", "2", "Dana", {"previous_anchor": "1"})


def test_saying_it_again_adds_nothing(world):
    move(world, "2", against_anchor(Outcome.PASS))
    before = world.said()

    move(world, "2", against_anchor(Outcome.PASS))

    assert world.said() == before


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.REGRESSED])
def test_an_intent_that_does_not_pass_against_the_anchor_keeps_it(world, outcome):
    with pytest.raises(PromotionRefused, match="against today's, WISMO did not PASS"):
        move(world, "2", against_anchor(outcome))

    assert world.anchor() == "1"


def test_only_the_champion_can_become_the_anchor(world):
    with pytest.raises(PromotionRefused, match="version 3 is not the champion"):
        move(world, "3", against_anchor(Outcome.PASS))
