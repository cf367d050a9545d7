"""What follows from the readings, and what keeps it from following."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.errors import ParamsError
from ecomintent.watch.decision import Action, Watched, decide
from ecomintent.watch.probe import probed
from tests.unit.watch.worlds import LEARNABLE, NOTHING_TO_LEARN, PARAMS, reading, situation, with_params

AT = "2026-11-22T06:00:00+00:00"
QUIET = [reading("drift of intent", speaks=False), reading("audit", speaks=False)]
DRIFT = [reading("drift of intent", speaks=True), reading("audit", speaks=False)]
AUDIT = [reading("audit", speaks=True)]


def look(found, now, params=PARAMS, probe=LEARNABLE) -> Watched:
    return decide(AT, found, now, params, lambda: probe)


def test_silence_and_few_labels_are_nothing_with_a_reason():
    found = look(QUIET, situation())

    assert (found.action, found.reason) == (
        Action.NOTHING,
        "no reading speaks, and 50 of 200 new labels are there",
    )


def test_drift_asks_for_a_retrain():
    found = look(DRIFT, situation())

    assert (found.action, found.reasons) == (Action.RETRAIN, ("drift of intent: told", LEARNABLE.says))


def test_enough_new_labels_ask_for_a_retrain_without_any_drift():
    found = look(QUIET, situation(new_labels=200))

    assert found.action is Action.RETRAIN
    assert found.reasons[0] == "200 new trusted labels (200 are reason enough)"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"candidate": "4"}, "no retrain: version 4 waits for a person; decide about it first"),
        ({"running": True}, "no retrain: one runs"),
        ({"hours_since_asked": 3.2}, "no retrain: one was asked for 3 hours ago, the pause is 24"),
        ({"new_labels": 29}, "no retrain: 29 new trusted labels, 30 needed: without them it gives the same model"),
    ],
)
def test_what_keeps_a_retrain_from_being_asked_for_makes_drift_an_alarm(changes, why):
    found = look(DRIFT, situation(**changes))

    assert (found.action, found.reasons[-1]) == (Action.ALERT, why)


def test_new_labels_alone_are_no_alarm_while_a_candidate_waits():
    found = look(QUIET, situation(new_labels=500, candidate="4"))

    assert (found.action, found.reasons[-1]) == (
        Action.NOTHING,
        "no retrain: version 4 waits for a person; decide about it first",
    )


def test_labels_that_teach_nothing_start_no_training():
    found = look(QUIET, situation(new_labels=500), probe=NOTHING_TO_LEARN)

    assert (found.action, found.reasons[-1]) == (
        Action.NOTHING,
        "no retrain: nothing to learn: the champion disagrees with 3 of 50 new labels, label noise explains up to 5",
    )
    assert look(DRIFT, situation(), probe=NOTHING_TO_LEARN).action is Action.ALERT


def test_the_probe_is_not_paid_for_where_something_else_decides():
    def paid():
        raise AssertionError

    for found, now in ((QUIET, situation()), (DRIFT, situation(running=True)), (AUDIT, situation(champion=""))):
        decide(AT, found, now, PARAMS, paid)


def test_nothing_is_rolled_back_unless_params_say_so():
    assert look(AUDIT, situation()).action is Action.RETRAIN
    found = look(AUDIT, situation(), with_params(rollback="audit"))
    assert (found.action, found.reasons[-1]) == (Action.ROLLBACK, "watch.rollback is audit: back to version 2")


def test_drift_never_rolls_back_and_a_rollback_is_not_rolled_back():
    asked = with_params(rollback="audit")

    assert look(DRIFT, situation(), asked).action is Action.RETRAIN
    assert look(AUDIT, situation(way_back=""), asked).action is Action.RETRAIN


def test_without_a_champion_there_is_nothing_to_watch():
    assert look(AUDIT, situation(champion=""), with_params(rollback="audit")).action is Action.NOTHING


@settings(deadline=None)
@given(
    st.lists(st.booleans(), min_size=2, max_size=2),
    st.sampled_from(["", "4"]),
    st.booleans(),
    st.integers(0, 500),
    st.none() | st.floats(0, 100),
    st.sampled_from([LEARNABLE, NOTHING_TO_LEARN]),
)
def test_a_retrain_is_never_asked_for_against_the_rules_and_every_look_has_its_reason(
    speak, candidate, running, labels, hours, probe
):
    found = look(
        [reading("corrections", speaks=speak[0]), reading("drift of word", speaks=speak[1])],
        situation(candidate=candidate, running=running, new_labels=labels, hours_since_asked=hours),
        probe=probe,
    )

    allowed = not candidate and not running and labels >= 30 and (hours is None or hours >= 24) and probe.learnable
    assert found.action is not Action.RETRAIN or (allowed and (any(speak) or labels >= 200))
    assert found.action is not Action.ALERT or any(speak)
    assert found.reason
    assert Watched.from_json(found.to_json()) == found


def test_the_probe_tells_labels_that_teach_from_labels_that_do_not():
    # Of 200 labels 5 % are wrong: 10 on average; the 95 % quantile of Binomial(200, 0.05) is 15.
    def wrong(count):
        return probed(["WISMO"] * 200, ["OTHER"] * count + ["WISMO"] * (200 - count), PARAMS)

    assert (wrong(15).by_noise, wrong(15).learnable, wrong(16).learnable) == (15, False, True)
    assert not probed([], [], PARAMS).learnable


@pytest.mark.parametrize("changes", [{"rollback": "always"}, {"windows_loud": 4}, {"alpha": 0.0}, {"label_noise": 0.6}])
def test_params_out_of_range_are_refused(changes):
    with pytest.raises(ParamsError, match=r"params.yaml: watch\."):
        with_params(**changes)
