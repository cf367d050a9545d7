"""When labels arrive, when a shop looks, and whether it retrains."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from ecomintent.data import cadence
from ecomintent.data.cadence import Arrival, Cadence
from ecomintent.errors import InputError
from ecomintent.params_simulate import SimulateParams
from tests.unit.data.data_rows import correction

PARAMS = SimulateParams(seed=7, look_days=7, drift=0.2, drift_least=30, new_labels=100)


def at(*days):
    """One label on each of `days`, named by its day."""
    return [Arrival(at=datetime.fromisoformat(f"{day}T12:00:00+00:00"), correction=correction(day)) for day in days]


def seen(looks):
    """What each look is named, when it is, and which labels came since the one before."""
    return [(look.name, look.end.date().isoformat(), [c.ticket_id for c in look.arrived]) for look in looks]


def looks(arrivals, how, **options):
    return seen(cadence.looks(arrivals, how, **{"look_days": 7, "counted": False} | options))


def test_a_month_ends_with_the_month_and_the_first_look_comes_before_any_label():
    arrivals = at("2031-12-31", "2031-11-20", "2032-02-01")

    assert looks(arrivals, Cadence.MONTHLY) == [
        ("start", "2031-11-01", []),
        ("2031-11", "2031-12-01", ["2031-11-20"]),
        ("2031-12", "2032-01-01", ["2031-12-31"]),
        ("2032-01", "2032-02-01", []),
        ("2032-02", "2032-03-01", ["2032-02-01"]),
    ]


def test_a_week_begins_on_monday():
    assert looks(at("2031-05-04", "2031-05-05"), Cadence.WEEKLY) == [
        ("start", "2031-04-28", []),
        ("week of 2031-04-28", "2031-05-05", ["2031-05-04"]),
        ("week of 2031-05-05", "2031-05-12", ["2031-05-05"]),
    ]


def test_on_drift_looks_as_often_as_the_params_say():
    assert looks(at("2031-05-05", "2031-05-09"), Cadence.ON_DRIFT, look_days=3) == [
        ("start", "2031-05-05", []),
        ("to 2031-05-07", "2031-05-08", ["2031-05-05"]),
        ("to 2031-05-10", "2031-05-11", ["2031-05-09"]),
    ]


@pytest.mark.parametrize(
    ("how", "names"),
    [
        (Cadence.MONTHLY, ["start", "month 1"]),
        (Cadence.WEEKLY, ["start", "week 1", "week 2"]),
        (Cadence.ON_DRIFT, ["start", "day 7", "day 14"]),
    ],
)
def test_where_dates_are_made_up_periods_are_numbered(how, names):
    found = looks(at("2024-01-01", "2024-01-09"), how, counted=True)

    assert [name for name, _, _ in found] == names


def test_a_label_of_the_very_end_of_a_period_belongs_to_the_next_one():
    arrivals = [Arrival(at=datetime(2031, 6, 1, tzinfo=UTC), correction=correction("T1"))]

    assert looks([*at("2031-05-02"), *arrivals], Cadence.MONTHLY)[1:] == [
        ("2031-05", "2031-06-01", ["2031-05-02"]),
        ("2031-06", "2031-07-01", ["T1"]),
    ]


def test_labels_arrive_at_their_own_times():
    labels = [correction("T1", created_at="2031-05-04T10:00:00+02:00")]

    assert cadence.dated(labels) == [Arrival(at=datetime(2031, 5, 4, 8, tzinfo=UTC), correction=labels[0])]


def test_labels_without_a_time_are_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"--events: 1 of 2 labels have no created_at; .* --split 12"):
        cadence.dated([correction("T1"), correction("T2", created_at="")])


def test_no_label_is_no_history():
    for spreading in (lambda: cadence.dated([]), lambda: cadence.spread([], months=1, seed=7)):
        with pytest.raises(InputError, match="no label that could be replayed"):
            spreading()


def test_a_date_that_makes_a_thousand_empty_weeks_is_refused():
    with pytest.raises(InputError, match=r"from 1931-05-04 to 2031-05-04 there are more than 2,000 looks"):
        cadence.looks(at("1931-05-04", "2031-05-04"), Cadence.WEEKLY, look_days=7, counted=False)


def test_labels_are_spread_over_months_in_parts_that_differ_by_one_at_most():
    labels = [correction(f"T{number}", created_at="") for number in range(100)]

    arrivals = cadence.spread(labels, months=12, seed=7)

    assert sorted(Counter((a.at.year, a.at.month) for a in arrivals).values()) == [8] * 8 + [9] * 4
    assert sorted(a.correction.ticket_id for a in arrivals) == sorted(label.ticket_id for label in labels)
    assert [
        label for look in cadence.looks(arrivals, Cadence.MONTHLY, look_days=7, counted=True) for label in look.arrived
    ] == [arrival.correction for arrival in arrivals]


def test_the_order_depends_on_the_seed_and_not_on_the_file():
    labels = [correction(f"T{number}") for number in range(30)]

    forwards, backwards = (cadence.spread(order, months=3, seed=7) for order in (labels, labels[::-1]))

    assert forwards == backwards
    assert forwards != cadence.spread(labels, months=3, seed=8)
    assert [a.correction for a in forwards] != labels


def test_fewer_labels_than_months_are_refused():
    with pytest.raises(InputError, match="--split: 2 labels cannot fill 3 months"):
        cadence.spread([correction("T1"), correction("T2")], months=3, seed=7)


@pytest.mark.parametrize("how", [Cadence.MONTHLY, Cadence.WEEKLY])
def test_a_month_or_week_retrains_on_anything_new_and_on_nothing_else(how):
    assert cadence.due(how, {"WISMO": 1}, {"OTHER": 500}, PARAMS) == "1 new labels"
    assert cadence.due(how, {"WISMO": 0}, {"OTHER": 500}, PARAMS) == ""


@pytest.mark.parametrize(
    ("fresh", "why"),
    [
        ({}, ""),
        ({"WISMO": 49, "OTHER": 50}, ""),
        ({"WISMO": 50, "OTHER": 50}, "100 new labels"),
        # Moved by 0.5; two draws of 30 and 500 of one mix differ by some 0.07 on average.
        ({"WISMO": 30}, "label mix moved 43 points beyond chance"),
        ({"WISMO": 29}, ""),
    ],
)
def test_on_drift_retrains_on_enough_labels_or_on_another_mix(fresh, why):
    assert cadence.due(Cadence.ON_DRIFT, fresh, {"WISMO": 250, "OTHER": 250}, PARAMS) == why


def test_before_the_first_retrain_on_labels_there_is_no_mix_that_could_have_moved():
    assert cadence.due(Cadence.ON_DRIFT, {"WISMO": 99}, {}, PARAMS) == ""
    assert cadence.due(Cadence.ON_DRIFT, {"WISMO": 100}, {}, PARAMS) == "100 new labels"
