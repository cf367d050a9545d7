"""`ecomintent tag`: what an operator sees of the queue, and what is refused."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.cli.entry import root
from ecomintent.errors import InputError
from ecomintent.tagging.records import Outcome

ROOT = Path(__file__).parents[3]


@pytest.fixture
def queue(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    return TagQueue(tmp_path)


def said(*words):
    return CliRunner().invoke(root, ["tag", *words], catch_exceptions=False).stdout


def fill(queue):
    for number in ("1", "2", "3"):
        queue.take("acme", number, time.time())
    queue.done(queue.due("acme", time.time()), Outcome.TAGGED, "wismo", time.time())
    queue.bury(queue.due("acme", time.time()), "PUT was answered with 422", time.time())


def test_an_operator_sees_how_many_tickets_are_in_which_state(queue):
    assert said() == "no ticket was ever queued; docs/tagging.md says how a helpdesk sends its events\n"

    fill(queue)

    assert json.loads(said("--json")) == {"acme": {"dead": 1, "tagged": 1, "waiting": 1}}
    assert [line.split() for line in said().splitlines()][1:] == [
        ["acme", "dead", "1"],
        ["acme", "tagged", "1"],
        ["acme", "waiting", "1"],
    ]


def test_dead_letters_are_shown_with_their_reason_and_can_be_repeated(queue):
    assert said("dead") == "no dead letters\n"
    fill(queue)

    [letter] = json.loads(said("dead", "--json"))
    assert (letter["ticket"], letter["attempts"], letter["reason"]) == ("2", 1, "PUT was answered with 422")
    assert "answered with 422" in said("dead")
    assert said("repeat", "acme") == "1 dead letters of acme wait again\n"
    assert queue.counts() == {"acme": {"tagged": 1, "waiting": 2}}


def test_a_ticket_is_decided_anew_by_name_and_an_unknown_one_is_named(queue):
    fill(queue)

    assert said("repeat", "acme", "1") == "1 tickets of acme wait again\n"
    with pytest.raises(InputError, match="no event ever came about 99"):
        said("repeat", "acme", "1", "99")


def test_without_an_account_there_is_nothing_to_tag(queue):
    with pytest.raises(InputError, match="names no account"):
        said("--once")


ACCOUNT = """
[accounts.acme]
kind = "gorgias"
url = "https://acme.gorgias.example"
token = "env:ECOMINTENT_SECRET_TOKEN"
user = "intents@example.com"
writer = "9001"
secret = "env:ECOMINTENT_SECRET_HOOK"
tags = "intent__"
"""


def test_what_the_server_answered_outlives_its_being_killed(queue, tmp_path):
    (tmp_path / "tagging.toml").write_text(ACCOUNT, encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "ECOMINTENT_TAGGING": str(tmp_path / "tagging.toml"),
        "ECOMINTENT_SECRET_TOKEN": "t0ken",
        "ECOMINTENT_SECRET_HOOK": "a secret of the shop",
    }
    command = [sys.executable, "-m", "ecomintent", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as process:
        try:
            url = json.loads("".join(process.stdout.readline() for _ in range(4)))["url"]
            answers = [sent(url, str(number)) for number in range(20)]
        finally:
            process.kill()
            _, lines = process.communicate(timeout=20)

    assert answers == [200] * 20
    assert json.loads(said("--json")) == {"acme": {"waiting": 20}}
    assert "a secret of the shop" not in lines
    assert "Traceback" not in lines


def sent(url, ticket):
    """The status that an event of Gorgias is answered with."""
    headers = {"X-EcomIntent-Secret": "a secret of the shop"}
    return httpx.post(f"{url}/hooks/acme", headers=headers, json={"ticket_id": ticket}, timeout=30).status_code
