"""The stages `validate` and `prepare` on whole workspaces.

Over 250 lines: both stages are run on the same workspace.
"""

import json
import logging
import shutil
from dataclasses import replace
from io import StringIO

import pyarrow.parquet as pq
import pytest
from data_rows import base_corpus, correction, frozen_tickets, prepared_workspace

from ecomintent import layout
from ecomintent.data import parquet, snapshot
from ecomintent.data.corpus import CorpusRow
from ecomintent.data.text_groups import FrozenTicket
from ecomintent.errors import InputError, ValidationFailed
from ecomintent.records import Provenance
from ecomintent.stages import prepare, validate
from ecomintent.taxonomy import NAMES

CONFLICT = "Another ticket with the same text carries another intent, and this one is not in the majority."
SUPERSEDED = "A correction of the same ticket that is not older was refused."

TROUBLED = [
    correction("good", "a secret parcel that is late"),
    correction("", "b"),
    correction("empty", "  "),
    correction("nul", "c\0d"),
    correction("long", "x" * 20_001),
    correction("intent", "e", "RETURN"),
    correction("time", "f", created_at="yesterday"),
    replace(correction("provenance", "g"), provenance="guessed"),
    correction("frozen", frozen_tickets()[0].text.upper() + "!"),
    correction("one", "which box", "OTHER"),
    correction("two", "Which box?", "WISMO"),
    correction("withdrawn", "a crate", created_at="2031-01-01"),
    correction("withdrawn", "a crate", "CRATE", created_at="2031-01-02"),
    correction("mended", "a chest", "CHEST", created_at="2031-01-01"),
    correction("mended", "a chest", created_at="2031-01-02"),
    correction("bot", "a bag", created_at="2031-01-01", agent=""),
    correction("bot", "a\0bag", created_at="2031-01-02", provenance=Provenance.BOT),
]
FROZEN_ROW = CorpusRow(frozen_tickets()[3].text, "OTHER", "s")
TROUBLED_CORPUS = [
    *base_corpus(),
    CorpusRow("a\0b", "OTHER", "s"),
    FROZEN_ROW,
]


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Fill an empty current directory with the stage's inputs."""
    monkeypatch.chdir(tmp_path)

    def fill(corrections=(), corpus=None, frozen=None):
        prepared_workspace(tmp_path, corrections, corpus, frozen)
        return tmp_path

    return fill


@pytest.fixture(scope="module")
def troubled(tmp_path_factory):
    """A workspace after both stages, whose tables had every kind of bad row; read only."""
    folder, lines = tmp_path_factory.mktemp("troubled"), StringIO()
    prepared_workspace(folder, TROUBLED, TROUBLED_CORPUS)
    handler = logging.StreamHandler(lines)
    logging.getLogger().addHandler(handler)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        summary = validate.run()
        prepare.run()
    logging.getLogger().removeHandler(handler)
    return folder, summary, lines.getvalue()


def quarantine(folder):
    return [json.loads(line) for line in (folder / layout.QUARANTINE).read_text(encoding="utf-8").splitlines()]


def bytes_below(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_a_shop_without_corrections_passes(workspace):
    workspace()

    assert validate.run() == {
        "corrections": {"kept": 0, "quarantined": 0},
        "corpus": {"kept": 72, "quarantined": 0},
    }
    assert (prepare.run()["train"], prepare.run()["validation"]) == (63, 9)


def test_each_bad_row_is_quarantined_with_its_reason(troubled):
    folder, summary, _ = troubled

    assert [(entry["table"], entry["row"], entry["ticket_id"], entry["reason"]) for entry in quarantine(folder)] == [
        ("corrections", 2, "", "The ticket id is empty or has more than 200 characters."),
        ("corrections", 3, "empty", "The text is empty."),
        ("corrections", 4, "nul", "The text holds a NUL character."),
        ("corrections", 5, "long", "The text has more than 20,000 characters."),
        ("corrections", 6, "intent", "The intent is not one of the nine."),
        ("corrections", 7, "time", "The time is not ISO 8601."),
        ("corrections", 8, "provenance", "The provenance is not one of ours."),
        ("corrections", 9, "frozen", "The same ticket is in the frozen set."),
        ("corrections", 10, "one", CONFLICT),
        ("corrections", 11, "two", CONFLICT),
        ("corrections", 12, "withdrawn", SUPERSEDED),
        ("corrections", 13, "withdrawn", "The intent is not one of the nine."),
        ("corrections", 14, "mended", "The intent is not one of the nine."),
        ("corrections", 17, "bot", "The text holds a NUL character."),
        ("corpus", 1, "", "The text holds a NUL character."),
        ("corpus", 1 + sorted(TROUBLED_CORPUS).index(FROZEN_ROW), "", "The same ticket is in the frozen set."),
    ]
    assert summary == {"corrections": {"kept": 3, "quarantined": 14}, "corpus": {"kept": 72, "quarantined": 2}}


def test_the_good_rows_go_on_and_a_withdrawn_label_does_not_come_back(troubled):
    kept = snapshot.read(troubled[0] / layout.VALID_CORRECTIONS)

    assert [(c.ticket_id, c.created_at[:10]) for c in kept] == [
        ("good", "2031-05-04"),
        ("mended", "2031-01-02"),
        ("bot", "2031-01-01"),
    ]


def test_warnings_are_reported_and_refuse_nothing(troubled):
    report = json.loads((troubled[0] / layout.VALIDATION_REPORT).read_text(encoding="utf-8"))

    told = [(warning["sentence"], warning["observed"]) for warning in report["warnings"]]
    assert told == [
        *(
            (f"The frozen set has fewer than 30 tickets of {name}; the gate cannot pass that intent.", "1")
            for name in NAMES
        ),
        ("The agent is not named.", "1 of 4 rows, the first is row 16"),
        *(
            (f"There are fewer than 20 tickets of {name} to learn from.", "11" if name == "WISMO" else "8")
            for name in NAMES
        ),
    ]


def test_a_time_far_from_all_others_is_told_and_one_before_2000_is_left_out(workspace):
    dates = [f"2031-01-{day:02}" for day in range(1, 11)]
    corrections = [
        correction(date, f"parcel of {date}", created_at=date) for date in [*dates, "2032-01-12", "1999-12-31"]
    ]
    folder = workspace([*corrections, corrections[0], correction("none", "no time", created_at="")])

    validate.run()

    report = json.loads((folder / layout.VALIDATION_REPORT).read_text(encoding="utf-8"))
    told = {w["expectation"]: w["observed"] for w in report["warnings"] if w["suite"] == "corrections"}
    assert [(entry["ticket_id"], entry["reason"]) for entry in quarantine(folder)] == [
        ("1999-12-31", "The time lies before the year 2000 or after 2100.")
    ]
    assert told == {
        "expect_column_values_to_be_in_set on time_ahead": "1 of 13 rows, the first is row 11",
        "expect_column_values_to_be_in_set on repeated": "1 of 13 rows, the first is row 13",
    }


def test_no_text_reaches_the_logs(troubled):
    assert "The agent is not named." in troubled[2]
    assert "secret" not in troubled[2]


def test_an_intent_that_the_corpus_lacks_is_named(workspace):
    workspace(corpus=[row for row in base_corpus() if row.intent != "EXCHANGE_REQUEST"])

    with pytest.raises(ValidationFailed, match=r"fewer than 5 tickets of EXCHANGE_REQUEST.*observed 0"):
        validate.run()


def test_an_intent_without_any_ticket_stops_the_run_whatever_the_suite_allows(workspace):
    folder = workspace(
        [correction("1", "swap it", "EXCHANGE_REQUEST", provenance=Provenance.BOT)],
        [row for row in base_corpus() if row.intent != "EXCHANGE_REQUEST"],
    )
    suite = folder / layout.EXPECTATIONS / "corpus.json"
    content = json.loads(suite.read_text(encoding="utf-8"))
    content["expectations"] = [e for e in content["expectations"] if "row_condition" not in e["kwargs"]]
    suite.write_text(json.dumps(content), encoding="utf-8")

    with pytest.raises(ValidationFailed, match="there is no ticket for EXCHANGE_REQUEST, neither in the base corpus"):
        validate.run()


@pytest.mark.parametrize(
    ("frozen", "message"),
    [
        ([], "The frozen set is empty"),
        ([FrozenTicket(id="a", text="x"), FrozenTicket(id="a", text="y")], "An id occurs more than once"),
        ([FrozenTicket(id="a", text=" ")], "A text is empty"),
    ],
)
def test_a_faulty_frozen_set_stops_the_run(workspace, frozen, message):
    workspace(frozen=frozen)

    with pytest.raises(ValidationFailed, match=f"suite frozen: {message}"):
        validate.run()


def test_a_suite_with_an_unknown_expectation_stops_the_stage(workspace):
    suite = workspace() / layout.EXPECTATIONS / "frozen.json"
    suite.write_text(suite.read_text(encoding="utf-8").replace("to_be_unique", "to_be_uniqe"), encoding="utf-8")

    with pytest.raises(InputError, match="'expect_column_values_to_be_uniqe' is unknown to Great Expectations"):
        validate.run()


@pytest.mark.parametrize("missing", [layout.SNAPSHOT, layout.CORPUS, layout.FROZEN, layout.LAST_MIX])
def test_a_missing_input_is_named(workspace, missing):
    (workspace() / missing).unlink()

    with pytest.raises(InputError, match=f"{missing}: no"):
        validate.run()


def test_foreign_tickets_by_the_fifth_stop_the_run(workspace):
    german = "guten Tag, mein Paket Nummer {} ist leider immer noch nicht angekommen, wo bleibt es denn"
    workspace([correction(str(number), german.format(number)) for number in range(19)])

    with pytest.raises(ValidationFailed, match=r"not in English.* observed 19 of 91 rows\); see .*validation.html$"):
        validate.run()


def test_the_same_inputs_give_the_same_bytes(troubled, workspace):
    workspace(TROUBLED, TROUBLED_CORPUS)

    validate.run()
    prepare.run()

    for folder in (layout.VALIDATED, layout.PREPARED):
        assert bytes_below(folder) == bytes_below(troubled[0] / folder)


def test_the_order_of_the_validated_rows_changes_no_byte(troubled, workspace):
    folder = workspace()
    shutil.copytree(troubled[0] / layout.VALIDATED, folder / layout.VALIDATED)
    for path in (layout.VALID_CORRECTIONS, layout.VALID_CORPUS):
        table = pq.read_table(path)
        parquet.write_table(path, table.take(list(reversed(range(table.num_rows)))))

    prepare.run()

    assert bytes_below(layout.PREPARED) == bytes_below(troubled[0] / layout.PREPARED)


def test_the_training_rows_have_the_columns_that_training_reads(troubled):
    table = pq.read_table(troubled[0] / layout.TRAIN_ROWS)

    assert dict(zip(table.schema.names, map(str, table.schema.types), strict=True)) == {
        "text": "string",
        "intent": "string",
        "weight": "double",
        "origin": "string",
        "text_key": "string",
        "group": "string",
    }
