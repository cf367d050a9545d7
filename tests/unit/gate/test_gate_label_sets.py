"""Other label sets than the nine, and a label set that changes. Source: docs/gate.md 9.6."""

from dataclasses import replace

import pytest
from gate_worlds import GATE, World, simulated, solid, world
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from ecomintent.errors import InputError
from ecomintent.gate.judge import judge
from ecomintent.gate.label_map import LabelMap
from ecomintent.gate.outcomes import Decision, Outcome, Reason
from ecomintent.taxonomy import NAMES

OLD_NAMES = LabelMap("2", {f"OLD_{name}": name for name in NAMES}, ())
MERGE = LabelMap("2", {"EXCHANGE_REQUEST": "RETURN_REQUEST"}, ())
MERGED = tuple(name for name in NAMES if name != "EXCHANGE_REQUEST")


def renamed(w, called):
    return World(
        frozen=[replace(ticket, label=called(ticket.label)) for ticket in w.frozen],
        champion={name: called(answer) for name, answer in w.champion.items()},
        candidate={name: called(answer) for name, answer in w.candidate.items()},
    )


def test_any_label_set_gives_the_verdict_the_nine_would():
    w = simulated(default_rng(2), n=60, churn=0.05, hurt=0.3)
    order = [name.lower() for name in NAMES]

    theirs = renamed(w, str.lower)
    verdict = judge(theirs.frozen, theirs.candidate, theirs.champion, None, GATE, intents=order)

    ours = judge(w.frozen, w.candidate, w.champion, None, GATE)
    assert (verdict.overall, verdict.accuracy, verdict.churn) == (ours.overall, ours.accuracy, ours.churn)
    assert [i.delta for i in verdict.intents.values()] == [i.delta for i in ours.intents.values()]
    assert list(verdict.intents) == order


def test_a_frozen_label_outside_another_label_set_is_named_with_what_is_allowed():
    w = world(solid(2))

    with pytest.raises(InputError, match="frozen set: 'ACCOUNT_ISSUE' is not in the label set; allowed are WISMO, OTH"):
        judge(w.frozen, w.candidate, w.champion, None, GATE, intents=("WISMO", "OTHER"))


@pytest.mark.parametrize("intents", [(), ("WISMO", "WISMO"), [f"i{number}" for number in range(201)]])
def test_a_label_set_without_sense_is_refused(intents):
    w = world(solid(2))

    with pytest.raises(InputError, match="intents: "):
        judge(w.frozen, w.candidate, w.champion, None, GATE, intents=intents)


def test_two_intents_are_enough_for_a_verdict():
    w = world([("yes", "yes", "yes", 200), ("no", "no", "yes", 100), ("no", "no", "no", 100)])

    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE, intents=("yes", "no"))

    assert verdict.overall is Decision.BLOCK
    assert verdict.intents["no"].lost_to == {"yes": 100}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 40))
def test_a_rename_through_the_map_changes_nothing_but_a_warning(seed, n):
    w = simulated(default_rng(seed), n=n, churn=0.1)
    old = renamed(w, lambda name: f"OLD_{name}")

    verdict = judge(old.frozen, w.candidate, old.champion, old.champion, GATE, label_map=OLD_NAMES)

    plain = judge(w.frozen, w.candidate, w.champion, w.champion, GATE)
    told = f"label map 2 was applied: {9 * n} of {9 * n} frozen labels renamed and {9 * n} answers of the champion"
    assert verdict == replace(plain, warnings=(told, *plain.warnings))


def test_merged_intents_are_judged_as_one():
    w = world([*solid(100), ("RETURN_REQUEST", "EXCHANGE_REQUEST", "RETURN_REQUEST", 50)])

    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE, intents=MERGED, label_map=MERGE)

    assert verdict.overall is Decision.PROMOTE
    assert verdict.churn == 0
    assert (verdict.intents["RETURN_REQUEST"].n, len(verdict.intents)) == (250, 8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda w: replace(w, frozen=[replace(w.frozen[0], label="LOST"), *w.frozen[1:]]), "frozen set: 'LOST'"),
        (lambda w: replace(w, champion=w.champion | {"T-00000": "LOST"}), "answers of the champion: 'LOST'"),
    ],
)
def test_an_unmapped_label_is_an_error_once_there_is_a_map(change, message):
    w = change(world(solid(2)))

    with pytest.raises(InputError, match=f"{message} is neither in the label set nor in label map 2"):
        judge(w.frozen, w.candidate, w.champion, None, GATE, label_map=OLD_NAMES)


def test_an_unmapped_answer_of_the_anchor_is_an_error_too():
    w = world(solid(2))

    with pytest.raises(InputError, match="answers of the anchor: 'LOST'"):
        judge(w.frozen, w.candidate, w.champion, w.champion | {"T-00001": "LOST"}, GATE, label_map=OLD_NAMES)


@pytest.mark.parametrize("wrong", [LabelMap("2", {"OLD": "NOWHERE"}, ()), LabelMap("2", {}, ("NOWHERE",))])
def test_a_map_that_leads_out_of_the_label_set_is_refused(wrong):
    w = world(solid(2))

    with pytest.raises(InputError, match="label map 2: 'NOWHERE' is not in the label set"):
        judge(w.frozen, w.candidate, w.champion, None, GATE, label_map=wrong)


def split(right, n=100):
    """EXCHANGE_REQUEST was split off RETURN_REQUEST: the champion cannot know it, the candidate hits `right` of it."""
    return world(
        [
            *solid(200, but=("EXCHANGE_REQUEST",)),
            ("EXCHANGE_REQUEST", "RETURN_REQUEST", "EXCHANGE_REQUEST", right),
            ("EXCHANGE_REQUEST", "RETURN_REQUEST", "OTHER", n - right),
        ]
    )


NEW = LabelMap("3", {}, ("EXCHANGE_REQUEST",))


def test_a_new_intent_above_the_floor_waits_for_a_person_while_the_others_pass():
    w = split(right=100)

    verdict = judge(w.frozen, w.candidate, w.champion, w.champion, GATE, label_map=NEW)

    new = verdict.intents["EXCHANGE_REQUEST"]
    assert (verdict.overall, list(verdict.intents)) == (Decision.REVIEW, list(NAMES))
    assert (new.verdict, new.reason, new.f1_champion, new.floor) == (Outcome.PASS, Reason.ABOVE_FLOOR, None, 0.60)
    assert {i.verdict for name, i in verdict.intents.items() if name != "EXCHANGE_REQUEST"} == {Outcome.PASS}
    assert verdict.cause == "9 of 9 intents PASS; accuracy +0.0 points [-0.2, +0.2]; new, so a person decides: " \
        "EXCHANGE_REQUEST"  # fmt: skip
    assert verdict.accuracy.n == 1600


def test_a_new_intent_below_the_floor_blocks():
    w = split(right=40)

    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE, label_map=NEW)

    assert (verdict.overall, verdict.intents["EXCHANGE_REQUEST"].reason) == (Decision.BLOCK, Reason.BELOW_FLOOR)


def test_a_gain_on_a_new_intent_does_not_hide_a_loss_everywhere_else():
    cells = [
        c for name in NAMES if name != "EXCHANGE_REQUEST" for c in ((name, name, name, 190), (name, name, "OTHER", 10))
    ]
    w = world([*cells, ("EXCHANGE_REQUEST", "RETURN_REQUEST", "EXCHANGE_REQUEST", 300)])

    verdict = judge(w.frozen, w.candidate, w.champion, None, replace(GATE, margin=0.2), label_map=NEW)

    assert (verdict.overall, verdict.accuracy.verdict) == (Decision.BLOCK, Outcome.REGRESSED)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.sets(st.sampled_from(NAMES), min_size=1, max_size=8))
def test_with_a_new_intent_nothing_is_promoted_unseen(seed, n, new):
    w = simulated(default_rng(seed), n=n, churn=0.0)

    verdict = judge(w.frozen, w.champion, w.champion, None, GATE, label_map=LabelMap("3", {}, tuple(sorted(new))))

    assert verdict.overall is not Decision.PROMOTE
    assert {verdict.intents[name].reason for name in set(NAMES) - new} == {Reason.IDENTICAL}


def test_a_set_of_new_intents_only_cannot_be_compared():
    w = world(solid(2))

    with pytest.raises(InputError, match="every ticket has a new intent"):
        judge(w.frozen, w.candidate, w.champion, None, GATE, label_map=LabelMap("3", {}, NAMES))


def test_a_map_is_read_as_it_is_written():
    raw = {"version": "2", "renamed": {"RETURN": "RETURN_REQUEST"}, "new": ["OTHER"]}

    assert LabelMap.from_json(raw, where="map.json") == LabelMap("2", {"RETURN": "RETURN_REQUEST"}, ("OTHER",))


@pytest.mark.parametrize(
    "raw", [[], {}, {"version": 2, "renamed": {}, "new": []}, {"version": "2", "renamed": {"a": 1}, "new": []}]
)
def test_what_is_no_map_is_refused(raw):
    with pytest.raises(InputError, match=r"map\.json: not a label map; it must read"):
        LabelMap.from_json(raw, where="map.json")
