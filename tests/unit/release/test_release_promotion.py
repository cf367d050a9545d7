"""The aliases move in one order, a crash anywhere is mended by repeating, and what was taken back stays back.

Over 250 lines: every promotion and rollback test shares one fake world and one crash harness.
"""

from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomintent.errors import EcomIntentError, InputError, PromotionRefused
from tests.unit.release.release_world import BLOCK, PROMOTE, REVIEW, PowerCut, Ticking, World


@pytest.fixture
def world(tmp_path):
    """Version 1 is the champion, 3 the candidate."""
    world = World(tmp_path)
    world.release("1")
    return world


def test_previous_moves_first_champion_second_tags_and_history_last(world):
    world.approve("3")
    world.power.log.clear()

    world.settle("3")

    *moves, (append, event) = world.power.log
    assert moves == [
        ("point", "previous", "1"),
        ("point", "champion", "3"),
        ("drop", "candidate"),
        ("tag", "3", {"approval": "promoted", "approved_by": "Dana"}),
    ]
    assert (append, event.event, event.version, event.by, event.reason) == (
        "append",
        "promoted",
        "3",
        "Dana",
        "read by hand",
    )
    assert event.details["previous"] == "1"


def test_the_first_release_has_no_previous(tmp_path):
    world = World(tmp_path)

    world.release("3")

    assert world.aliases() == {"champion": "3"}
    assert world.events()[-1].details["previous"] == ""


def test_promoting_an_older_version_leaves_the_candidate_waiting(world):
    world.release("2")

    assert world.aliases() == {"champion": "2", "previous": "1", "candidate": "3"}


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(5))
def test_a_crash_at_any_write_leaves_a_champion_and_is_mended_by_repeating(tmp_path, writes, after):
    whole, cut = World(tmp_path / "whole"), World(tmp_path / "cut")
    for world in (whole, cut):
        world.release("1")
        world.approve("3")
    whole.settle("3")

    cut.cut(writes, after)
    with pytest.raises(PowerCut):
        cut.settle("3")
    serving = cut.aliases()["champion"]
    cut.restore()
    cut.settle("3")

    assert serving == ("3" if writes + after >= 2 else "1")
    assert cut.state() == whole.state()
    assert cut.unfinished() == []


def test_what_a_crash_left_half_promoted_is_finished_even_if_the_gate_would_no_longer_say_yes(world):
    world.approve("3")
    world.cut(2, after=False)
    with pytest.raises(PowerCut):
        world.settle("3")
    world.restore()

    world.settle("3", BLOCK)

    assert world.aliases() == {"champion": "3", "previous": "1"}
    assert world.said()[-1] == ("promoted", "3")


def test_block_from_the_gate_asked_again_moves_nothing_and_uses_the_yes_up(world):
    world.approve("3")

    with pytest.raises(PromotionRefused) as caught:
        world.settle("3", BLOCK)

    assert str(caught.value) == (
        "version 3 is not promoted; the gate, asked again against today's champion, says BLOCK: WISMO lost 8 points; "
        "the champion stays"
    )
    assert world.aliases() == {"champion": "1", "candidate": "3"}
    assert world.said()[-1] == ("refused", "3")
    with pytest.raises(PromotionRefused, match="not approved"):
        world.settle("3", PROMOTE)


def test_review_from_the_gate_asked_again_needs_a_yes_with_a_reason(world):
    world.approve("3", reason="")

    with pytest.raises(PromotionRefused, match=r"says REVIEW \(EXCHANGE_REQUEST undecided\); approve again with a"):
        world.settle("3", REVIEW)

    world.approve("3", reason="read by hand")
    world.settle("3", REVIEW)
    assert world.aliases()["champion"] == "3"


@pytest.mark.parametrize("change", ["rejected", "changed"])
def test_a_yes_withdrawn_while_the_gate_was_asked_moves_nothing(world, change):
    said = world.approve("3")
    if change == "rejected":
        world.reject("3")
    else:
        world.tag("3", verdict_digest="another")
        world.approve("3")

    with pytest.raises(PromotionRefused):
        world.settle("3", approved=said)

    assert world.aliases()["champion"] == "1"
    assert ("promoted", "3") not in world.said()


def test_only_what_was_approved_and_not_settled_since_is_unfinished(world):
    world.approve("3")
    world.approve("2")
    assert world.unfinished() == ["3", "2"]

    world.reject("3")
    with pytest.raises(PromotionRefused):
        world.settle("2", BLOCK)

    assert world.unfinished() == []


def test_a_rollback_swaps_champion_and_previous(world):
    world.release("3")

    assert world.rollback() == ("3", "1")
    assert world.aliases() == {"champion": "1", "previous": "3"}
    event = world.events()[-1]
    assert (event.event, event.version, event.by, event.reason, event.details) == (
        "rolled_back",
        "1",
        "Eoin",
        "wrong queue",
        {"taken_back": "3"},
    )


def test_a_rollback_can_be_taken_back_for_another_reason(world):
    world.release("3")
    world.rollback()

    assert world.rollback(reason="it was the queue, not the model") == ("1", "3")
    assert world.aliases() == {"champion": "3", "previous": "1"}


def test_the_same_rollback_again_adds_nothing(world):
    world.release("3")
    world.rollback()
    before = world.state()

    assert world.rollback() == ("3", "1")
    assert world.state() == before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(3))
def test_a_rollback_cut_off_at_any_write_is_finished_by_whoever_repeats_it(tmp_path, writes, after):
    whole, cut = World(tmp_path / "whole"), World(tmp_path / "cut")
    for world in (whole, cut):
        world.release("1")
        world.release("3")
    whole.rollback()

    cut.cut(writes, after)
    with pytest.raises(PowerCut):
        cut.rollback()
    assert cut.aliases()["champion"] == ("1" if writes + after >= 2 else "3")
    cut.restore()

    assert cut.rollback() == ("3", "1")
    assert cut.state() == whole.state()


def test_without_a_previous_release_there_is_nothing_to_go_back_to(world):
    with pytest.raises(PromotionRefused, match="there is no previous release to go back to"):
        world.rollback()


def test_a_rollback_needs_a_name_and_a_reason(world):
    world.release("3")

    with pytest.raises(InputError, match="--by"):
        world.rollback(by="")
    with pytest.raises(InputError, match="--reason"):
        world.rollback(reason="")


def test_there_is_no_way_back_to_a_rejected_release(world):
    world.release("3")
    world.rollback()
    world.reject("3")

    with pytest.raises(PromotionRefused, match="the previous release, version 3, was rejected by Dana"):
        world.rollback(reason="version 1 is worse")

    assert world.aliases()["champion"] == "1"


def test_what_was_taken_back_needs_a_new_yes(world):
    world.release("3")
    world.rollback()

    with pytest.raises(PromotionRefused, match="version 3 is not approved"):
        world.settle("3")


def test_a_release_that_another_one_followed_needs_a_new_yes(world):
    world.release("2")
    world.release("3")

    with pytest.raises(PromotionRefused, match="version 2 is not approved"):
        world.settle("2")


def test_a_yes_to_a_waiting_version_outlives_the_promotion_of_another(world):
    world.approve("3")
    world.release("2")

    world.settle("3")

    assert world.aliases() == {"champion": "3", "previous": "2"}


def test_a_second_promotion_is_recorded_even_within_the_same_second(tmp_path):
    world = World(tmp_path, Ticking(step=0))
    world.release("1")
    world.release("3")
    world.rollback()

    world.release("3")

    assert world.said()[-3:] == [("rolled_back", "1"), ("approved", "3"), ("promoted", "3")]
    assert world.aliases() == {"champion": "3", "previous": "1"}


@pytest.mark.parametrize("writes", [2, 3, 4])
def test_a_half_promoted_release_can_be_taken_back_and_is_not_promoted_again(world, writes):
    world.approve("3")
    world.cut(writes, after=False)
    with pytest.raises(PowerCut):
        world.settle("3")
    world.restore()

    assert world.rollback() == ("3", "1")
    assert {name: world.aliases()[name] for name in ("champion", "previous")} == {"champion": "1", "previous": "3"}
    assert world.unfinished() == []
    with pytest.raises(PromotionRefused, match="version 3 is not approved"):
        world.settle("3")


def test_a_second_half_promotion_can_be_taken_back_like_the_first(world):
    world.release("3")
    world.rollback()
    world.approve("3")
    world.cut(3, after=False)
    with pytest.raises(PowerCut):
        world.settle("3")
    world.restore()

    world.rollback()

    assert world.aliases() == {"champion": "1", "previous": "3"}
    assert world.unfinished() == []


def test_the_way_back_is_known_even_after_a_promotion_died_at_its_first_write(world):
    world.release("2")
    world.approve("3")
    world.cut(1, after=False)
    with pytest.raises(PowerCut):
        world.settle("3")
    world.restore()
    assert world.aliases() == {"champion": "2", "previous": "2", "candidate": "3"}

    assert world.rollback() == ("2", "1")
    assert world.aliases() == {"champion": "1", "previous": "2", "candidate": "3"}


STEPS = st.one_of(
    st.tuples(st.sampled_from(["approve", "reject", "release"]), st.sampled_from("123")),
    st.tuples(st.just("rollback"), st.sampled_from(["wrong queue", "drill"])),
)
CUTS = st.one_of(st.none(), st.tuples(st.integers(0, 6), st.booleans()))


def attempt(world, verb, about):
    try:
        getattr(world, verb)(about)
    except EcomIntentError as error:
        return type(error)
    return None


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEPS, CUTS), max_size=8))
def test_any_day_with_crashes_ends_like_the_same_day_without(tmp_path, steps):
    whole, cut = World(tmp_path), World(tmp_path)

    for (verb, about), at in steps:
        attempt(whole, verb, about)
        if at:
            cut.cut(*at)
        try:
            attempt(cut, verb, about)
        except PowerCut:
            cut.restore()
            attempt(cut, verb, about)
        cut.restore()

    assert cut.state() == whole.state()


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(STEPS, CUTS), max_size=8))
def test_whatever_crashes_and_is_never_repeated_the_champion_was_approved_and_not_rejected(tmp_path, steps):
    world = World(tmp_path)

    for (verb, about), at in steps:
        if at:
            world.cut(*at)
        with suppress(PowerCut):
            attempt(world, verb, about)
        world.restore()

        champion = world.aliases().get("champion")
        said = world.said()
        assert champion is None or ("approved", champion) in said
        assert champion is None or ("rejected", champion) not in said


def test_the_first_release_becomes_the_anchor_and_later_ones_do_not_move_it(world):
    world.release("2")

    assert world.anchor() == "1"


def test_the_passport_is_signed_before_any_alias_moves(world):
    world.approve("2")
    world.cut(0, after=False)
    with pytest.raises(PowerCut):
        world.settle("2")

    assert world.passports == ["", "1"]
    assert world.aliases()["champion"] == "1"


def test_the_history_says_what_the_passport_was(world):
    assert world.events()[-1].details["passport"] == "sealed"
