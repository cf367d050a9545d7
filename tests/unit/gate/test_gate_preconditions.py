from dataclasses import replace

import pytest
from gate_worlds import GATE, simulated, solid, world
from numpy.random import default_rng

from ecomintent.errors import InputError, ParamsError, TaxonomyError
from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision
from ecomintent.gate.verdict import Verdict

W = world(solid(3))
FIRST = W.frozen[0].id


def blocked(**how):
    """The cause of a BLOCK that came before any statistics."""
    given = {"candidate": W.candidate, "champion": W.champion, "anchor": None} | how
    verdict = judge(W.frozen, params=GATE, **given)
    assert (verdict.overall, verdict.intents, verdict.accuracy) == (Decision.BLOCK, {}, None)
    assert not verdict.may_be_approved
    return verdict.cause


@pytest.mark.parametrize("answer", [None, float("nan"), "REFUNDS", ""])
def test_a_candidate_without_a_valid_answer_to_every_ticket_blocks(answer):
    cause = blocked(candidate=W.candidate | {FIRST: answer})

    assert cause == "the candidate gave no valid intent on 1 of 27 frozen tickets"


def test_answers_to_another_frozen_set_block():
    cause = blocked(sealed="a" * 64, scored="b" * 64)

    assert cause == "the models answered frozen set bbbbbbbbbbbb, but the sealed one is aaaaaaaaaaaa"


def test_frozen_tickets_among_the_training_rows_block():
    cause = blocked(leaked=[FIRST])

    assert cause == "1 of 27 frozen tickets lie in the candidate's training rows"


@pytest.mark.parametrize("role", ["candidate", "champion", "anchor"])
def test_answers_to_other_tickets_block(role):
    other = {f"X{name}": answer for name, answer in W.champion.items()}

    assert blocked(**{role: other}) == f"the {role} was scored on other tickets than the frozen set holds"


@pytest.mark.parametrize("role", ["champion", "anchor"])
def test_a_reference_that_could_not_be_scored_blocks_instead_of_losing(role):
    cause = blocked(**{role: dict.fromkeys(W.champion)})

    assert cause == f"the {role} could not be scored on this frozen set: none of its answers is an intent"


def test_an_invalid_answer_of_the_champion_is_a_wrong_one_and_is_told():
    verdict = judge(W.frozen, W.candidate, W.champion | {FIRST: "RETIRED_INTENT"}, None, GATE)

    assert "the champion gave no valid intent on 1 tickets; they count as wrong" in verdict.warnings
    assert verdict.accuracy.newly_right == 1


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"frozen": []}, "frozen set: it holds no tickets"),
        ({"frozen": [*W.frozen[1:], W.frozen[1]]}, "ticket id 'T-00001' appears more than once"),
        ({"candidate": {}}, "answers of the candidate: 0 answers for 27 frozen tickets"),
        ({"champion": {FIRST: "WISMO"}}, "answers of the champion: 1 answers for 27 frozen tickets"),
        ({"champion": None, "anchor": W.champion}, "anchor: there is one, but no champion"),
        ({"incumbent": W.champion}, "incumbent: it only counts where there is no champion"),
    ],
)
def test_misshaped_input_is_an_error_and_no_verdict(how, message):
    given = {"frozen": W.frozen, "candidate": W.candidate, "champion": W.champion, "anchor": None, "params": GATE}

    with pytest.raises(InputError, match=message):
        judge(**given | how)


def test_a_frozen_label_that_is_no_intent_is_an_error():
    frozen = [replace(W.frozen[0], label="RETURN"), *W.frozen[1:]]

    with pytest.raises(TaxonomyError, match="Did you mean 'RETURN_REQUEST'"):
        judge(frozen, W.candidate, W.champion, None, GATE)


@pytest.mark.parametrize("alpha", [0.0, 0.5, 1.0])
def test_an_alpha_without_an_interval_is_refused(alpha):
    with pytest.raises(ParamsError, match=r"gate\.alpha_pass"):
        judge(W.frozen, W.candidate, W.champion, None, replace(GATE, alpha_pass=alpha))


def test_a_verdict_survives_json_whole():
    w = simulated(default_rng(2), n=40, churn=0.06, hurt=0.2)
    params = replace(GATE, costly_intents=("WISMO",))
    verdict = replace(judge(w.frozen, w.candidate, w.champion, w.champion, params), evidence={"frozen_set": "ab"})

    assert Verdict.from_json(verdict.to_json()) == verdict


def test_a_verdict_without_statistics_survives_json_too():
    verdict = judge(W.frozen, W.candidate, None, None, GATE, leaked=[FIRST])

    assert Verdict.from_json(verdict.to_json()) == verdict


@pytest.mark.parametrize("raw", [{}, {"overall": "MAYBE"}, {"against_anchor": None, "overall": "BLOCK", "intents": 3}])
def test_what_is_no_verdict_is_refused(raw):
    with pytest.raises(InputError, match=r"verdict\.json: not a verdict"):
        Verdict.from_json(raw)
