"""The gate's own test: candidates that were spoilt on purpose must not get through."""

from collections import Counter
from dataclasses import replace
from time import perf_counter

import pytest
from gate_worlds import GATE, GUARDED, simulated, solid, world
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from ecomintent.errors import InputError
from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision
from ecomintent.gate.rehearsal import Rehearsal
from ecomintent.gate.saboteurs import rehearse, stop_if_broken
from ecomintent.gate.verdict import Verdict
from ecomintent.taxonomy import NAMES

KINDS = {"swapped": 8, "dropped": 9, "recall_cut": 9, "noise": 1, "constant": 1}


def by_name(rehearsal):
    return {(each.kind, *each.intents): each for each in rehearsal.saboteurs}


def test_every_saboteur_is_caught_on_a_large_clean_set():
    w = world(solid(150))

    found = rehearse(w.frozen, w.champion, replace(GUARDED, margin=0.05))

    assert Counter(each.kind for each in found.saboteurs) == KINDS
    assert all(each.caught and each.tickets_needed is None for each in found.saboteurs)
    assert (found.broken, found.not_applicable) == ((), ())


def test_a_saboteur_says_what_was_changed_and_on_how_many_tickets():
    w = world([(name, name, name, 100 + 10 * place) for place, name in enumerate(NAMES)])

    found = by_name(rehearse(w.frozen, w.champion, GATE))

    changed = {name: (each.changed, each.n) for name, each in found.items()}
    assert changed["swapped", "OTHER", "ACCOUNT_ISSUE"] == (180 + 170, 170)
    assert changed["dropped", "WISMO"] == (100, 100)
    assert changed["recall_cut", "RETURN_REQUEST"] == (11, 110)
    assert changed["noise",] == (126, 1260)
    assert changed["constant",] == (1260 - 180, 1260)


def test_a_set_too_small_to_block_a_saboteur_says_how_many_tickets_would_do():
    w = simulated(default_rng(1), n=20, churn=0.05)

    found = by_name(rehearse(w.frozen, w.champion, replace(GATE, margin=0.05)))

    cut = found["recall_cut", "WISMO"]
    assert (cut.decision, cut.n, cut.changed, cut.tickets_needed) == (Decision.REVIEW, 20, 2, 60)
    assert found["dropped", "WISMO"].caught


def test_the_number_needed_is_that_at_which_the_repeated_set_blocks():
    w = simulated(default_rng(1), n=20, churn=0.05)
    params = replace(GATE, margin=0.05)
    again = [replace(t, id=f"{t.id}-{copy}") for t in w.frozen for copy in "abc"]
    spoilt = {}

    def spy(frozen, candidate, champion, anchor, params, *, intents):
        spoilt[len(spoilt)] = (candidate, champion)
        return judge(frozen, candidate, champion, anchor, params, intents=intents)

    found = rehearse(w.frozen, w.champion, params, judge=spy)

    place = next(i for i, each in enumerate(found.saboteurs) if (each.kind, *each.intents) == ("recall_cut", "WISMO"))
    candidate, champion = (
        {f"{name}-{c}": said for name, said in given.items() for c in "abc"} for given in spoilt[place]
    )
    assert judge(again, candidate, champion, None, params).overall is Decision.BLOCK
    assert found.saboteurs[place].tickets_needed == 3 * 20


def promoting(frozen, candidate, champion, anchor, params, **how):
    """A gate that lets everything through."""
    return judge(frozen, champion, champion, anchor, params, **how)


def test_a_gate_that_promotes_saboteurs_stops_the_release():
    w = simulated(default_rng(1), n=60, churn=0.01)
    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE)

    stopped = stop_if_broken(verdict, rehearse(w.frozen, w.champion, GATE, judge=promoting))

    assert (stopped.overall, stopped.may_be_approved) == (Decision.BLOCK, False)
    assert stopped.cause.startswith("gate broken: it would promote a candidate with ")
    assert stopped.cause.endswith("; and 25 more")
    assert (stopped.intents, stopped.accuracy) == (verdict.intents, verdict.accuracy)


def test_one_saboteur_that_gets_through_is_named():
    w = world(solid(150))
    found = rehearse(w.frozen, w.champion, GATE)
    sleeping = replace(
        found,
        saboteurs=tuple(
            replace(each, decision=Decision.PROMOTE) if (each.kind, *each.intents) == ("dropped", "WISMO") else each
            for each in found.saboteurs
        ),
    )

    stopped = stop_if_broken(judge(w.frozen, w.candidate, w.champion, None, GATE), sleeping)

    assert stopped.cause == "gate broken: it would promote a candidate with WISMO dropped"


def test_a_gate_that_is_awake_leaves_the_verdict_as_it_is():
    w = world(solid(150))
    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE)
    found = rehearse(w.frozen, w.champion, GATE)

    assert stop_if_broken(verdict, found) == replace(verdict, rehearsal=found)


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 8), st.sampled_from([0.3, 0.6, 0.9]), st.randoms())
def test_the_real_gate_promotes_no_saboteur_and_the_order_of_tickets_does_not_matter(seed, n, accuracy, random):
    w = simulated(default_rng(seed), n=n, churn=0.1, accuracy=accuracy)

    found = rehearse(w.frozen, w.champion, GATE)

    assert found.broken == ()
    assert rehearse(random.sample(w.frozen, len(w.frozen)), w.champion, GATE) == found


def test_an_intent_that_is_absent_or_never_hit_cannot_be_spoilt():
    w = world([*solid(100, but=("WISMO", "OTHER")), ("OTHER", "ACCOUNT_ISSUE", "OTHER", 50)])

    found = rehearse(w.frozen, w.champion, GATE)

    assert found.not_applicable == ("dropped OTHER", "dropped WISMO", "recall_cut OTHER", "recall_cut WISMO")
    assert not {"OTHER", "WISMO"} & {name for each in found.saboteurs for name in each.intents}


def test_a_tenth_of_an_intent_is_no_sabotage_where_more_may_be_lost():
    w = world(solid(100))

    found = rehearse(w.frozen, w.champion, replace(GATE, margin=0.2, margins={"WISMO": 0.03}))

    assert [each.intents for each in found.saboteurs if each.kind == "recall_cut"] == [("WISMO",)]
    assert len(found.not_applicable) == 8


def test_settings_that_let_everything_through_are_found_out():
    w = world(solid(100))

    found = rehearse(w.frozen, w.champion, replace(GATE, margin=1.0, margin_overall=1.0, min_n_pass=1))

    assert {each.kind for each in found.broken} == {"noise"}


def test_a_near_duplicate_group_is_spoilt_as_a_whole():
    w = world(solid(60), groups=[f"g{number // 3}" for number in range(540)])
    seen = []

    def spy(frozen, candidate, champion, anchor, params, *, intents):
        seen.append({ticket.group: set() for ticket in frozen})
        for ticket in frozen:
            seen[-1][ticket.group].add(candidate[ticket.id])
        return judge(frozen, candidate, champion, anchor, params, intents=intents)

    found = by_name(rehearse(w.frozen, w.champion, GATE, judge=spy))

    assert all(len(answers) == 1 for groups in seen for answers in groups.values())
    assert (found["recall_cut", "WISMO"].n, found["recall_cut", "WISMO"].changed) == (20, 2)


def test_a_reference_without_an_answer_can_still_be_spoilt():
    w = world(solid(100))

    found = rehearse(w.frozen, w.champion | {"T-00000": None, "T-00001": "RETIRED"}, GATE)

    assert len(found.saboteurs) == 28
    assert all(each.caught for each in found.saboteurs if each.kind != "recall_cut")


def test_another_label_set_is_rehearsed_too():
    w = world([("yes", "yes", "yes", 100), ("no", "no", "no", 200)])

    found = by_name(rehearse(w.frozen, w.champion, GATE, intents=("yes", "no")))

    assert {name for name, each in found.items() if each.caught} == {
        ("swapped", "no", "yes"), ("dropped", "no"), ("dropped", "yes"), ("recall_cut", "no"), ("recall_cut", "yes"),
        ("noise",), ("constant",),
    }  # fmt: skip


def test_a_single_intent_leaves_nothing_to_spoil():
    w = world([("yes", "yes", "yes", 30)])

    assert rehearse(w.frozen, w.champion, GATE, intents=("yes",)).saboteurs == ()


def test_a_rehearsal_on_nothing_is_an_error():
    with pytest.raises(InputError, match="it holds no tickets"):
        rehearse([], {}, GATE)


def test_a_rehearsal_survives_json_with_its_verdict():
    w = simulated(default_rng(1), n=20, churn=0.05)
    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE)
    whole = stop_if_broken(verdict, rehearse(w.frozen, w.champion, GATE))

    assert Verdict.from_json(whole.to_json()) == whole
    assert Rehearsal.from_json(whole.rehearsal.to_json()) == whole.rehearsal


def test_a_verdict_from_before_rehearsals_is_still_read():
    w = world(solid(40))
    verdict = judge(w.frozen, w.candidate, w.champion, None, GATE)
    old = {k: v for k, v in verdict.to_json().items() if k not in ("rehearsal", "discordant", "discordant_blind")}

    assert Verdict.from_json(old) == verdict


def test_a_rehearsal_of_600_tickets_takes_less_than_two_seconds():
    w = simulated(default_rng(1), n=67, churn=0.05)

    started = perf_counter()
    rehearse(w.frozen, w.champion, GUARDED)

    assert perf_counter() - started < 2
