"""A decision at the status page, with everything real but the browser: kept by the server, acted on by the command."""

import re
import time

import pytest
from fastapi.testclient import TestClient

from ecomintent.adapters.accounts import StoredAccounts
from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.settings import from_environment
from ecomintent.cli import serve
from ecomintent.serving.app import create_app
from tests.shop import ROOT, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.long]

PASSWORD = "correct horse battery"
PATIENCE_SECONDS = 1800


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A first release that waits, and an account that may approve."""
    opened = open_shop(tmp_path_factory.mktemp("shop"))
    opened.run("samples")
    opened.run("retrain")
    accounts = StoredAccounts(LabellingDatabase(opened.home), SystemClock())
    accounts.put("dana", PASSWORD)
    accounts.let_approve("dana", may=True)
    return opened


@pytest.fixture
def client(shop):
    """Somebody signed in at the server of this home."""
    found = from_environment(shop.environment, ROOT)
    with TestClient(create_app(*serve.whole(found, loopback=True)), base_url="http://127.0.0.1") as browser:
        browser.post("/sign-in", data={"name": "dana", "password": PASSWORD})
        yield browser


def test_the_first_release_is_approved_at_the_page_and_answers_without_a_restart(shop, client):
    page = client.get("/status").text
    kept = {
        name: re.search(rf'name="{name}" value="([^"]*)"', page)[1] for name in ("token", "version", "verdict", "turn")
    }
    waivers = dict.fromkeys(re.findall(r'name="(why\.\w+)"', page), "its tickets were read")

    sent = {**kept, **waivers, "decision": "approve", "reason": "read by hand", "password": PASSWORD}
    told = client.post("/status/decide", data=sent).text
    end = time.monotonic() + PATIENCE_SECONDS
    while "Version 1 is released" not in told and time.monotonic() < end:
        time.sleep(1)
        told = client.get("/status").text

    assert "Version 1 is released: <b>dana</b> approved it" in told
    said = [(event["event"], event["by"]) for event in shop.json("history") if event["version"] == "1"]
    assert said[-2:] == [("approved", "dana"), ("promoted", "dana")]
    while client.get("/ready").status_code != 200 and time.monotonic() < end:
        time.sleep(1)
    assert client.post("/classify", json={"text": "where is my parcel"}).json()["model_version"] == "1"


def test_taken_up_again_it_changes_nothing(shop):
    before = shop.json("history")

    assert "champion: 1; waits for a person: nothing" in shop.run("decisions").stdout
    assert shop.json("history") == before
