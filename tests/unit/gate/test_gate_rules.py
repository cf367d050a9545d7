"""The gate's rules by example, in the order of docs/gate.md, section 9.7; the number in a comment is the property's."""

from dataclasses import replace

import pytest
from gate_worlds import GATE, GUARDED, simulated, solid, world
from judged_worlds import judged
from numpy.random import default_rng

from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision, Outcome, Reason
from ecomintent.gate.verdict import FrozenTicket
from ecomintent.taxonomy import NAMES


# 16
def test_a_loss_of_ten_points_is_nearly_always_blocked_and_never_promoted():
    rng = default_rng(11)

    decisions = [judged(simulated(rng, n=100, churn=0.05, hurt=1 / 6), GUARDED).overall for _ in range(60)]

    assert Decision.PROMOTE not in decisions
    assert decisions.count(Decision.BLOCK) >= 0.78 * len(decisions)


def test_a_better_average_does_not_excuse_a_broken_intent():
    w = world(
        [
            *solid(150, but=("BILLING_DISPUTE", "WISMO")),
            ("WISMO", "WISMO", "WISMO", 110),
            ("WISMO", "OTHER", "WISMO", 40),
            ("BILLING_DISPUTE", "BILLING_DISPUTE", "BILLING_DISPUTE", 126),
            ("BILLING_DISPUTE", "BILLING_DISPUTE", "OTHER", 22),
            ("BILLING_DISPUTE", "OTHER", "BILLING_DISPUTE", 2),
        ]
    )

    verdict = judged(w, GATE)

    assert verdict.accuracy.verdict is Outcome.PASS
    assert (verdict.overall, verdict.cause) == (
        Decision.BLOCK,
        "BILLING_DISPUTE lost 7.2 F1 points [-10.6, -4.6] (allowed 3.0)",
    )
    assert verdict.intents["BILLING_DISPUTE"].lost_to == {"OTHER": 22}


def test_a_small_loss_everywhere_blocks_on_accuracy_where_no_intent_does():
    w = world(
        [
            cell
            for name, following in zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True)
            for cell in ((name, name, name, 192), (name, name, following, 6), (name, following, name, 2))
        ]
    )

    verdict = judged(w, GATE)

    assert {intent.verdict for intent in verdict.intents.values()} == {Outcome.INCONCLUSIVE}
    assert (verdict.overall, verdict.cause) == (
        Decision.BLOCK,
        "accuracy lost 2.0 points [-2.8, -1.2] (allowed 1.5)",
    )


def test_accuracy_that_is_undecided_keeps_a_candidate_from_promotion():
    w = world(
        [
            cell
            for name, following in zip(NAMES, (*NAMES[1:], NAMES[0]), strict=True)
            for cell in ((name, name, name, 97), (name, name, following, 2), (name, following, name, 1))
        ]
    )

    verdict = judged(w, replace(GATE, margin=0.1))

    assert (verdict.overall, verdict.undecided) == (Decision.REVIEW, ())
    assert verdict.cause == "9 of 9 intents PASS; accuracy undecided: -1.0 points [-2.0, -0.1] (allowed 1.5)"


def costly_trade():
    """Recall of BILLING_DISPUTE falls by 15 points; precision makes up for it in F1."""
    return world(
        [
            *solid(200, but=("BILLING_DISPUTE", "OTHER")),
            ("BILLING_DISPUTE", "BILLING_DISPUTE", "BILLING_DISPUTE", 170),
            ("BILLING_DISPUTE", "BILLING_DISPUTE", "OTHER", 30),
            ("OTHER", "BILLING_DISPUTE", "OTHER", 40),
            ("OTHER", "OTHER", "OTHER", 160),
        ]
    )


def test_a_costly_intent_may_not_trade_recall_for_precision():
    verdict = judged(costly_trade(), GUARDED)

    assert verdict.intents["BILLING_DISPUTE"].delta > 0
    assert (verdict.overall, verdict.cause) == (
        Decision.BLOCK,
        "BILLING_DISPUTE lost 15.0 recall points [-20.2, -11.1] (allowed 6.0)",
    )


def test_any_other_intent_may_trade_recall_for_precision():
    verdict = judged(costly_trade(), GATE)

    assert verdict.intents["BILLING_DISPUTE"].verdict is Outcome.PASS


def test_a_recall_loss_that_is_not_ruled_out_keeps_a_costly_intent_from_passing():
    w = world(
        [
            *solid(100, but=("BILLING_DISPUTE", "OTHER")),
            ("BILLING_DISPUTE", "BILLING_DISPUTE", "BILLING_DISPUTE", 96),
            ("BILLING_DISPUTE", "BILLING_DISPUTE", "OTHER", 4),
            ("OTHER", "BILLING_DISPUTE", "OTHER", 4),
            ("OTHER", "OTHER", "OTHER", 96),
        ]
    )

    verdict = judged(w, replace(GUARDED, margin=0.05))

    found = verdict.intents["BILLING_DISPUTE"]
    assert (found.verdict, found.reason) == (Outcome.INCONCLUSIVE, Reason.RECALL_UNDECIDED)


def test_the_anchor_stops_what_each_champion_let_through():
    rng = default_rng(4)
    w = simulated(rng, n=300, churn=0.02)
    hurt = {t.id for t in w.frozen if t.label == "WISMO"}
    anchor = {name: "WISMO" if name in hurt else answer for name, answer in w.champion.items()}

    verdict = judge(w.frozen, w.candidate, w.champion, anchor, GATE)

    assert verdict.intents["WISMO"].verdict is Outcome.PASS
    assert verdict.overall is Decision.BLOCK
    assert verdict.cause.startswith("against the anchor: WISMO lost ")


def test_the_answer_is_the_worse_of_champion_and_anchor():
    rng = default_rng(4)
    w = simulated(rng, n=300, churn=0.01)

    same = judge(w.frozen, w.candidate, w.champion, w.champion, GATE)

    assert same.overall is Decision.PROMOTE
    assert (same.against_anchor.intents, same.against_anchor.churn) == (same.intents, same.churn)


def test_an_absent_intent_has_no_f1_and_is_never_promoted():
    w = world([*solid(200, but=("OTHER",)), ("WISMO", "OTHER", "WISMO", 1)])

    verdict = judged(w, GATE)

    other = verdict.intents["OTHER"]
    assert (other.n, other.f1_candidate, other.delta, other.removed_false) == (0, None, None, 1)
    assert (other.verdict, other.reason) == (Outcome.INCONCLUSIVE, Reason.ABSENT)
    assert verdict.overall is Decision.REVIEW
    assert verdict.undecided == ("OTHER",)


def test_a_perfect_champion_can_be_compared_with():
    w = world([*solid(200, but=("OTHER",)), ("OTHER", "OTHER", "OTHER", 199), ("OTHER", "OTHER", "WISMO", 1)])

    verdict = judged(w, GATE)

    assert verdict.intents["OTHER"].f1_champion == 1
    assert verdict.overall is Decision.PROMOTE


def test_contradicting_labels_of_near_duplicates_rule_out_promotion():
    w = world(solid(200))
    torn = [replace(w.frozen[0], group="g"), replace(w.frozen[1], group="g", label="OTHER"), *w.frozen[2:]]

    verdict = judge(torn, w.champion, w.champion, None, GATE)

    assert verdict.overall is Decision.REVIEW
    assert verdict.conflicts == ("T-00000", "T-00001")
    assert "2 near-duplicate tickets carry contradicting labels" in verdict.cause


@pytest.mark.parametrize("provenance", ["unchanged", "model-assisted"])
def test_labels_that_a_machine_proposed_are_pointed_out(provenance):
    w = world(solid(100))
    frozen = [replace(ticket, provenance=provenance) for ticket in w.frozen[:9]] + w.frozen[9:]

    verdict = judge(frozen, w.candidate, w.champion, None, GATE)

    assert any(warning.startswith("9 of 900 frozen labels were proposed by a machine") for warning in verdict.warnings)


def test_a_group_without_a_name_is_no_group():
    frozen = [FrozenTicket(id=name, label="WISMO", group="") for name in "ab"]

    verdict = judge(frozen, dict.fromkeys("ab", "WISMO"), dict.fromkeys("ab", "WISMO"), None, GATE)

    assert verdict.n_independent == 2
