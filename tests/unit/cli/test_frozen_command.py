"""`ecomintent frozen` as a person calls it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.cli.frozen import frozen
from ecomintent.errors import InputError

ROOT = Path(__file__).parents[3]


def spelled(number):
    """A word for each number: digits would be redacted as numbers of orders."""
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


TICKETS = [
    {
        "id": f"t{n}",
        "text": f"question {spelled(n * 7919)} about parcel {spelled(n * 104729)}",
        "label": "WISMO",
        "provenance": "blind",
    }
    for n in range(8)
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    monkeypatch.setenv("ECOMINTENT_PARAMS", str(ROOT / "params.yaml"))
    monkeypatch.delenv("ECOMINTENT_DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def file(name, *rows):
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return name


def called(*arguments, code=0):
    found = CliRunner().invoke(frozen, arguments, catch_exceptions=True)
    assert found.exit_code == code, found.output or found.exception
    return found


def test_a_set_is_imported_grown_renewed_and_every_version_is_told(home):
    called("import", file("set.jsonl", *TICKETS), "--by", "Zoë Ortiz")
    more = {"id": "new", "text": "cancel it", "label": "CANCEL_ORDER", "provenance": "blind"}
    grown = json.loads(called("add", file("more.jsonl", more), "--by", "Ana", "--json").stdout)
    fresh = [
        {**one, "id": f"n{at}", "text": f"other words {spelled(at * 15485863)}"} for at, one in enumerate(TICKETS[:4])
    ]
    renewed = called("refresh", file("fresh.jsonl", *fresh), "--by", "Ana")

    assert {name: grown[name] for name in ("rows", "entered", "retired", "known")} == {
        "rows": 9,
        "entered": 1,
        "retired": 0,
        "known": 0,
    }
    assert renewed.stdout.splitlines()[0].endswith(" sealed: 9 tickets")
    assert renewed.stdout.splitlines()[1] == "4 entered, 0 relabelled, 4 retired, 0 known, 0 unlabelled"
    status = json.loads(called("status", "--json").stdout)
    assert (status["intents"], status["rows"]) == ({"WISMO": 8, "CANCEL_ORDER": 1}, 9)
    assert [(one["action"], one["by"]) for one in status["versions"]] == [
        ("import", "Zoë Ortiz"),
        ("add", "Ana"),
        ("refresh", "Ana"),
    ]
    assert "candidates judged: 0 of 12" in called("status").stdout


def test_status_before_the_first_import_says_what_to_do(home):
    status = json.loads(called("status", "--json").stdout)

    assert (status["digest"], status["intents"]) == (None, {})
    assert called("status").stdout == "no frozen set yet: ecomintent frozen import FILE\n"


def test_verify_exits_with_1_when_the_set_was_changed(home):
    called("import", file("set.jsonl", *TICKETS))
    assert "is the one that was sealed" in called("verify").stdout

    (table,) = (home / "frozen").glob("*.parquet")
    table.write_bytes(table.read_bytes()[:-1])

    assert called("verify", code=1).stdout.startswith("CHANGED its bytes were changed: ")
    found = json.loads(called("verify", "--json", code=1).stdout)
    assert (found["intact"], found["digest"]) == (False, table.stem)


def test_labels_a_model_had_a_part_in_are_refused_by_line(home):
    bad = {**TICKETS[1], "provenance": "model-assisted"}

    found = called("import", file("set.jsonl", TICKETS[0], bad), code=1)

    assert isinstance(found.exception, InputError)
    assert "line 2: provenance: 'model-assisted' is not enough for a frozen ticket" in str(found.exception)


def test_a_queue_without_anything_to_label_is_an_explained_error(home):
    called("import", file("set.jsonl", *TICKETS))

    found = called("queue", "q.csv", code=1)

    assert "no candidate was scored in this workspace yet" in str(found.exception)


@pytest.mark.parametrize(
    "arguments", [["--count", "3"], ["--intent", "WISMO"], ["--from", "recent.csv", "--discordant"]]
)
def test_options_of_a_queue_that_would_do_nothing_are_refused(home, arguments):
    called("queue", "q.csv", *arguments, code=2)
