"""Decisions of the status page put into effect: once, also where a take-up was killed, and about what was seen."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from ecomintent.adapters import deciding, handing_over, processes, promoting
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.page_decisions import StoredDecisions
from ecomintent.errors import PipelineError, PromotionRefused
from ecomintent.release.page_decisions import PageDecision, State
from tests.unit.release.release_world import BLOCK, PROMOTE, PowerCut, World

LEFT = PageDecision(
    version="2",
    weights="",
    verdict_digest="digest-2",
    turn=0,
    approved=True,
    person="dana",
    reason="errors read",
    at="2026-05-04T00:00:00+00:00",
)


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "registry")


@pytest.fixture
def home(world, tmp_path, monkeypatch):
    """The world as a system whose gate says `says`; its stages are not run."""
    ports = world._ports | world._clock
    made = SimpleNamespace(settings=SimpleNamespace(home=tmp_path), says=PROMOTE, asked=0, **ports)

    def promote(system, version):
        system.asked += 1
        if isinstance(system.says, Exception):
            raise system.says
        world.settle(version, system.says)
        return system.says

    monkeypatch.setattr(promoting, "promote", promote)
    monkeypatch.setattr(handing_over, "tell_server", lambda system: None)
    return made


def put(world, home, **changes):
    decisions = StoredDecisions(LabellingDatabase(home.settings.home))
    assert decisions.put(replace(LEFT, weights=world.weights("2")[:16], **changes))
    return decisions


def test_an_approval_is_recorded_under_the_accounts_name_and_promoted_once(world, home):
    decisions = put(world, home)

    assert [deciding.take_up(home), deciding.take_up(home)] == [1, 0]

    assert world.aliases()["champion"] == "2"
    assert world.said() == [("approved", "2"), ("promoted", "2")]
    assert {event.by for event in world.events()} == {"dana"}
    latest = decisions.latest()
    assert (latest.state, latest.says) == (State.PROMOTED, "asked again, the gate said PROMOTE: nothing lost")
    assert home.asked == 1


def test_a_rejection_is_recorded_and_moves_nothing(world, home):
    decisions = put(world, home, approved=False, reason="refunds are read as returns")

    assert deciding.take_up(home) == 1

    assert (world.said(), decisions.latest().state) == ([("rejected", "2")], State.REJECTED)
    assert home.asked == 0


def test_a_gate_that_says_no_when_it_is_asked_again_is_quoted(world, home):
    home.says = BLOCK
    decisions = put(world, home)
    deciding.take_up(home)

    latest = decisions.latest()
    assert latest.state is State.REFUSED
    assert "the gate, asked again against today's champion, says BLOCK: WISMO lost 8 points" in latest.says
    assert "champion" not in world.aliases()


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"verdict_digest": "digest-1"}, "was judged again after dana looked at it"),
        ({"weights": "f" * 16}, "holds other weights"),
        ({"version": "9"}, "version 9 is not in the registry any more"),
    ],
)
def test_what_changed_since_it_was_looked_at_is_not_released(world, home, changes, line):
    decisions = StoredDecisions(LabellingDatabase(home.settings.home))
    decisions.put(replace(LEFT, **{"weights": world.weights("2")[:16]} | changes))
    deciding.take_up(home)

    assert (decisions.latest().state, world.said()) == (State.REFUSED, [])
    assert line in decisions.latest().says


@pytest.mark.parametrize("stops", [PipelineError, PromotionRefused])
def test_what_keeps_an_approval_that_stands_from_the_gate_leaves_it_waiting_with_why(world, home, stops):
    home.says = stops("no room on the disk")
    decisions = put(world, home)

    assert deciding.take_up(home) == 0
    assert (decisions.latest().state, decisions.latest().says) == (State.WAITS, "no room on the disk")

    home.says = PROMOTE
    assert deciding.take_up(home) == 1
    assert world.said() == [("approved", "2"), ("promoted", "2")]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(8))
def test_a_power_cut_at_any_write_promotes_once_all_the_same(world, home, writes, after):
    decisions = put(world, home)
    world.cut(writes, after)
    try:
        deciding.take_up(home)
    except PowerCut:
        world.restore()
        deciding.take_up(home)

    assert world.said() == [("approved", "2"), ("promoted", "2")]
    assert (world.aliases()["champion"], decisions.latest().state) == ("2", State.PROMOTED)


def test_a_take_up_that_is_repeated_after_a_rollback_does_not_release_again(world, home, monkeypatch):
    world.release("1")
    decisions = put(world, home)
    told = StoredDecisions.tell
    monkeypatch.setattr(StoredDecisions, "tell", lambda *_: (_ for _ in ()).throw(PowerCut))
    with pytest.raises(PowerCut):
        deciding.take_up(home)
    monkeypatch.setattr(StoredDecisions, "tell", told)
    world.rollback()

    deciding.take_up(home)

    assert (world.aliases()["champion"], decisions.latest().state) == ("1", State.PROMOTED)
    assert [event for event, _ in world.said()] == ["approved", "promoted"] * 2 + ["rolled_back"]


def test_while_another_process_acts_nothing_is_done_twice(world, home):
    decisions = put(world, home)
    with processes.only_one(home.settings.home, "decisions"):
        assert deciding.take_up(home) == 0

    assert (decisions.latest().state, world.said()) == (State.WAITS, [])


def test_a_home_whose_pages_were_never_served_has_nothing_to_take_up(home):
    assert deciding.take_up(home) == 0
    assert not LabellingDatabase(home.settings.home).path.exists()


def test_a_version_that_somebody_rejected_meanwhile_stays_rejected(world, home):
    decisions = put(world, home)
    world.reject("2", by="Eoin")
    deciding.take_up(home)

    assert decisions.latest().state is State.REFUSED
    assert "was rejected by Eoin" in decisions.latest().says
