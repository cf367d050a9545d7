import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from ecomintent.errors import InputError, TaxonomyError
from ecomintent.evaluation import IntentScores, evaluate
from ecomintent.records import Sealed
from ecomintent.taxonomy import IDS, NAMES

SEALED = Sealed(digest="d" * 64, rows=5)
NOTHING = IntentScores(n=0, precision=None, recall=None, f1=None)

PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), min_size=1, max_size=60)


def test_a_report_that_can_be_checked_by_hand():
    labels = ["WISMO", "WISMO", "WISMO", "OTHER", "OTHER"]
    answers = ["WISMO", "WISMO", "OTHER", "OTHER", "CANCEL_ORDER"]

    report = evaluate(labels, answers, SEALED)

    assert report.intents == dict.fromkeys(NAMES, NOTHING) | {
        "WISMO": IntentScores(n=3, precision=1.0, recall=2 / 3, f1=0.8),
        "CANCEL_ORDER": IntentScores(n=0, precision=0.0, recall=None, f1=0.0),
        "OTHER": IntentScores(n=2, precision=0.5, recall=0.5, f1=0.5),
    }
    assert (report.macro_f1, report.accuracy) == (pytest.approx((0.8 + 0.0 + 0.5) / 3), 0.6)
    assert report.confusion[IDS["WISMO"]] == (2, 0, 0, 0, 0, 0, 0, 0, 1)
    assert report.confusion[IDS["OTHER"]] == (0, 0, 0, 1, 0, 0, 0, 0, 1)


def test_a_ticket_without_an_answer_is_wrong_for_its_intent_and_false_for_none():
    report = evaluate(["WISMO", "WISMO", "OTHER"], ["WISMO", None, None], SEALED)

    assert report.intents == dict.fromkeys(NAMES, NOTHING) | {
        "WISMO": IntentScores(n=2, precision=1.0, recall=0.5, f1=pytest.approx(2 / 3)),
        "OTHER": IntentScores(n=1, precision=None, recall=0.0, f1=0.0),
    }
    assert (report.accuracy, sum(map(sum, report.confusion))) == (pytest.approx(1 / 3), 1)


@given(PAIRS)
def test_macro_f1_is_that_of_scikit_learn_over_the_intents_present_or_predicted(pairs):
    labels, answers = zip(*pairs, strict=True)

    report = evaluate(labels, answers, SEALED)

    assert report.macro_f1 == pytest.approx(f1_score(labels, answers, average="macro", zero_division=0))


@given(PAIRS)
def test_the_order_of_the_tickets_does_not_matter(pairs):
    labels, answers = zip(*pairs, strict=True)

    assert evaluate(labels, answers, SEALED) == evaluate(labels[::-1], answers[::-1], SEALED)


def test_the_json_keeps_the_intents_in_taxonomy_order_because_the_confusion_matrix_follows_it():
    said = json.loads(json.dumps(evaluate(["OTHER"], ["OTHER"], SEALED).to_json()))

    assert tuple(said["intents"]) == NAMES
    assert said["frozen_set"] == {"digest": "d" * 64, "rows": 5}
    assert said["intents"]["OTHER"] == {"n": 1, "precision": 1.0, "recall": 1.0, "f1": 1.0}


@pytest.mark.parametrize(("labels", "answers"), [([], []), (["OTHER"], []), (["OTHER"], ["OTHER", "OTHER"])])
def test_without_exactly_one_answer_per_ticket_there_is_no_report(labels, answers):
    with pytest.raises(InputError, match="score every one"):
        evaluate(labels, answers, SEALED)


def test_an_answer_that_is_no_intent_is_refused():
    with pytest.raises(TaxonomyError, match="Did you mean 'WISMO'"):
        evaluate(["WISMO"], ["WISMOS"], SEALED)
