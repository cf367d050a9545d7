"""`ecomintent serve` and `ecomintent keys` as a person uses them; one real server in a process of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from ecomintent.cli.entry import root
from ecomintent.errors import InputError

ROOT = Path(__file__).parents[3]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    return tmp_path / "home"


def run(*words):
    return CliRunner().invoke(root, words, catch_exceptions=False)


def test_a_key_is_made_listed_and_revoked(home):
    made = run("keys", "create", "helpdesk", "--scope", "classify", "--scope", "correct", "--per-minute", "60")
    key = made.stdout.strip()
    identity = key.split("_")[1]

    listed = run("keys", "list").stdout
    assert key.startswith("eik_")
    assert "shown this once" in made.stderr
    assert (identity in listed, "classify,correct" in listed, key in listed) == (True, True, False)

    assert f"key {identity} for helpdesk is revoked" in run("keys", "revoke", identity).stdout
    assert json.loads(run("keys", "list", "--json").stdout)[0]["revoked_at"] != ""


def test_a_key_for_a_script_comes_as_json(home):
    told = json.loads(run("keys", "create", "helpdesk", "--json").stdout)

    assert (told["name"], told["scopes"], told["per_minute"]) == ("helpdesk", ["classify"], 6000)
    assert told["key"].startswith(f"eik_{told['id']}_")


def test_a_scope_that_does_not_exist_is_refused_with_those_that_do(home):
    refused = run("keys", "create", "a", "--scope", "everything")

    assert refused.exit_code == 2
    assert "'classify', 'correct', 'admin'" in refused.stderr


def test_without_keys_the_list_says_who_is_answered(home):
    assert "answers this machine alone" in run("keys", "list").stdout


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_others_are_not_served_before_a_key_was_made(home, host):
    with pytest.raises(InputError, match="no API key was made; first: ecomintent keys create"):
        run("serve", "--host", host)


def test_a_port_that_is_taken_is_named(home):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=rf"127.0.0.1:{port}: cannot listen there"):
            run("serve", "--port", str(port))


def test_an_address_of_another_machine_is_refused(home):
    run("keys", "create", "a")

    with pytest.raises(InputError, match="cannot listen there"):
        run("serve", "--host", "192.0.2.1")


def test_a_server_says_where_it_listens_lives_without_a_release_and_ends_when_told(home):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "ECOMINTENT_SERVE_WATCH_SECONDS": "0.2"}
    command = [sys.executable, "-m", "ecomintent", "serve", "--port", "0", "--json"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    ) as process:
        try:
            told = json.loads("".join(process.stdout.readline() for _ in range(4)))
            url = told["url"]
            ready = _asked(f"{url}/ready")
            alive = httpx.get(f"{url}/health", headers={"X-Request-ID": "r1"}, timeout=60)
        finally:
            process.send_signal(signal.SIGTERM)
            _, lines = process.communicate(timeout=120)

    assert (told["keys"], alive.status_code, ready.status_code) == ("none needed", 200, 503)
    assert "no API key was made" in lines
    facts = [json.loads(line) for line in lines.splitlines() if line.startswith("{")]
    assert {"r1"} <= {each.get("id") for each in facts}
    assert "Traceback" not in lines


def _asked(url):
    for _ in range(100):
        try:
            return httpx.get(url, timeout=60)
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
