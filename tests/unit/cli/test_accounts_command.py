"""`ecomintent accounts`, and the settings of the corrections page."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.adapters import serve_settings
from ecomintent.cli.entry import root
from ecomintent.corrected import Why
from ecomintent.errors import InputError

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))


def run(*words, typed=""):
    return CliRunner().invoke(root, ["accounts", *words], input=typed, catch_exceptions=False)


def test_an_account_is_made_listed_given_another_password_and_removed():
    assert "nobody yet" in run("list").stdout
    assert run("add", "dana", typed="a good password\na good password\n").stdout.endswith("dana may sign in\n")
    assert "another password" in run("add", "dana", "--password-stdin", typed="a better password\n").stdout
    assert [one["name"] for one in json.loads(run("list", "--json").stdout)] == ["dana"]
    assert "password" not in run("list", "--json").stdout
    assert "may not sign in" in run("remove", "dana").stdout
    with pytest.raises(InputError, match="no such account; there are: none"):
        run("remove", "dana")


def test_the_right_to_approve_is_given_and_taken_away_and_does_not_outlive_the_account():
    def approvers():
        return [one["name"] for one in json.loads(run("list", "--json").stdout) if one["approver"]]

    run("add", "dana", "--password-stdin", typed="a good password\n")
    run("add", "eoin", "--approver", "--password-stdin", typed="a good password\n")
    assert approvers() == ["eoin"]
    assert "dana may approve and reject releases" in run("approver", "dana").stdout
    run("add", "eoin", "--password-stdin", typed="a better password\n")
    assert approvers() == ["dana", "eoin"]
    run("approver", "dana", "--not")
    run("remove", "eoin")
    run("add", "eoin", "--password-stdin", typed="a good password\n")
    assert approvers() == []
    with pytest.raises(InputError, match="no such account; there are: dana, eoin"):
        run("approver", "mallory")


def test_a_password_that_is_typed_is_not_shown():
    assert "a good password" not in run("add", "dana", typed="a good password\na good password\n").output


@pytest.mark.parametrize(
    ("name", "password"), [("dana", "short"), (" ", "a good password"), ("a\tb", "a good password")]
)
def test_a_name_or_password_that_will_not_do_is_refused(name, password):
    with pytest.raises(InputError, match=r"1-60 printable|10-200 are needed"):
        run("add", name, "--password-stdin", typed=password + "\n")


@pytest.mark.parametrize(
    ("said", "kept"), [("", {*Why}), ("none", set()), ("blind", {Why.BLIND}), ("low, blind", {Why.LOW, Why.BLIND})]
)
def test_which_tickets_are_kept_is_a_setting(said, kept, tmp_path):
    assert serve_settings.read({"ECOMINTENT_SERVE_KEEP": said}, tmp_path).keep == kept


@pytest.mark.parametrize(
    ("name", "value"), [("KEEP", "everything"), ("KEEP", "none,low"), ("BLIND", "0.06"), ("BLIND", "x")]
)
def test_a_setting_that_cannot_be_is_refused_by_its_name(name, value, tmp_path):
    with pytest.raises(InputError, match=f"ECOMINTENT_SERVE_{name}: '{value}'"):
        serve_settings.read({f"ECOMINTENT_SERVE_{name}": value}, tmp_path)
