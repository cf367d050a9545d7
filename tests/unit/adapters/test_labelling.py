"""What the connectors of labelling tools share."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.adapters.labelling import known, lowest, newest, when

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1), timezones=OFFSETS)


@given(MOMENTS, MOMENTS)
def test_the_order_of_times_as_text_is_their_order(one, other):
    assert (when(one.isoformat()) < when(other.isoformat())) == (one < other)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2098, 1, 1)))
def test_a_time_that_does_not_say_where_it_is_from_is_utc(moment):
    assert when(moment.isoformat()) == when(moment.replace(tzinfo=UTC).isoformat())


@pytest.mark.parametrize("value", [None, "", 7, "yesterday", "0001-01-01T00:00:00+14:00"])
def test_what_is_no_time_comes_before_every_time(value):
    assert when(value) == ""
    assert newest([value, "2026-03-02T09:00:00Z"]) == "2026-03-02T09:00:00.000000+00:00"


def test_a_day_before_the_newest_change_is_read_again_but_nothing_before_the_first_day_asked_for():
    upto = when("2026-03-10T09:00:00Z")

    assert lowest("", "") == ""
    assert lowest("", "2026-03-01T00:00:00+00:00") == when("2026-03-01T00:00:00Z")
    assert lowest(upto, "2026-03-01T00:00:00+00:00") == when("2026-03-09T09:00:00Z")
    assert lowest(upto, "2026-03-09T12:00:00+00:00") == when("2026-03-09T12:00:00Z")


def test_the_mark_of_another_project_says_nothing():
    assert known('{"of": "7", "upto": "x"}', "7") == {"of": "7", "upto": "x"}
    assert known('{"of": "7", "upto": "x"}', "8") == {}
    assert known("", "8") == {}
