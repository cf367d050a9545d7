"""How sure is sure is the release's word; where a ticket goes is the table's."""

import pytest

from ecomintent.served import Route, RouteTable
from ecomintent.serving.routing import Level, Routed, level_of, route

TABLE = RouteTable(
    routes={
        "WISMO": Route(queue="delivery", tag="t-w", macro="track", escalate=False),
        "CANCEL_ORDER": Route(queue="orders", tag="t-c", macro="", escalate=True),
    },
    person=Route(queue="triage", tag="t-?", macro="", escalate=True),
    low_share=0.5,
)


@pytest.mark.parametrize(
    ("confidence", "threshold", "expected"),
    [
        (0.81, 0.8, Level.HIGH),
        (0.80, 0.8, Level.MEDIUM),
        (0.40, 0.8, Level.MEDIUM),
        (0.39, 0.8, Level.LOW),
        (0.01, 0.0, Level.HIGH),
        (1.00, 1.0, Level.MEDIUM),
        (0.00, 0.0, Level.MEDIUM),
    ],
)
def test_confidence_is_high_above_the_threshold_low_below_its_share_and_medium_between(confidence, threshold, expected):
    assert level_of(confidence, threshold, 0.5) is expected


def test_a_sure_answer_goes_its_way_without_a_person():
    assert route("WISMO", 0.9, 0.8, TABLE) == Routed(
        confidence=Level.HIGH, queue="delivery", tag="t-w", macro="track", escalate=False, suggested="WISMO"
    )


def test_a_sure_answer_of_an_intent_that_is_escalated_is_read_by_a_person_all_the_same():
    assert route("CANCEL_ORDER", 0.99, 0.8, TABLE).escalate is True


def test_a_half_sure_answer_goes_its_way_and_a_person_confirms_it():
    found = route("WISMO", 0.6, 0.8, TABLE)

    assert (found.confidence, found.queue, found.escalate, found.suggested) == ("medium", "delivery", True, "WISMO")


def test_an_unsure_answer_goes_to_a_person_without_a_suggestion():
    assert route("WISMO", 0.3, 0.8, TABLE) == Routed(
        confidence=Level.LOW, queue="triage", tag="t-?", macro="", escalate=True, suggested=""
    )


def test_an_intent_without_a_threshold_is_never_acted_on_without_a_person():
    assert route("WISMO", 1.0, None, TABLE).escalate is True
