"""The drills that need no trained home, every day; `make drills` runs all of them."""

import pytest

from tests.drills import __main__ as command
from tests.drills.drill import DRILLS, Seen, Skipped
from tests.drills.table import table

EVERYDAY = [
    pytest.param(each, id=each.name, marks=[pytest.mark.service] if each.service else [])
    for each in DRILLS.values()
    if each.everyday and not each.home
]


@pytest.mark.parametrize("each", EVERYDAY)
@pytest.mark.timeout(300)
def test_a_fault_ends_as_expected_with_nothing_lost_or_doubled(each):
    try:
        seen = command.run(each, None)
    except Skipped as reason:
        pytest.skip(str(reason))

    assert seen.held, seen


def test_there_are_forty_drills_and_each_says_what_it_does_and_expects():
    assert len(DRILLS) >= 40
    assert all(each.does and each.expects for each in DRILLS.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"ok": False},
        {"sent": 3, "stored": 2},
        {"doubled": 1},
        {"unapproved": 1},
        {"asked": 5, "answered": 4},
    ],
)
def test_one_lost_or_doubled_correction_one_promotion_unasked_or_one_silence_fails_a_drill(wrong):
    assert Seen(ok=True, says="").held
    assert not Seen(**({"ok": True, "says": ""} | wrong)).held


def test_the_table_counts_what_was_seen():
    row = {"group": "g", "does": "d", "expects": "e", **Seen(ok=True, says="s|t", sent=2, stored=2, doubled=0).told()}

    shown = table({"one": row, "two": {**row, "held": False}})

    assert "**2 drills ran, 1 held.** Corrections accepted 4, of these kept 4, doubled 0" in shown
    assert "| `one` | d | e | s/t | 2 of 2 / 0 |  | yes |" in shown
    assert "| `two` | d | e | s/t | 2 of 2 / 0 |  | NO |" in shown
