from dataclasses import replace

import pytest
from gate_worlds import GATE, solid, world

from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision, Outcome, Reason
from ecomintent.taxonomy import NAMES


def first(cells, **how):
    w = world(cells)
    return judge(w.frozen, w.candidate, None, None, GATE, **how)


def test_a_first_release_that_reaches_the_floor_waits_for_a_person():
    verdict = first(solid(40))

    assert (verdict.overall, verdict.may_be_approved, verdict.churn) == (Decision.REVIEW, True, None)
    assert verdict.cause == "first release: there is no champion to compare with; 9 of 9 intents PASS"
    assert {intent.reason for intent in verdict.intents.values()} == {Reason.ABOVE_FLOOR}


def test_an_intent_below_the_floor_blocks_a_first_release():
    verdict = first([*solid(40, but=("OTHER",)), ("OTHER", None, "OTHER", 17), ("OTHER", None, "WISMO", 23)])

    assert (verdict.overall, verdict.cause) == (Decision.BLOCK, "OTHER reaches F1 59.6 on 40 tickets (required 60.0)")


def test_a_low_f1_on_too_few_tickets_is_undecided():
    verdict = first([*solid(40, but=("OTHER",)), ("OTHER", None, "OTHER", 1), ("OTHER", None, "WISMO", 9)])

    other = verdict.intents["OTHER"]
    assert (other.verdict, other.reason, other.to_label) == (Outcome.INCONCLUSIVE, Reason.TOO_SMALL, 20)


@pytest.mark.parametrize(("n", "decision"), [(1, Decision.REVIEW), (2, Decision.BLOCK)])
def test_an_intent_never_recognised_blocks_as_soon_as_bad_luck_is_no_excuse(n, decision):
    verdict = first([*solid(40, but=("OTHER",)), ("OTHER", None, "WISMO", n)])

    assert verdict.overall is decision


def test_the_interval_of_a_first_release_is_that_of_recall():
    verdict = first([*solid(40, but=("OTHER",)), ("OTHER", None, "OTHER", 36), ("OTHER", None, "WISMO", 4)])

    other = verdict.intents["OTHER"]
    assert (other.delta, other.margin, other.floor) == (None, None, 0.60)
    assert (round(other.recall_low, 3), other.recall_candidate, round(other.recall_high, 3)) == (0.795, 0.9, 0.954)


def test_a_first_release_must_beat_what_serves_now():
    w = world(
        [(name, name, name, 40) for name in NAMES[:8]]
        + [("OTHER", "OTHER", "OTHER", 38), ("OTHER", "WISMO", "OTHER", 2)]
    )

    verdict = judge(w.frozen, w.candidate, None, None, GATE, incumbent=w.champion)

    assert (verdict.overall, verdict.accuracy.reason) == (Decision.BLOCK, Reason.NOT_BETTER)
    assert verdict.cause == "accuracy +0.6 points [-0.2, +1.7]: not shown to be better than what serves now"


def test_a_first_release_that_beats_what_serves_now_still_waits_for_a_person():
    w = world([(name, "OTHER", name, 40) for name in NAMES])

    verdict = judge(w.frozen, w.candidate, None, None, GATE, incumbent=w.champion)

    assert (verdict.overall, verdict.accuracy.verdict) == (Decision.REVIEW, Outcome.INCONCLUSIVE)


def test_a_process_that_often_stays_silent_can_be_beaten():
    w = world(solid(40))
    silent = dict.fromkeys(w.candidate)

    verdict = judge(w.frozen, w.candidate, None, None, replace(GATE, min_n_pass=40), incumbent=silent)

    assert verdict.overall is Decision.REVIEW
