"""`ecomintent sync` as it is run: several sources, one in trouble; no text or credential in any log of a whole run."""

import json
import re

import pytest

from tests.shop import ROOT, open_shop
from tests.twins.serve import served
from tests.twins.twin import TwinClock
from tests.twins.zendesk import FIELD, OURS, TOKEN, USER, ZendeskTwin

pytestmark = [pytest.mark.slow, pytest.mark.long]

SOURCES = """
[[source]]
kind = "zendesk"
account = "acme"
url = "{address}"
token = "env:ECOMINTENT_SECRET_ZENDESK"
user = "{user}"
field = "{field}"
ours = ["{ours}"]

[[source]]
kind = "zendesk"
account = "locked-out"
url = "{address}"
token = "env:ECOMINTENT_SECRET_WRONG"
user = "{user}"
field = "{field}"
ours = []

[[source]]
kind = "files"
account = "exports"
path = "{exports}"
"""
SAID = (
    ("my blue kettle never came and it is thursday already", "WISMO"),
    ("please send the green jug to dana.ortiz@example.com instead", "EXCHANGE_REQUEST"),
    ("the lid of the pan was broken when I opened the parcel", "DAMAGED_ITEM"),
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A shop that synced twice and was retrained, and everything its commands said."""
    folder = tmp_path_factory.mktemp("sync")
    shop = open_shop(folder)
    shop.environment.update(ECOMINTENT_SECRET_ZENDESK=TOKEN, ECOMINTENT_SECRET_WRONG="not-the-t0ken")
    twin = ZendeskTwin(TwinClock(), "acme")
    for text, intent in SAID:
        ticket = twin.open(text)
        shop.environment["TICKET"] = ticket if "@" in text else shop.environment.get("TICKET", "")
        twin.clock.sleep(60)
        twin.correct(ticket, intent, "101")
        twin.clock.sleep(3600)
    exports = folder / "exports"
    exports.mkdir()
    (exports / "may.jsonl").write_text(
        json.dumps({"text": "was I charged twice for order 4711-22?", "intent": "BILLING_DISPUTE"}) + "\n"
    )
    said = [shop.run("samples")]
    with served(twin) as address:
        text = SOURCES.format(address=address, user=USER, field=FIELD, ours=OURS, exports=exports)
        (shop.home / "sources.toml").write_text(text)
        said += [
            shop.run("sync", "--dry-run", "--json", code=1),
            shop.run("sync", "--json", code=1),
            shop.run("sync", "--json", code=1),
            shop.run("sync", "zendesk:acme"),
        ]
    said.append(shop.run("retrain"))
    return shop, said


def outcomes(done):
    return {one["source"]: one for one in json.loads(done.stdout)["sources"]}


def test_a_source_in_trouble_says_why_and_does_not_stop_the_others(ran):
    _, (_, _, first, *_) = ran
    found = outcomes(first)

    assert [found[name]["synced"]["labels"] for name in ("zendesk:acme", "files:exports")] == [
        {"set_from_blank": 3},
        {"set_from_blank": 1},
    ]
    assert "the token is not valid, or lacks a right" in found["zendesk:locked-out"]["error"]
    assert found["zendesk:locked-out"]["synced"] == {}


def test_a_dry_run_stores_nothing_and_a_second_sync_finds_nothing_new(ran):
    _, (_, dry, first, second, *_) = ran
    new = [outcomes(done)["zendesk:acme"]["synced"]["stored"] for done in (dry, first, second)]

    assert new == [6, 6, 0]


def test_the_labels_are_in_the_store_with_their_customer_as_a_hash_and_their_text_redacted(ran):
    shop, _ = ran

    tickets = {one["text"]: one for one in shop.json("labels", "show", shop.environment["TICKET"])}

    [text] = tickets
    # The twin gives every other ticket a subject, which stands above the message.
    assert text.splitlines()[-1] == "please send the green jug to <EMAIL> instead"
    assert re.fullmatch("[0-9a-f]{32}", tickets[text]["requester"])
    assert {"day": "2026-03-02", "source": "zendesk:acme", "seen": 3, "corrected": 3} in shop.json("labels", "coverage")


def test_no_log_of_a_whole_run_holds_a_text_or_a_credential(ran):
    shop, said = ran
    logs = "".join(done.stderr for done in said)
    prefect = b"".join(path.read_bytes() for path in (shop.home / "prefect").rglob("*") if path.is_file())
    sample = [json.loads(line)["text"] for line in (ROOT / "data/samples/corrections-month1.jsonl").open()]

    assert "synced zendesk:acme" in logs
    assert b"synced zendesk:acme" in prefect
    for text in [*(text for text, _ in SAID), "charged twice for order", *sample, TOKEN, "not-the-t0ken"]:
        assert text[:60] not in logs
        assert text[:60].encode() not in prefect
