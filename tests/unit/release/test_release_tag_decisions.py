"""A decision left as tags is taken once, and never where the history already knows one."""

import pytest

from ecomintent.release.tag_decisions import Asked, asked
from tests.unit.release.release_world import World


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def read(world):
    return asked(world._registry.version("3"), world.events())


def test_a_yes_in_the_tags_is_read_with_its_reasons(world):
    world.tag(
        "3",
        approval="Approved ",
        approved_by="Dana",
        approval_reason="errors read",
        **{"approval_reason.WISMO": "new tickets read", "approval_reason.OTHER": " "},
    )

    assert read(world) == Asked(
        approved=True, by="Dana", reason="errors read", waivers={"WISMO": "new tickets read"}, second=""
    )


def test_a_no_in_the_tags_is_read(world):
    world.tag("3", approval="rejected", rejected_by="Dana", approval_reason="refunds")

    assert read(world) == Asked(approved=False, by="Dana", reason="refunds")


@pytest.mark.parametrize("state", ["", "pending", "promoted", "refused", "blocked"])
def test_a_state_that_the_loop_wrote_is_no_decision(world, state):
    world.tag("3", approval=state)

    assert read(world) is None


def test_what_the_history_knows_is_not_taken_up_again(world):
    world.approve("3")

    assert read(world) is None


def test_after_the_gate_refused_it_the_same_tag_does_not_count_again(world):
    from ecomintent.errors import PromotionRefused
    from tests.unit.release.release_world import BLOCK

    world.approve("3")
    with pytest.raises(PromotionRefused):
        world.settle("3", verdict=BLOCK)

    assert read(world) is None
