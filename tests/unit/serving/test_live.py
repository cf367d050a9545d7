"""What the status page counts, in numbers that can be checked by hand."""

import pytest

from ecomintent.corrected import DayVolume, Judged
from ecomintent.serving.day_bars import bars
from ecomintent.serving.live import live, share

VOLUME = [
    DayVolume(day="2026-11-20", intent="WISMO", level="high", tickets=30, confidence=0.9),
    DayVolume(day="2026-11-21", intent="WISMO", level="low", tickets=10, confidence=0.3),
    DayVolume(day="2026-11-21", intent="OTHER", level="medium", tickets=10, confidence=0.5),
]
JUDGED = [
    Judged(predicted="WISMO", intent="WISMO", blind=True, tickets=7),
    Judged(predicted="WISMO", intent="OTHER", blind=True, tickets=1),
    Judged(predicted="WISMO", intent="WISMO", blind=False, tickets=2),
    Judged(predicted="WISMO", intent="OTHER", blind=False, tickets=3),
    Judged(predicted="OTHER", intent="OTHER", blind=True, tickets=1),
]
FOUND = live(VOLUME, JUDGED, ["2026-11-20", "2026-11-21"])


def test_accuracy_is_told_from_the_audit_alone_with_its_interval():
    # 8 of 9; Wilson at z = 1.96: centre (8 + 1.92) / 12.84 = 0.7725, half 1.96 sqrt(8 / 9 + 0.96) / 12.84 = 0.2076.
    assert (FOUND.accuracy.hits, FOUND.accuracy.n) == (8, 9)
    assert (FOUND.accuracy.low, FOUND.accuracy.high) == pytest.approx((0.565, 0.980), abs=1e-3)


def test_each_intent_is_told_by_what_was_predicted():
    wismo = FOUND.intents[0]

    assert (wismo.tickets, wismo.confidence, wismo.sure) == (40, pytest.approx(0.75), 0.75)
    assert (wismo.corrected, wismo.confirmed, wismo.audit.hits, wismo.audit.n) == (4, 9, 7, 8)


def test_an_intent_that_nobody_saw_has_no_accuracy_and_no_division_by_nothing():
    cancel = next(one for one in FOUND.intents if one.intent == "CANCEL_ORDER")

    assert (cancel.tickets, cancel.confidence, cancel.sure, cancel.audit, share(0, 0)) == (0, 0.0, 0.0, None, None)


def test_a_day_is_told_by_level():
    assert [(one.tickets, one.levels["low"], round(one.confidence, 2)) for one in FOUND.days] == [
        (30, 0, 0.9),
        (20, 10, 0.4),
    ]
    assert (FOUND.tickets, round(FOUND.confidence, 2)) == (50, 0.7)


def test_bars_stand_on_each_other_and_the_top_is_a_round_number():
    drawn = bars(FOUND.days)
    middle, low = drawn.bars[1].parts

    assert drawn.most == 30
    assert (middle.level, low.level, middle.y) == ("medium", "low", pytest.approx(low.y + low.height, abs=0.02))
    assert drawn.bars[1].says == "2026-11-21: 20 tickets (0 high, 10 medium, 10 low); mean confidence 40 %"
    assert bars([]).most == 5
