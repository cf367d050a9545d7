"""The same Report as a release; lost answers are wrong; time and money can be checked by hand."""

import pytest

from ecomintent.evaluation import IntentScores
from ecomintent.llm.answers import Asked
from ecomintent.llm.tally import Price, cost, percentile, tally
from ecomintent.records import Sealed

SEALED = Sealed(digest="d" * 64, rows=4)
LABELS = {"a": "WISMO", "b": "WISMO", "c": "OTHER", "d": "OTHER"}
PRICE = Price(per_million_in=0.5, per_million_out=2.0, currency="EUR", source="a page", date="2031-05-04")


def asked(name, intent, *, seconds=0.1, tokens=(1000, 10), refused=False, answer="", concurrency=4):
    return Asked(
        id=name,
        intent=intent,
        answer=answer,
        refused=refused,
        seconds=seconds,
        tokens_in=tokens[0],
        tokens_out=tokens[1],
        concurrency=concurrency,
    )


def answers(*given):
    return {one.id: one for one in given}


def test_an_answer_without_an_intent_is_wrong_and_told():
    found = tally(
        LABELS,
        answers(
            asked("a", "WISMO"),
            asked("b", None, answer="I think so"),
            asked("c", "OTHER"),
            asked("d", None, refused=True),
        ),
        SEALED,
    )

    assert found.report.intents["WISMO"] == IntentScores(n=2, precision=1.0, recall=0.5, f1=pytest.approx(2 / 3))
    assert (found.report.accuracy, found.report.frozen_set) == (0.5, SEALED)
    assert (found.unparseable, found.refused, found.unreadable) == (2, 1, ("I think so",))


def test_times_are_nearest_ranks_and_runs_of_another_concurrency_are_told():
    given = [
        asked(name, "WISMO", seconds=seconds, concurrency=at_a_time)
        for name, seconds, at_a_time in zip("abcd", (0.4, 0.1, 0.3, 0.2), (1, 4, 4, 4), strict=True)
    ]

    found = tally(LABELS, answers(*given), SEALED)

    assert (found.p50_ms, found.p95_ms, found.concurrency) == (200.0, 400.0, (1, 4))


@pytest.mark.parametrize(("percent", "value"), [(50, 10), (95, 19), (96, 20), (100, 20), (1, 1)])
def test_a_percentile_is_a_value_that_was_measured(percent, value):
    assert percentile(list(range(20, 0, -1)), percent) == value


def test_cost_is_tokens_times_price_with_its_arithmetic():
    found = tally(LABELS, answers(*(asked(name, "WISMO") for name in LABELS)), SEALED)

    spent = cost(found, PRICE)

    assert (spent.total, spent.per_1000_tickets) == (pytest.approx(0.00208), pytest.approx(0.52))
    assert spent.arithmetic == (
        "4,000 tokens in x 0.5 / 1,000,000 + 40 tokens out x 2 / 1,000,000 = 0.0021 EUR; "
        "x 1,000 / 4 tickets = 0.5200 EUR per 1,000 tickets"
    )


def test_an_answer_whose_tokens_nobody_counted_is_not_in_the_cost_and_told():
    found = tally(
        LABELS, answers(*(asked(n, "WISMO", tokens=(None, None) if n == "a" else (1000, 10)) for n in LABELS)), SEALED
    )

    spent = cost(found, PRICE)

    assert (found.counted, found.tokens_in, spent.per_1000_tickets) == (3, 3000, pytest.approx(0.52))
    assert spent.arithmetic.endswith("; 1 answers came without a count of tokens and are not in it")


def test_without_any_count_there_is_no_cost():
    found = tally(LABELS, answers(*(asked(name, "WISMO", tokens=(None, None)) for name in LABELS)), SEALED)

    assert cost(found, PRICE) is None
