"""Time runs out for a candidate nobody spoke for, and for a yes that led nowhere; asking again starts anew."""

import pytest

from ecomintent.errors import PromotionRefused
from tests.unit.release.release_world import PowerCut, Ticking, World

DAY = 24 * 60 * 60


class Days(Ticking):
    """A clock that is set to a day of May 2026."""

    def __init__(self):
        super().__init__(step=1)
        self.day = 1

    def now(self):
        return super().now().replace("2026-05-04", f"2026-05-{self.day:02}")


@pytest.fixture
def clock():
    return Days()


@pytest.fixture
def world(tmp_path, clock):
    return World(tmp_path, clock)


def test_a_candidate_nobody_spoke_for_in_time_is_rejected_and_the_champion_stays(world, clock):
    world.release("1")
    world.request("3")
    clock.day = 15

    assert world.expire(days=14) == ["3"]

    assert world.aliases() == {"champion": "1"}
    last = world.events()[-1]
    assert (last.event, last.version, last.by, last.reason) == (
        "rejected",
        "3",
        "ecomintent",
        "nobody said yes within 14 days",
    )


def test_a_day_early_it_still_waits(world, clock):
    world.request("3")
    clock.day = 14

    assert world.expire(days=14) == []


def test_what_ran_out_of_time_cannot_be_approved(world, clock):
    world.request("3")
    clock.day = 16
    world.expire()

    with pytest.raises(PromotionRefused, match="version 3 was rejected by ecomintent"):
        world.approve("3")


def test_asking_again_starts_the_time_anew(world, clock):
    world.request("3")
    clock.day = 16
    world.expire()

    world.request("3")

    assert world.expire() == []
    assert world.approve("3").event == "approved"


def test_a_persons_no_stays_a_no_when_asked_again(world):
    world.request("3")
    world.reject("3")

    world.request("3")

    with pytest.raises(PromotionRefused, match="version 3 was rejected by Dana"):
        world.approve("3")


def test_a_yes_that_led_to_no_release_runs_out_too(world, clock):
    world.request("3")
    world.approve("3")
    clock.day = 20

    assert world.expire() == ["3"]

    with pytest.raises(PromotionRefused, match="the yes of Dana led to no release within 14 days"):
        world.approved("3")


def test_a_released_version_never_runs_out(world, clock):
    world.request("3")
    world.release("3")
    clock.day = 28

    assert world.expire() == []


def test_running_out_twice_is_said_once(world, clock):
    world.request("3")
    clock.day = 16
    world.expire()

    assert world.expire() == []
    assert world.said().count(("rejected", "3")) == 1


@pytest.mark.parametrize("writes", range(3))
@pytest.mark.parametrize("after", [False, True])
def test_a_crash_while_running_out_is_finished_by_the_next_look(world, clock, writes, after):
    world.request("3")
    clock.day = 16
    world.cut(writes, after=after)
    with pytest.raises(PowerCut):
        world.expire()
    world.restore()

    world.expire()

    assert "candidate" not in world.aliases()
    assert world.said().count(("rejected", "3")) == 1
