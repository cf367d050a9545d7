"""A rename and a merge through the whole loop: labels, frozen set, verdict, promotion, a server of both names."""

import time

import pytest
from fastapi.testclient import TestClient

from ecomintent import taxonomy
from ecomintent.adapters import settings, taxonomy_file
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.adapters.todays_labels import TodaysLabels
from ecomintent.cli.serve import whole
from ecomintent.serving.app import create_app
from tests.shop import open_shop
from tests.taxonomies import RENAME_AND_MERGE, using

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop whose champion knows the nine, and that renamed one intent and merged two since."""
    folder = tmp_path_factory.mktemp("shop")
    opened = open_shop(folder)
    opened.run("samples")
    opened.run("retrain")
    opened.approve("1")
    (folder / "change.toml").write_text(RENAME_AND_MERGE, encoding="utf-8")
    who = ("--by", "Dana Ortiz", "--reason", "one team answers both")
    assert opened.json("taxonomy", "apply", str(folder / "change.toml"), *who)["frozen_read"] == 114
    assert not opened.json("taxonomy", "apply", str(folder / "change.toml"), *who)["new"]
    opened.run("retrain")
    return opened


def test_the_verdict_names_the_rule_and_judges_the_new_intents(shop):
    verdict = shop.json("show", "2")["verdict"]

    assert sorted(verdict["intents"]) == sorted(taxonomy_of(shop).last.names)
    told = "label map 2 was applied: 0 of 342 frozen labels renamed and "
    assert [one for one in verdict["warnings"] if one.startswith(told) and one.endswith(" answers of the champion")]


def test_after_promotion_an_old_name_in_a_correction_is_taken_and_read_as_the_new_one(shop, monkeypatch):
    shop.approve("2")
    for name, value in shop.environment.items():
        monkeypatch.setenv(name, value)
    said = {"event_id": "e1", "ticket_id": "T-1", "text": "where is my parcel now", "intent": "WISMO"}
    with using(taxonomy.FIRST):
        found = settings.current()
        service, pages = whole(found, loopback=True)
        with TestClient(create_app(service, pages), base_url="http://127.0.0.1") as client:
            waited_for(lambda: client.get("/ready").status_code == 200)
            intents = client.get("/intents").json()
            answered = client.post("/corrections", json=said)
            unknown = client.post("/corrections", json=said | {"event_id": "e2", "intent": "WISMOO"})
        # The server hands on what it took before it ends.
        kept = TodaysLabels(SqlLabelStore(found.database_url))
        assert [one.intent for one in kept.as_said() if one.ticket_id == "T-1"] == ["WISMO"]
        assert [one.intent for one in kept.corrections() if one.ticket_id == "T-1"] == ["ORDER_STATUS"]
    assert (answered.status_code, unknown.status_code) == (200, 422)
    assert (intents["taxonomy_version"], intents["intents"][0]) == ("2", "ORDER_STATUS")
    assert intents["aliases"]["EXCHANGE_REQUEST"] == ["RETURN_OR_EXCHANGE"]


def waited_for(holds):
    """Wait until `holds()`, a minute at most."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("waited a minute in vain")


def taxonomy_of(shop):
    """The versions of the shop's home."""
    return taxonomy_file.read(shop.home / "taxonomy.json")
