"""What goes between the loop and validation: the champion's label mix in, rows left out and warnings out."""

import json

import pytest

from ecomintent import files, layout
from ecomintent.adapters import publishing
from ecomintent.adapters.evidence import KEPT
from tests.unit.adapters.trust_shop import Shop

MIX = {"OTHER": 30, "WISMO": 12}


@pytest.fixture
def shop(tmp_path):
    """Version 1 is the champion."""
    shop = Shop(tmp_path)
    shop.system.registry.point("champion", "1")
    return shop


def note(shop, report):
    files.write_text(shop.evidence / "validated-report.json", json.dumps(report))


def placed(shop):
    publishing.place_champion(shop.system)
    return json.loads((shop.system.settings.workspace / layout.LAST_MIX).read_text(encoding="utf-8"))


def test_the_mix_that_the_champion_learned_from_is_laid_where_validate_looks(shop):
    note(shop, {"label_mix": {"now": MIX}})

    assert publishing.place_champion(shop.system) == "1"
    assert placed(shop) == MIX


@pytest.mark.parametrize("report", [{}, {"label_mix": {"now": {}}}], ids=["older evidence", "no corrections"])
def test_a_mix_that_nobody_noted_is_none(shop, report):
    note(shop, report)

    assert placed(shop) == {}


def test_without_evidence_or_champion_there_is_no_mix(shop):
    assert placed(shop) == {}
    note(shop, {"label_mix": {"now": MIX}})
    shop.system.registry.drop("champion")
    assert placed(shop) == {}


def test_an_equal_mix_is_not_written_again(shop):
    path = shop.system.settings.workspace / layout.LAST_MIX
    placed(shop)
    before = path.stat().st_ino

    placed(shop)

    assert path.stat().st_ino == before


def test_the_page_is_kept_with_the_evidence_that_the_run_is_logged_with():
    assert layout.VALIDATION_PAGE in KEPT


@pytest.mark.parametrize(("left_out", "warnings"), [(2, 0), (0, 1)])
def test_rows_left_out_and_warnings_come_with_the_page_that_tells_them(shop, left_out, warnings):
    assert notes(shop, left_out, warnings) == publishing.DataNotes(
        left_out=left_out, warnings=warnings, page=str(shop.system.evidence.folder("") / "validation.html")
    )


def test_where_there_is_nothing_to_tell_no_page_is_named(shop):
    assert notes(shop, 0, 0) == publishing.DataNotes(left_out=0, warnings=0, page="")


def notes(shop, left_out, warnings):
    tables = {"corrections": {"quarantined": left_out}, "corpus": {"quarantined": 0}}
    report = shop.system.settings.workspace / layout.VALIDATION_REPORT
    files.write_text(report, json.dumps({"tables": tables, "warnings": [{}] * warnings}))
    return publishing.data_notes(shop.system)
