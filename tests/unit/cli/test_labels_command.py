"""`ecomintent labels show` as a person calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.adapters import system
from ecomintent.cli.labels import labels
from ecomintent.errors import InputError
from ecomintent.records import EventKind, LabelEvent

ROOT = Path(__file__).parents[3]


@pytest.fixture
def called(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    monkeypatch.delenv("ECOMINTENT_DATABASE_URL", raising=False)
    return lambda *words: CliRunner().invoke(labels, words)


def row(at, intent, agent, provenance):
    return {
        "ticket_id": "T-7",
        "text": "need the blue one instead",
        "intent": intent,
        "created_at": at,
        "agent": agent,
        "provenance": provenance,
        "source": "shop",
    }


def test_the_whole_story_of_a_ticket_is_told_oldest_first(called, tmp_path):
    rows = [
        row("2026-05-09T08:00:00+00:00", "EXCHANGE_REQUEST", "dana", "confirmed"),
        row("2026-05-02T08:00:00+00:00", "RETURN_REQUEST", "temp", "edited"),
    ]
    (tmp_path / "two.jsonl").write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
    called("import", str(tmp_path / "two.jsonl"))

    said = called("show", "T-7").output.splitlines()

    assert said[0] == "need the blue one instead"
    assert [line.split() for line in said[2:]] == [
        ["2026-05-02T08:00:00+00:00", "shop", "corrected", "RETURN_REQUEST", "edited", "temp"],
        ["2026-05-09T08:00:00+00:00", "shop", "confirmed", "EXCHANGE_REQUEST", "confirmed", "dana"],
    ]
    assert [event["kind"] for event in json.loads(called("show", "T-7", "--json").output)] == ["corrected", "confirmed"]


def test_a_log_of_predictions_is_counted_and_its_wrong_lines_are_told(called, tmp_path):
    good = {
        "at": "2031-05-04T10:00:00Z",
        "ticket_id": "T-7",
        "text_key": "0" * 32,
        "length": 24,
        "intent": "EXCHANGE_REQUEST",
        "confidence": 0.8,
        "model_version": "3",
    }
    log = tmp_path / "predictions.jsonl"
    log.write_text("".join(json.dumps(one) + "\n" for one in (good, good | {"intent": "SWAP"})), encoding="utf-8")

    done = called("check-log", str(log))

    assert done.exit_code == 1
    assert done.output.splitlines() == [
        "2 lines, wrong 1, warnings 0",
        "predictions.jsonl:2: The intent is not one of the nine.",
    ]
    assert json.loads(called("check-log", str(log), "--json").output)["rows"] == 2


def test_of_a_deleted_ticket_the_text_is_gone(called):
    seen = LabelEvent(
        source="shop",
        account="",
        source_event="1",
        kind=EventKind.SEEN,
        ticket_id="T-8",
        at="",
        text="call 0151 496 0000",
    )
    gone = LabelEvent(source="shop", account="", source_event="2", kind=EventKind.DELETED, ticket_id="T-8", at="")
    system.current().labels.record([seen, gone])

    said = called("show", "T-8").output

    assert said.startswith("(the text is gone: the ticket was deleted)\n")
    assert "0151" not in said


def test_a_ticket_nobody_knows_is_one_line(called):
    assert str(called("show", "T-9").exception) == "ticket T-9: no event of such a ticket is known"
    assert isinstance(called("show", "T-9").exception, InputError)
