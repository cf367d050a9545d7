"""Doubtful labels and agents, on invented texts whose words give the intent away."""

import random
from dataclasses import replace

import numpy as np
import pytest

from ecomintent.data.held_out import Labelled, held_out
from ecomintent.data.label_issues import agents, issues
from ecomintent.errors import InputError
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction, Provenance
from ecomintent.taxonomy import NAMES

PARAMS = LabelsParams(
    erasure_days=30,
    window_days=30,
    agent_share=0.5,
    requester_share=0.2,
    macro_share=0.5,
    share_floor=30,
    names_least=3,
    burst_per_hour=60,
    burst_factor=5.0,
    bulk_tickets=10,
    bulk_seconds=10,
    folds=5,
    seed=7,
)
WEIGHTS = {provenance.value: 1.0 for provenance in Provenance} | {"bot": 0.0}
WORDS = {
    "WISMO": "parcel tracking courier late delivery depot",
    "BILLING_DISPUTE": "charged invoice twice card bank amount",
    "CANCEL_ORDER": "cancel stop order before shipping mistake",
}


def text(intent, number):
    chance = random.Random(f"{intent} {number}")
    return " ".join([*chance.sample(WORDS[intent].split(), 4), f"n{number}"])


def correction(number, intent, agent="asha", said=None, **changes):
    return Correction(
        ticket_id=f"T-{intent}-{number}",
        text=text(intent, number),
        intent=said or intent,
        created_at=changes.pop("created_at", "2026-05-04T11:30:00+00:00"),
        agent=agent,
        source="file",
        provenance=changes.pop("provenance", Provenance.EDITED),
        previous_intent="OTHER",
    )


RIGHT = [correction(number, intent) for intent in WORDS for number in range(20)]
WRONG = [correction(number, "WISMO", said="CANCEL_ORDER") for number in (50, 51, 52)]


def test_planted_errors_come_first_flagged_and_with_the_right_suggestion():
    found = issues([*RIGHT, *WRONG], [], WEIGHTS, PARAMS)

    assert {issue.correction.ticket_id for issue in found[:3]} == {one.ticket_id for one in WRONG}
    assert {issue.suggested for issue in found[:3]} == {"WISMO"}
    assert found[0].flagged
    assert {issue.correction for issue in found if issue.flagged} <= set(WRONG)
    assert [issue.score for issue in found] == sorted(issue.score for issue in found)
    assert len(found) == len(RIGHT) + 3


def test_the_ranking_does_not_depend_on_the_order_of_the_labels():
    rows = [*RIGHT, *WRONG]

    assert issues(random.Random(1).sample(rows, len(rows)), [], WEIGHTS, PARAMS) == issues(rows, [], WEIGHTS, PARAMS)


def test_only_labels_that_count_and_have_a_text_are_ranked():
    later = replace(WRONG[0], intent="WISMO", created_at="2026-05-05T11:30:00+00:00")
    gone = replace(correction(60, "WISMO"), text="")
    bot = correction(61, "WISMO", provenance=Provenance.BOT)

    found = issues([*RIGHT, WRONG[0], later, gone, bot], [], WEIGHTS, PARAMS)

    assert len(found) == len(RIGHT) + 1
    assert {i.correction.intent for i in found if i.correction.ticket_id == "T-WISMO-50"} == {"WISMO"}


def test_a_text_is_never_judged_by_its_own_label_or_that_of_a_copy():
    # "Only here" says nothing but its own label: a model that had seen it would repeat it.
    odd = [replace(correction(70 + copy, "WISMO", said="CANCEL_ORDER"), text="Zebra, zebra!") for copy in range(3)]
    learned = [Labelled(text=one.text, intent=one.intent) for one in [*RIGHT, *odd]]
    corpus = [Labelled(text="zebra zebra", intent="CANCEL_ORDER")]

    without = held_out(["zebra zebra"], learned[: len(RIGHT)], [], folds=5, seed=7)
    found = held_out([odd[0].text], learned, corpus, folds=5, seed=7)

    assert found[0][NAMES.index("CANCEL_ORDER")] == pytest.approx(without[0][NAMES.index("CANCEL_ORDER")], abs=0.1)
    assert found[0][NAMES.index("CANCEL_ORDER")] < 0.5


def test_the_base_corpus_teaches_where_there_are_few_labels():
    corpus = [Labelled(text=text(intent, 100 + number), intent=intent) for intent in WORDS for number in range(8)]
    one = correction(1, "WISMO", said="BILLING_DISPUTE")

    [found] = issues([one], corpus, WEIGHTS, PARAMS)

    assert (found.suggested, found.score < 0.5) == ("WISMO", True)


def test_probabilities_cover_all_nine_intents_and_sum_to_one():
    found = held_out(
        [one.text for one in RIGHT], [], [Labelled(text=c.text + "x", intent=c.intent) for c in RIGHT], folds=3, seed=1
    )

    assert found.shape == (len(RIGHT), 9)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(RIGHT)))


@pytest.mark.parametrize("rows", [[RIGHT[0]], RIGHT[:5]])
def test_with_one_intent_alone_there_is_nothing_to_learn(rows):
    with pytest.raises(InputError, match="fewer than two intents to learn from; import corrections or a base corpus"):
        issues(rows, [], WEIGHTS, PARAMS)


def test_without_labels_there_are_no_issues_and_no_agents():
    assert (issues([], [], WEIGHTS, PARAMS), agents([], [], [], WEIGHTS, PARAMS)) == ([], [])


def test_the_agent_whom_others_and_the_model_contradict_is_the_least_reliable():
    second = [replace(one, agent="bence") for one in RIGHT]
    third = [replace(one, agent="temp", intent="CANCEL_ORDER") for one in RIGHT]

    found = {one.agent: one for one in agents([*RIGHT, *second, *third], [*RIGHT, *second], [], WEIGHTS, PARAMS)}

    assert {(one.labels, one.shared) for one in found.values()} == {(60, 60)}
    assert found["temp"].agreement == pytest.approx(1 / 3)
    assert found["asha"].agreement == found["bence"].agreement == pytest.approx((1 / 2 * 40 + 20) / 60)
    assert found["temp"].quality < 0.6 < found["asha"].quality
    assert found["temp"].model_agrees < 0.6
    assert found["asha"].model_agrees > 0.9


def test_an_agent_whom_nobody_shares_a_text_with_has_no_quality():
    alone = [correction(80, "WISMO", agent="owner"), correction(81, "CANCEL_ORDER", agent="owner")]
    second = [replace(one, agent="bence") for one in RIGHT[:6]]
    rows = [*RIGHT, *second, *alone]

    found = {one.agent: one for one in agents(rows, rows, [], WEIGHTS, PARAMS)}

    assert (found["owner"].labels, found["owner"].shared) == (2, 0)
    assert (found["owner"].agreement, found["owner"].quality) == (None, None)
    assert (found["asha"].shared, found["bence"].shared) == (6, 6)
    assert found["bence"].quality is not None


def test_a_shop_with_a_single_agent_has_numbers_of_the_model_only():
    [found] = agents(RIGHT, RIGHT, [], WEIGHTS, PARAMS)

    assert (found.labels, found.shared, found.agreement, found.quality) == (60, 0, None, None)
    assert found.model_agrees > 0.9
