"""The page: what a person reads of the data, in one file that needs nothing else."""

import html
import json
import re
from contextlib import suppress

import pytest
from data_rows import base_corpus, correction, prepared_workspace

from ecomintent import layout
from ecomintent.data import validation_page
from ecomintent.errors import ValidationFailed
from ecomintent.stages import validate
from ecomintent.taxonomy import NAMES

LONG = "<script>alert('parcel')</script> " + "and so on, " * 40


@pytest.fixture
def page_of(tmp_path, monkeypatch):
    """The page that the stage writes for a workspace, as text without tags."""
    monkeypatch.chdir(tmp_path)

    def page(*arguments, **named):
        prepared_workspace(tmp_path, *arguments, **named)
        with suppress(ValidationFailed):
            validate.run()
        return layout.VALIDATION_PAGE.read_text(encoding="utf-8")

    return page


def words(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main>")[2]).split())


def test_the_page_says_how_many_tickets_go_on_how_many_were_left_out_and_how_many_warnings_there_are(page_of):
    said = words(page_of([correction("good"), correction("bad", "b", "RETURN")]))

    assert said.startswith(
        "Fit to train on, with warnings 73 labelled tickets may be learned from. 1 row of 74 was left out. "
        "18 warnings: read them before you approve what is trained."
    )


def test_the_page_of_a_run_that_stops_says_why_first(page_of):
    said = words(page_of(corpus_rows=[row for row in base_corpus() if row.intent != "OTHER"]))

    assert said.startswith(
        "Not fit to train on The base corpus has fewer than 5 tickets of OTHER. Found: 0 (base corpus). "
        "Nothing was trained."
    )
    assert "Not asked: another table stopped the run first." in said


def test_a_stop_that_no_suite_asked_for_is_told_too(page_of):
    report = report_of(page_of()) | {"stopped": "there is no ticket for OTHER"}

    said = words(validation_page.render(report, [], []))

    assert said.startswith("Not fit to train on there is no ticket for OTHER. Nothing was trained.")


def report_of(_page):
    return json.loads(layout.VALIDATION_REPORT.read_text(encoding="utf-8"))


def test_data_without_a_fault_are_fit_to_train_on(page_of):
    report = report_of(page_of())
    report["checks"] = [check for check in report["checks"] if check["outcome"] == "held"]

    said = words(validation_page.render(report, [], []))

    assert said.startswith("Fit to train on 72 labelled tickets may be learned from. No row was left out.")


def test_left_out_rows_are_grouped_by_reason_the_most_first_with_three_examples_cut_short(page_of):
    page = page_of([correction("time", "when", created_at="soon"), *(correction(f"L{n}", LONG, "?") for n in range(5))])

    said = words(page)
    shown = re.findall(r"<b>(.*?)</b> <q dir=\"auto\">(.*?)</q>", page)
    assert [ticket for ticket, _ in shown] == ["L0", "L1", "L2", "time"]
    assert html.unescape(shown[0][1]) == LONG[:80]
    assert "<script" not in page
    assert "5 rows Corrections The intent is not one of the nine." in said
    assert "and 2 more" in said


def test_every_expectation_is_on_the_page_with_its_outcome(page_of):
    page = page_of([correction("bad", "b", "RETURN")])

    for check in report_of(page)["checks"]:
        assert check["sentence"] in html.unescape(page)
    assert {"OK", "ROWS LEFT OUT", "WARNING"} == {
        tag.upper() for tag in re.findall(r'<td><span class="tag">(.*?)</', page)
    }


def test_the_label_mix_is_shown_beside_that_of_the_champions_snapshot(page_of):
    corrections = [correction(str(number), f"parcel number {number}") for number in range(30)]

    said = words(page_of(corrections, last_mix={"WISMO": 10, "OTHER": 30}))

    assert "WISMO 100.0 % (30) 25.0 % (10)" in said
    assert "OTHER 0.0 % (0) 75.0 % (30)" in said
    assert "Label mix moved 75.0 points" in said
    assert "The mix of intents moved by more than 20 points" in said.partition("Rows left out")[0]


def test_without_a_champion_there_is_nothing_to_compare_with(page_of):
    said = words(page_of([correction()]))

    assert "Label mix moved – nothing to compare with" in said
    assert all(name in said for name in NAMES)


def test_the_page_needs_nothing_but_itself_and_runs_nothing(page_of):
    page = page_of([correction("<b>x</b>", LONG, "?")])

    assert re.findall(r"(?:src|href)=|url\(|@import", page) == []
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert str(layout.VALIDATED.absolute()) not in page


def test_what_an_earlier_run_let_through_does_not_lie_beside_a_page_that_says_no(page_of, tmp_path):
    page_of([correction()])
    for path in (layout.EXPECTATIONS, layout.INPUT):
        (tmp_path / path).rename(tmp_path / f"old-{path.name}")

    page_of(corpus_rows=[])

    assert sorted(path.name for path in layout.VALIDATED.iterdir()) == [
        "quarantine.jsonl",
        "report.json",
        "validation.html",
    ]
