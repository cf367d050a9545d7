import csv
from dataclasses import replace
from pathlib import Path

import pytest
from gate_worlds import GATE

from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision, Outcome, Reason
from ecomintent.gate.verdict import FrozenTicket

CASE = Path(__file__).parents[2] / "golden" / "gate_case.csv"


@pytest.fixture(scope="module")
def verdict():
    with CASE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return judge(
        [FrozenTicket(id=row["id"], label=row["label"], group=row["group"]) for row in rows],
        {row["id"]: row["candidate"] for row in rows},
        {row["id"]: row["champion"] for row in rows},
        None,
        replace(GATE, margin=0.05, min_n_pass=10),
    )


@pytest.mark.parametrize(
    ("name", "numbers", "outcome"),
    [
        ("BILLING_DISPUTE", (-256 / 713, 1 / 256, 3 / 512), Outcome.REGRESSED),
        ("OTHER", (-224 / 1394, 10 / 512, 10 / 512), Outcome.REGRESSED),
        ("WISMO", (32 / 992, 1, 1), Outcome.INCONCLUSIVE),
    ],
)
def test_the_numbers_are_those_of_the_hand_calculation(verdict, name, numbers, outcome):
    intent = verdict.intents[name]

    assert (intent.delta, intent.p, intent.p_adjusted) == pytest.approx(numbers, abs=1e-12)
    assert (intent.n, intent.verdict) == (16, outcome)


def test_the_bounds_and_plans_are_those_of_the_hand_calculation(verdict):
    billing, wismo = verdict.intents["BILLING_DISPUTE"], verdict.intents["WISMO"]

    assert (round(billing.low, 4), round(wismo.low, 3), wismo.tickets_needed) == (-0.6346, -0.054, 251)


def test_the_decision_is_that_of_the_hand_calculation(verdict):
    accuracy = verdict.accuracy

    assert (verdict.n, verdict.n_independent, verdict.churn) == (50, 48, 9 / 48)
    assert (accuracy.newly_wrong, accuracy.newly_right, accuracy.reason) == (8, 1, Reason.UNDECIDED)
    assert (verdict.overall, verdict.cause) == (
        Decision.BLOCK,
        "BILLING_DISPUTE lost 35.9 F1 points [-63.5, -20.3] (allowed 5.0); 1 more regressed",
    )
