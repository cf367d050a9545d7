"""The model card: what a hub reads of it, and that every number in it comes from the run."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

import ecomintent
from ecomintent.gate import intervals
from ecomintent.release import card
from ecomintent.taxonomy import NAMES
from tests.unit.release.card_world import LINEAGE, PASSPORT, TICKETS, facts

TEMPLATES = Path(ecomintent.__file__).parent / "release"
NAMED_WITH_A_DIGIT = r"\bF1\b|SHA-256|Apache-2\.0"
"""Words of a template that hold a digit and state no number."""


@pytest.fixture(scope="module")
def whole():
    return facts()


@pytest.fixture(scope="module")
def text(whole):
    return card.render(whole)


def changed(whole, field, path, value):
    """The facts with one leaf of one field set to another value."""
    content = json.loads(json.dumps(getattr(whole, field)))
    place = content
    for step in path[:-1]:
        place = place[step]
    assert place[path[-1]] != value
    place[path[-1]] = value
    return replace(whole, **{field: content})


def table(text, heading, column):
    """Intent -> a column of the table below `heading`."""
    section = text.split(f"## {heading}")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:2] == "| "]
    return {row[0]: row[column] for row in rows if row[0] in NAMES}


def test_a_hub_reads_the_metadata_and_the_scores(whole, text):
    data = ModelCard(text, ignore_metadata_errors=False).data
    candidate = whole.report["candidate"]

    assert (data.license, data.language, data.library_name, data.pipeline_tag, data.base_model) == (
        "apache-2.0",
        ["en"],
        "transformers",
        "text-classification",
        "sentence-transformers/all-MiniLM-L6-v2",
    )
    assert data.model_name == "ecomintent-version-3"
    assert {(r.metric_name, r.metric_value) for r in data.eval_results} == {
        ("macro-F1", candidate["macro_f1"]),
        ("accuracy", candidate["accuracy"]),
        ("calibration error", whole.report["reliability"]["candidate"]["ece"]),
        *((f"F1 of {name}", told["f1"]) for name, told in candidate["intents"].items()),
    }
    assert {(r.task_type, r.dataset_revision) for r in data.eval_results} == {
        ("text-classification", LINEAGE.frozen_set)
    }


@pytest.mark.parametrize("name", ["card.md", "licence.md"])
def test_no_template_holds_a_number_typed_by_hand(name):
    typed = re.sub(r"{[{%].*?[}%]}", " ", (TEMPLATES / name).read_text(encoding="utf-8"), flags=re.DOTALL)

    assert re.findall(r"\d+", re.sub(NAMED_WITH_A_DIGIT, "", typed)) == []


@pytest.mark.parametrize(
    ("field", "path", "value"),
    [
        ("report", ("candidate", "macro_f1"), 0.1234),
        ("report", ("candidate", "accuracy"), 0.1234),
        *(("report", ("candidate", "intents", "WISMO", key), 0.1234) for key in ("precision", "recall", "f1")),
        ("report", ("candidate", "intents", "OTHER", "n"), 1234),
        ("report", ("candidate", "confusion", 0, 0), 20),
        ("report", ("frozen_set", "rows"), 1234),
        ("report", ("frozen_set", "digest"), "another"),
        *(
            ("report", ("reliability", "candidate", key), 0.1234)
            for key in (
                "ece", "low", "high", "by_chance", "by_chance_most", "ece_equal_width", "confidence", "accuracy",
            )
        ),
        *(
            ("report", ("reliability", "candidate", "handled", key), 1234)
            for key in ("answered", "wrong", "cost", "cost_all_answered", "cost_all_read")
        ),
        ("note", ("temperature",), 1.9),
        ("note", ("max_tokens",), 77),
        ("note", ("thresholds", "OTHER"), 0.1234),
        *(("exported", ("calibration", key), 1234) for key in ("rows", "corrections", "nll_before", "nll_after")),
        *(("exported", ("thresholds", "OTHER", key), 1234) for key in ("by_cost", "answers", "wrong")),
        ("prepared", ("train", "intents", "WISMO", "corpus"), 1234),
        ("prepared", ("train", "intents", "WISMO", "correction"), 1234),
        ("prepared", ("validation", "rows"), 1234),
        ("sources", ("corrections", "provenance", "edited"), 1234),
        ("sources", ("corrections", "source", "zendesk"), 1234),
        ("sources", ("corrections", "first"), "2025-01-01"),
        ("sources", ("corpus", "source", "starter"), 1234),
        ("params", ("gate", "min_n_pass"), 40),
        ("params", ("calibrate", "person_cost"), 1234),
        ("params", ("calibrate", "wrong_costs", "OTHER"), 1234),
        ("files", ("model.onnx",), 1234),
    ],
)  # fmt: skip
def test_when_a_number_of_the_run_changes_the_card_changes(whole, text, field, path, value):
    assert card.render(changed(whole, field, path, value)) != text


def test_the_scores_are_those_of_the_report_with_intervals_from_its_confusion_matrix(whole, text):
    told = whole.report["candidate"]
    counts_kk = told["confusion"]
    called = [sum(row[column] for row in counts_kk) for column in range(len(NAMES))]
    wanted = {
        name: intervals.f1(counts_kk[row][row], TICKETS[name], called[row], 0.025) for row, name in enumerate(NAMES)
    }

    assert table(text, "Scores", 1) == {name: str(n) for name, n in TICKETS.items()}
    assert table(text, "Scores", 4) == {name: f"{scored['f1']:.3f}" for name, scored in told["intents"].items()}
    assert table(text, "Scores", 5) == {name: f"[{low:.3f}, {high:.3f}]" for name, (low, high) in wanted.items()}


def test_thresholds_and_training_rows_are_told_by_intent(whole, text):
    assert table(text, "Confidence", 1) == {name: f"{above:.3f}" for name, above in whole.note["thresholds"].items()}
    assert table(text, "Training data", 2)["CANCEL_ORDER"] == "0"


def test_intents_with_too_few_tickets_and_without_corrections_are_named(text):
    limits = text.split("## Limits")[1]

    assert "Too few frozen tickets for a verdict (fewer than 30): EXCHANGE_REQUEST 17." in limits
    assert "No correction taught CANCEL_ORDER:" in limits


def test_where_every_intent_has_tickets_and_corrections_the_limits_say_so(whole):
    enough = changed(whole, "params", ("gate", "min_n_pass"), 17)
    taught = changed(enough, "prepared", ("train", "intents", "CANCEL_ORDER", "correction"), 5)

    limits = card.render(taught).split("## Limits")[1]

    assert "Every intent has at least 17 frozen tickets." in limits
    assert "No correction taught" not in limits


def test_who_approved_and_why_is_told(text):
    assert "**Released.** The gate said REVIEW (first release). Approved by Zoë Ortiz at 2026-05-04T11:30" in text
    assert '- EXCHANGE_REQUEST, undecided: "all of its tickets were read"' in text


def test_a_version_that_was_never_released_says_so_first(whole):
    text = card.render(replace(whole, passport=None))

    assert "**Not released.** Nobody approved this version" in text.split("## Intended use")[0]
    assert "Approved by" not in text
    assert "passport.json" not in text


def test_what_a_person_wrote_can_neither_be_markup_nor_end_a_table(whole):
    told = replace(PASSPORT, approved_by="<script>x</script>", approval_reason="a | b\n\n# c [d](e) *f*")

    text = card.render(replace(whole, passport=told))

    assert "<script>" not in text
    assert '"a \\| b \\# c \\[d\\]\\(e\\) \\*f\\*"' in text


def test_a_base_from_a_folder_is_named_without_its_path(whole):
    home = replace(whole.lineage, encoder="/srv/models/ours")
    text = card.render(replace(whole, lineage=home, note={**whole.note, "base": "ours"}))

    assert "/srv" not in text
    assert ModelCard(text).data.base_model is None
    assert "Fine-tuned from ours" in text


def test_a_base_from_the_hub_is_named_as_there(whole):
    there = {"lineage": replace(whole.lineage, encoder="org/encoder"), "note": {**whole.note, "base": "org/encoder"}}

    assert ModelCard(card.render(replace(whole, **there))).data.base_model == "org/encoder"


def test_without_a_licence_nobody_may_use_the_weights(whole):
    unchosen = replace(whole, licence="other")

    assert "Nobody has chosen a licence" in card.licence_note(unchosen)
    data = ModelCard(card.render(unchosen)).data
    assert (data.license, data.license_link) == ("other", "LICENCE.md")
    assert "under **apache-2.0**" in card.licence_note(whole)
