"""sources.toml is read strictly; credentials come from where it says, and show themselves nowhere."""

import pytest

from ecomintent.adapters.pseudonyms import Pseudonyms
from ecomintent.adapters.settings import from_environment
from ecomintent.adapters.sources import OPTIONS, read
from ecomintent.errors import InputError
from tests.shop import ROOT

ACME = """
[[source]]
kind = "zendesk"
account = "acme"
url = "https://acme.zendesk.com/"
token = "env:ECOMINTENT_SECRET_ZENDESK"
user = "bot@example.com"
field = "360001"
ours = ["9001"]
statuses = ["solved", "closed"]
since = "2026-01-01"
intents = { "Where is it" = "WISMO" }
"""


@pytest.fixture
def sources(tmp_path):
    """Reads the text as the sources of a home."""

    def load(text, **environment):
        (tmp_path / "sources.toml").write_text(text, encoding="utf-8")
        return read(from_environment({"ECOMINTENT_HOME": str(tmp_path), **environment}, ROOT))

    return load


def test_a_home_without_the_file_has_no_sources(tmp_path):
    assert read(from_environment({"ECOMINTENT_HOME": str(tmp_path)}, ROOT)) == []


def test_a_source_is_read_whole(sources):
    [acme] = sources(ACME, ECOMINTENT_SECRET_ZENDESK="hush\n")

    assert (acme.name, acme.setup.url, acme.setup.field) == ("zendesk:acme", "https://acme.zendesk.com", "360001")
    assert (acme.setup.token.reveal(), acme.setup.ours) == ("hush", frozenset({"9001"}))
    assert (acme.include.statuses, acme.since) == ({"solved", "closed"}, "2026-01-01T00:00:00+00:00")
    assert (acme.intents["where_is_it"], acme.intents["return_request"]) == ("WISMO", "RETURN_REQUEST")
    assert "hush" not in repr(acme)


def test_a_credential_may_lie_in_a_file_that_only_its_owner_reads(sources, tmp_path):
    place = tmp_path / "token"
    place.write_text("hush\n")
    place.chmod(0o600)

    [acme] = sources(ACME.replace("env:ECOMINTENT_SECRET_ZENDESK", f"file:{place}"))

    assert acme.setup.token.reveal() == "hush"


def test_a_file_that_others_may_read_is_refused(sources, tmp_path):
    place = tmp_path / "token"
    place.write_text("hush")
    place.chmod(0o640)

    with pytest.raises(InputError, match=r"others may read .* chmod 600") as caught:
        sources(ACME.replace("env:ECOMINTENT_SECRET_ZENDESK", f"file:{place}"))
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (('kind = "zendesk"', 'kind = "zendesc"'), "kind is 'zendesc'; allowed are zendesk"),
        (('field = "360001"', 'feild = "360001"'), "unknown key 'feild'; did you mean 'field'"),
        (('account = "acme"', ""), "`account` is absent"),
        (('url = "https://acme.zendesk.com/"', ""), "`url` is absent"),
        (('ours = ["9001"]', ""), "`ours` is absent"),
        (('ours = ["9001"]', "ours = [9001]"), "write a list of texts"),
        (('field = "360001"', "field = 360001"), "write it in quotes"),
        (('"Where is it" = "WISMO"', '"Where is it" = "WISM"'), "Did you mean 'WISMO'"),
        (("env:ECOMINTENT_SECRET_ZENDESK", "hunter2"), "holds the credential itself"),
        (("env:ECOMINTENT_SECRET_ZENDESK", "env:PATH"), "holds the credential itself"),
        (("env:ECOMINTENT_SECRET_ZENDESK", "env:ECOMINTENT_SECRET_OTHER"), "is not set"),
        (("env:ECOMINTENT_SECRET_ZENDESK", "file:/nowhere/at/all"), "cannot be read"),
        (("[[source]]", "[sauce]"), "unknown table 'sauce'"),
        (('since = "2026-01-01"', 'since = "last year"'), "is not a time"),
        (("[[source]]", "[[source"), "cannot be read as TOML"),
    ],
)
def test_a_fault_in_the_file_is_one_line_that_says_what_is_allowed(sources, change, told):
    with pytest.raises(InputError) as caught:
        sources(ACME.replace(*change), ECOMINTENT_SECRET_ZENDESK="hush")

    assert told in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert "hunter2" not in str(caught.value)


def test_two_sources_of_one_name_are_refused(sources):
    with pytest.raises(InputError, match="zendesk:acme is there twice"):
        sources(ACME + ACME, ECOMINTENT_SECRET_ZENDESK="hush")


SAID = {"auth": "legacy", "activities": "off"}


@pytest.mark.parametrize("kind", OPTIONS)
def test_every_kind_has_a_connector(kind, sources):
    options = "".join(f'{name} = "{SAID.get(name, "7")}"\n' for name in OPTIONS[kind])

    [source] = sources(
        f'[[source]]\nkind = "{kind}"\naccount = "a"\nurl = "https://example.com"\nfield = "1"\nours = []\n'
        f'token = "env:ECOMINTENT_SECRET_A"\nuser = "u"\n{options}',
        ECOMINTENT_SECRET_A="hush",
    )

    connected = source.connect()
    assert (connected.source, connected.account) == (kind, "a")


def test_customers_are_told_apart_by_a_hash_that_nobody_can_make_without_the_homes_key(tmp_path):
    here, there = Pseudonyms(tmp_path / "a"), Pseudonyms(tmp_path / "b")

    assert here.of("zendesk", "acme", "5") == Pseudonyms(tmp_path / "a").of("zendesk", "acme", "5")
    assert (
        len({here.of("zendesk", "acme", "5"), here.of("zendesk", "acme", "6"), there.of("zendesk", "acme", "5")}) == 3
    )
    assert here.of("zendesk", "acme", "5") != here.of("gorgias", "acme", "5")
    assert (tmp_path / "a" / "keys" / "customers.key").stat().st_mode & 0o777 == 0o600


def test_a_key_of_customers_that_others_may_read_is_refused(tmp_path):
    Pseudonyms(tmp_path).of("zendesk", "acme", "5")
    (tmp_path / "keys" / "customers.key").chmod(0o644)

    with pytest.raises(InputError, match="others may read this key"):
        Pseudonyms(tmp_path).of("zendesk", "acme", "5")
