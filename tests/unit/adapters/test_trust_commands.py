"""`ecomintent release verify` and `ecomintent history`, on a home with one release."""

import json
from dataclasses import asdict

import pytest
from click.testing import CliRunner

from ecomintent.adapters import system as wiring
from ecomintent.cli import trust
from ecomintent.errors import InputError
from tests.unit.adapters.trust_shop import PARTS, Shop


@pytest.fixture
def released(tmp_path):
    shop = Shop(tmp_path)
    shop.promote()
    return shop


@pytest.fixture
def command(released, monkeypatch):
    monkeypatch.setattr(wiring, "current", lambda: released.system)

    def run(*words):
        group = {found.name: found for found in trust.COMMANDS}[words[0]]
        done = CliRunner().invoke(group, words[1:])
        return done.exit_code, done.stdout, done.exception

    return run


def test_verify_prints_a_line_for_each_part_and_succeeds(command):
    code, said, _ = command("release", "verify")

    assert (code, [line[7:18].strip() for line in said.splitlines()]) == (0, PARTS)
    assert {line[:7] for line in said.splitlines()} == {"ok     "}


def test_verify_names_the_part_at_fault_and_fails(command, released):
    (released.evidence / "review.html").unlink()

    code, said, error = command("release", "verify", "1", "--json")

    told = json.loads(said)
    assert (code, told["ok"], [part["part"] for part in told["parts"] if not part["ok"]]) == (1, False, ["review page"])
    assert str(error) == "version 1 is not what was released: review page"


def test_history_lists_every_decision_oldest_first(command):
    code, said, _ = command("history")

    assert (code, said.splitlines()[1:]) == (
        0,
        [
            "2026-05-04T00:00:01+00:00  approved  1        Zoë Ortiz  read by hand",
            "2026-05-04T00:00:03+00:00  promoted  1        Zoë Ortiz  on",
        ],
    )


@pytest.mark.parametrize(
    ("at", "champion"),
    [
        ("2026-05-04T00:00:02", "at 2026-05-04T00:00:02+00:00 the champion was none"),
        (
            "2026-05-04T02:00:03+02:00",
            "at 2026-05-04T02:00:03+02:00 the champion was version 1, since 2026-05-04T00:00:03+00:00, "
            "promoted by Zoë Ortiz",
        ),
        (
            "2026-05-04",
            "at 2026-05-04T23:59:59+00:00 the champion was version 1, since 2026-05-04T00:00:03+00:00, "
            "promoted by Zoë Ortiz",
        ),
        ("2026-05-03", "at 2026-05-03T23:59:59+00:00 the champion was none"),
    ],
)
def test_history_says_which_version_was_champion_at_a_time(command, at, champion):
    assert command("history", "--at", at)[:2] == (0, champion + "\n")


def test_a_time_that_is_none_is_one_clear_line(command):
    _, _, error = command("history", "--at", "yesterday")

    assert isinstance(error, InputError)
    assert str(error) == "--at: 'yesterday' is no time; write 2026-11-21 or 2026-11-21T12:00"


def test_history_as_json_holds_the_details_too(command, released):
    code, said, _ = command("history", "--json")

    assert (code, json.loads(said)) == (0, [asdict(event) for event in released.system.history.events()])


@pytest.mark.parametrize("words", [(), ("--json",), ("--at", "2026-05-04")])
def test_a_changed_history_is_shown_and_named_broken(command, released, words):
    released.sql("UPDATE release_events SET reason = 'off' WHERE event = 'promoted'")

    code, said, error = command("history", *words)

    assert (code, bool(said)) == (1, True)
    assert "the history was changed at 1 places; first: position 2 (promoted, version 1" in str(error)
