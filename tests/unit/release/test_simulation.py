"""The rule that stands in for a person, and what the steps of a replay add up to."""

import json
from dataclasses import replace

import pytest

from ecomintent.errors import InputError
from ecomintent.gate.verdict import Decision
from ecomintent.release import simulation, stand_in
from ecomintent.release.simulation import BEFORE_ALL, Judged, Spent, Step, Totals
from ecomintent.release.stand_in import OnReview, Ruling

JUDGED = Judged(
    version="1",
    verdict="REVIEW",
    cause="8 of 9 intents PASS",
    undecided=("OTHER",),
    bill={"OTHER": 12},
    f1=0.6,
    accuracy=0.7,
    intents={"OTHER": 0.5, "WISMO": None},
    champion="",
    champion_f1=None,
    training_rows=100,
    held=0,
    spent={"train": Spent(wall_s=100.0, cpu_s=90.0), "gate": Spent(wall_s=2.0, cpu_s=1.0)},
)


def step(day, *, f1=None, judged=None, ruling=None, labels=0):
    at = f"2031-05-{day:02}T00:00:00+00:00"
    return replace(BEFORE_ALL, name=f"day {day}", at=at, labels=labels, judged=judged, ruling=ruling, f1=f1)


@pytest.mark.parametrize("on_review", OnReview)
@pytest.mark.parametrize("has_champion", [True, False])
def test_no_rule_overrides_a_block_or_holds_a_promote(on_review, has_champion):
    options = {"has_champion": has_champion, "on_review": on_review}

    assert stand_in.rule(Decision.BLOCK, **options) is Ruling.BLOCKED
    assert stand_in.rule(Decision.PROMOTE, **options) is Ruling.APPROVED


@pytest.mark.parametrize(
    ("has_champion", "on_review", "ruling"),
    [
        (True, OnReview.APPROVE, Ruling.APPROVED),
        (True, OnReview.HOLD, Ruling.HELD),
        (False, OnReview.HOLD, Ruling.APPROVED),
    ],
)
def test_a_review_goes_as_it_was_told_but_for_the_first_release(has_champion, on_review, ruling):
    assert stand_in.rule(Decision.REVIEW, has_champion=has_champion, on_review=on_review) is ruling


def test_an_approval_says_that_a_rule_gave_it():
    assert stand_in.reason(Decision.REVIEW, has_champion=True) == "REVIEW; approved by rule"
    assert "no person" in stand_in.NAME


def test_a_step_is_read_back_as_it_was_written():
    whole = step(3, f1=0.6, judged=JUDGED, ruling=Ruling.APPROVED, labels=40)

    for each in (whole, step(4)):
        assert Step.from_json(json.loads(json.dumps(each.to_json())), where="0003.json") == each


def test_a_step_that_is_none_is_refused_with_its_file():
    for damaged in ({}, step(3).to_json() | {"ruling": "perhaps"}, step(3).to_json() | {"judged": {"spent": 3}}):
        with pytest.raises(InputError, match=r"^0003\.json: damaged"):
            Step.from_json(damaged, where="0003.json")


def test_the_sums_of_a_replay():
    better = replace(JUDGED, version="3", f1=0.8, bill={"OTHER": 5, "WISMO": 7})
    steps = [
        step(1, f1=0.6, judged=JUDGED, ruling=Ruling.APPROVED),
        step(2, f1=0.6, labels=30),
        step(4, f1=0.6, judged=replace(JUDGED, version="2", f1=0.3), ruling=Ruling.BLOCKED, labels=60),
        step(5, f1=0.8, judged=better, ruling=Ruling.APPROVED, labels=90),
        step(7, f1=0.8, labels=120),
    ]

    # Served 0.6 from day 1 to 5 and 0.8 from day 5 to 7; three trainings of 91 core-seconds and 102 seconds.
    assert simulation.totals(steps, core_hour_price=2.0) == Totals(
        looks=5,
        retrains=3,
        promoted=2,
        held=0,
        blocked=1,
        labels=120,
        f1_first=0.6,
        f1_last=0.8,
        f1_served=pytest.approx((4 * 0.6 + 2 * 0.8) / 6),
        bill_last=12,
        core_s=273.0,
        wall_s=306.0,
        cost=pytest.approx(273 / 3600 * 2),
        unknown=0,
    )


def test_a_shop_without_a_release_has_no_f1_rather_than_zero():
    blocked = [step(1, judged=JUDGED, ruling=Ruling.BLOCKED), step(2)]

    found = simulation.totals(blocked, core_hour_price=0.0)

    assert (found.f1_first, found.f1_last, found.f1_served, found.blocked) == (None, None, None, 1)


def test_seconds_that_nobody_saw_are_counted_as_unknown_and_not_as_zero():
    lost = replace(JUDGED, spent=JUDGED.spent | {"train": Spent(wall_s=None, cpu_s=None)})

    found = simulation.totals([step(1, f1=0.6, judged=lost, ruling=Ruling.APPROVED)], core_hour_price=1.0)

    assert (found.core_s, found.wall_s, found.unknown) == (1.0, 2.0, 1)
