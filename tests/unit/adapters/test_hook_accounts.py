"""The file of accounts to tag: what is refused, in which words, and what stands for what was left out."""

from dataclasses import replace
from pathlib import Path

import pytest

from ecomintent.adapters import hook_accounts, settings
from ecomintent.errors import InputError
from ecomintent.taxonomy import NAMES

ROOT = Path(__file__).parents[3]
SECRETS = {"ECOMINTENT_SECRET_TOKEN": "t0ken", "ECOMINTENT_SECRET_HOOK": "x" * 20, "ECOMINTENT_SECRET_SHORT": "short"}
GOOD = {
    "kind": '"zendesk"',
    "url": '"https://acme.zendesk.com/"',
    "token": '"env:ECOMINTENT_SECRET_TOKEN"',
    "secret": '"env:ECOMINTENT_SECRET_HOOK"',
    "writer": '"9001"',
    "field": '"360001"',
}


@pytest.fixture
def home(tmp_path):
    found = settings.from_environment({"ECOMINTENT_HOME": str(tmp_path), **SECRETS}, ROOT)
    return replace(found, serve=replace(found.serve, tagging=tmp_path / "tagging.toml"))


def read(home, name="acme", **keys):
    lines = [f"{key} = {value}" for key, value in {**GOOD, **keys}.items() if value]
    home.tagging_file.write_text(f"[accounts.{name}]\n" + "\n".join(lines), encoding="utf-8")
    return hook_accounts.read(home)


def test_what_is_left_out_has_the_safest_meaning(home):
    [found] = read(home)

    assert (found.name, found.setup.url, found.tags) == ("acme", "https://acme.zendesk.com", "")
    assert found.rules.threshold is None
    assert found.rules.active == set(NAMES)
    assert found.rules.words["WISMO"] == "wismo"
    assert found.rules.give_up_seconds == 86_400


def test_words_are_spelt_as_each_helpdesk_spells_them(home):
    [freshdesk] = read(home, kind='"freshdesk"', field='"cf_intent"', words='{ OTHER = "Something else" }')
    [gorgias] = read(home, kind='"gorgias"', field="", tags='"intent__"')

    assert (freshdesk.rules.words["WISMO"], freshdesk.rules.words["OTHER"]) == ("WISMO", "Something else")
    assert gorgias.rules.words["WISMO"] == "intent__wismo"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"kind": '"zendek"'}, "allowed are zendesk, gorgias, freshdesk, intercom"),
        ({"writer": ""}, "`writer` is absent"),
        ({"treshold": "0.5"}, "did you mean 'threshold'"),
        ({"threshold": "1.5"}, "must lie in 0-1"),
        ({"threshold": "true"}, "must lie in 0-1"),
        ({"on": '"yes"'}, "write true or false"),
        ({"give_up_hours": "0"}, "must lie in 0.01-336"),
        ({"active": '["WISMOO"]'}, "Did you mean 'WISMO'"),
        ({"words": '{ WISMO = "other" }'}, "the same word"),
        ({"tags": '"intent__"'}, "say where the intent is written: one of field, tags"),
        ({"field": '"cf_intent"'}, "it is the number of the drop-down"),
        ({"kind": '"intercom"', "field": "", "tags": '"i_"'}, "one of field"),
        ({"field": "", "tags": '"i_"', "words": '{ WISMO = "parcel" }'}, "does not begin with the prefix"),
        ({"token": '"abc123"'}, "this file is no place for it"),
        ({"secret": '"abc123"'}, "`secret` holds the credential itself"),
        ({"secret": '"env:ECOMINTENT_SECRET_SHORT"'}, "fewer than 16 characters"),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_is_allowed(home, keys, said):
    with pytest.raises(InputError, match="acme") as caught:
        read(home, **keys)

    assert said in str(caught.value)
    assert "abc123" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_writer_that_sync_takes_for_a_person_is_refused(home):
    entry = '[[source]]\nkind = "zendesk"\naccount = "a"\nurl = "https://acme.zendesk.com"\nours = ["1"]\n'
    home.sources_file.write_text(entry, encoding="utf-8")
    with pytest.raises(InputError, match="would come home as a person's correction"):
        read(home)

    home.sources_file.write_text(entry.replace('"1"', '"1", "9001"'), encoding="utf-8")
    assert len(read(home)) == 1


def test_a_name_that_cannot_stand_in_an_address_is_refused(home):
    with pytest.raises(InputError, match="goes into an address"):
        read(home, name='"a/b"')


def test_the_file_of_the_checkout_names_nobody():
    assert hook_accounts.read(settings.from_environment({}, ROOT)) == []


def test_the_example_in_the_file_of_the_checkout_is_good(home):
    text = (ROOT / "infra" / "tagging.toml").read_text(encoding="utf-8")
    example = text.partition("# [accounts.")[2]
    lines = ["[accounts." + example.splitlines()[0], *(line.lstrip("# ") for line in example.splitlines()[1:])]
    secret = home.home / "hook"
    secret.write_text("x" * 20)
    secret.chmod(0o600)
    content = "\n".join(line for line in lines if "=" in line or line.startswith("["))
    content = content.replace("/etc/ecomintent/zendesk.hook", str(secret)).replace("_ZENDESK_WRITER", "_TOKEN")
    content = "\n".join(line for line in content.splitlines() if not line.startswith("tags"))
    home.tagging_file.write_text(content, encoding="utf-8")

    [found] = hook_accounts.read(home)

    assert found.rules.words["WISMO"] == "intent_wismo"
