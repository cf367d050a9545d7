"""A yes is bound to what was looked at, a no is for good, and a crash in between changes neither."""

import pytest

from ecomintent.errors import InputError, PromotionRefused
from ecomintent.release import approval
from tests.unit.release.release_world import BLOCK, PowerCut, World, undecided


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_a_yes_is_recorded_with_the_digests_it_holds_for_and_moves_no_alias(world):
    event = world.approve("2", reason="month two")

    assert world.events() == [event]
    assert (event.event, event.version, event.by, event.reason) == ("approved", "2", "Dana", "month two")
    assert event.details == {
        "weights": world.weights("2"),
        "snapshot": "snapshot-2",
        "frozen_set": "frozen",
        "verdict_digest": "digest-2",
    }
    assert world.aliases() == {"candidate": "3"}
    assert world.state()[1]["2"].items() >= {"approval": "approved", "approved_by": "Dana"}.items()


@pytest.mark.parametrize("verdict", ["", "promote", "PASS"])
def test_what_the_gate_never_judged_is_never_approved(world, verdict):
    world.tag("2", verdict=verdict)

    with pytest.raises(PromotionRefused, match=f"has verdict {verdict or 'none'}: retrain"):
        world.approve("2", reason="I insist")

    assert world.said() == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_review_needs_a_reason(world, reason):
    world.tag("2", verdict="REVIEW")

    with pytest.raises(PromotionRefused, match=r"version 2 is in REVIEW: say why it may be released \(--reason\)"):
        world.approve("2", reason=reason)

    assert world.approve("2", reason="EXCHANGE_REQUEST read by hand").event == "approved"


def test_a_block_is_not_approved_by_one_person(world):
    world.tag("2", verdict="BLOCK")

    with pytest.raises(PromotionRefused, match=r"BLOCK; the champion stays\. Only two named persons together"):
        world.approve("2", reason="I insist")

    assert world.said() == []


@pytest.mark.parametrize("second", ["Dana", " dana "])
def test_the_second_person_is_another_one(world, second):
    world.tag("2", verdict="BLOCK")

    with pytest.raises(InputError, match="--second: a second person must be somebody else"):
        world.approve("2", second=second)


def test_two_persons_may_override_a_block_and_both_are_recorded(world):
    world.tag("2", verdict="BLOCK")

    said = world.approve("2", reason="frozen label of r-17 is wrong", second="Eoin")

    assert (said.by, said.details["override_by"]) == ("Dana", "Eoin")
    world.settle("2", verdict=BLOCK)
    assert world.aliases()["champion"] == "2"


def test_an_override_is_not_taken_where_nothing_was_blocked(world):
    with pytest.raises(InputError, match="only needed for a BLOCK"):
        world.approve("2", second="Eoin")


def test_review_needs_a_reason_for_every_undecided_intent(world):
    world.tag("2", verdict="REVIEW", undecided="WISMO,OTHER")

    with pytest.raises(PromotionRefused, match=r'undecided intent why it may be released: --intent OTHER="\.\.\."'):
        world.approve("2", waivers={"WISMO": "read by hand", "OTHER": " "})

    said = world.approve("2", waivers={"WISMO": "read by hand", "OTHER": "no change"})
    assert approval.waivers_of(said) == {"OTHER": "no change", "WISMO": "read by hand"}


def test_a_reason_for_an_intent_that_needs_none_is_refused(world):
    world.tag("2", verdict="REVIEW", undecided="WISMO")

    with pytest.raises(InputError, match="OTHER: undecided are WISMO"):
        world.approve("2", waivers={"WISMO": "read", "OTHER": "no change"})


def test_an_intent_that_turned_undecided_since_stops_the_promotion(world):
    world.approve("2")

    with pytest.raises(PromotionRefused, match="approve again with a reason and for WISMO"):
        world.settle("2", verdict=undecided("WISMO"))

    assert "champion" not in world.aliases()


def test_promote_needs_none(world):
    assert world.approve("2", reason="").reason == ""


def test_a_yes_needs_a_name(world):
    with pytest.raises(InputError, match="--by: whoever decides about a release is named"):
        world.approve("2", by=" ")


def test_an_unknown_version_names_those_there_are(world):
    with pytest.raises(InputError, match="version 9: no such version; there are: 3, 2, 1"):
        world.approve("9")


def test_the_same_yes_again_adds_nothing(world):
    first = world.approve("2")

    assert world.approve("2", by="Eoin") == first
    assert world.said() == [("approved", "2")]


def test_a_reason_given_later_is_a_new_yes(world):
    world.approve("2", reason="")

    assert world.approve("2", reason="read by hand").reason == "read by hand"
    assert world.approved("2").reason == "read by hand"


@pytest.mark.parametrize("tag", ["snapshot", "frozen_set", "verdict_digest"])
def test_a_yes_is_void_once_the_version_changed(world, tag):
    world.approve("2")
    world.tag("2", **{tag: "another"})

    with pytest.raises(
        PromotionRefused, match=rf"version 2 changed since Dana approved it \({tag}\); approve it again"
    ):
        world.approved("2")

    world.approve("2")
    assert world.approved("2").details[tag] == "another"


@pytest.mark.parametrize("tag", ["snapshot", "frozen_set", "verdict_digest"])
def test_a_version_that_does_not_say_what_it_is_made_of_is_not_approved(world, tag):
    world.tag("2", **{tag: ""})

    with pytest.raises(PromotionRefused, match=f"version 2 does not say its {tag}"):
        world.approve("2")


def test_without_a_yes_nothing_may_be_promoted(world):
    with pytest.raises(PromotionRefused, match="version 2 is not approved; ecomintent approve 2 --by NAME"):
        world.approved("2")


def test_a_no_takes_the_version_off_the_candidate_alias(world):
    world.reject("3")

    assert (world.aliases(), world.said()) == ({}, [("rejected", "3")])


def test_a_no_about_another_version_leaves_the_candidate(world):
    world.reject("2")

    assert world.aliases() == {"candidate": "3"}


def test_a_no_needs_a_reason_and_a_name(world):
    with pytest.raises(InputError, match="--reason: say why, for the next person who asks"):
        world.reject("2", reason=" ")
    with pytest.raises(InputError, match="--by"):
        world.reject("2", by="")


def test_a_rejected_version_stays_rejected(world):
    world.reject("2", reason="worse on refunds")

    with pytest.raises(PromotionRefused, match=r"version 2 was rejected by Dana at .*: worse on refunds"):
        world.approve("2", reason="I think it is fine")
    with pytest.raises(PromotionRefused, match="version 2 was rejected by Dana"):
        world.approved("2")


def test_a_no_after_a_yes_counts(world):
    world.approve("2")
    world.reject("2")

    with pytest.raises(PromotionRefused, match="was rejected"):
        world.approved("2")


def test_the_same_no_again_adds_nothing(world):
    first = world.reject("2")

    assert world.reject("2", reason="as I said") == first
    assert world.said() == [("rejected", "2")]


def test_the_champion_cannot_be_rejected_only_rolled_back(world):
    world.release("2")

    with pytest.raises(PromotionRefused, match="version 2 is the champion; to take it back: ecomintent rollback"):
        world.reject("2")


def test_the_champion_may_be_approved_again_which_changes_nothing(world):
    world.release("2")
    before = world.state()

    world.approve("2")
    assert world.state() == before

    world.settle("2")
    assert world.state() == before


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("writes", range(3))
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_crash_at_any_write_is_mended_by_saying_it_again(tmp_path, verb, writes, after):
    whole, cut = World(tmp_path / "whole"), World(tmp_path / "cut")
    getattr(whole, verb)("3")

    cut.cut(writes, after)
    try:
        getattr(cut, verb)("3")
    except PowerCut:
        cut.restore()
        getattr(cut, verb)("3")

    assert cut.state() == whole.state()
