"""`ecomintent watch` as it is run: looks on record, a retrain it asked for, people told once, no ticket in a notice."""

import json
import sqlite3
import threading

import pytest

from tests.contracts.test_notices import Receiver, listed
from tests.shop import open_shop

pytestmark = [pytest.mark.slow, pytest.mark.long]

WATCH = {"new_labels": 30, "least_labels": 10}
SECRET_WORD = "quetzalcoatl"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A shop with a champion and a server that is told of everything; labels that the champion gets wrong came in."""
    folder = tmp_path_factory.mktemp("watch")
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    shop = open_shop(folder)
    shop.params(watch=WATCH)
    shop.environment["ECOMINTENT_NOTIFY_FILE"] = str(listed(folder, server.address))
    shop.environment["ECOMINTENT_PAGES_URL"] = "https://intents.example.com"
    without = shop.json("watch")
    shop.run("samples")
    shop.run("retrain")
    shop.approve("1")
    quiet = shop.json("watch", "--dry-run")
    rows = [
        {"ticket_id": f"w{n}", "text": f"{SECRET_WORD} {n} where is my parcel", "intent": "BILLING_DISPUTE",
         "created_at": f"2026-03-{1 + n % 28:02}T{n % 24:02}:10:00Z", "agent": f"agent {n % 4}"}
        for n in range(60)
    ]  # fmt: skip
    path = folder / "new.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    shop.run("labels", "import", str(path))
    asked, again = shop.json("watch"), shop.json("watch")
    yield shop, server, without, quiet, asked, again
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_home_without_a_champion_has_nothing_to_watch(told):
    assert (told[2]["action"], told[2]["reasons"]) == ("NOTHING", ["there is no champion to watch"])


def test_a_dry_look_says_what_it_sees_and_is_not_on_record(told):
    quiet = told[3]

    assert quiet["action"] == "NOTHING"
    assert [one["name"] for one in quiet["readings"]][-2:] == ["corrections", "audit"]
    assert len(told[0].json("watch", "--history")) == 3


def test_labels_it_gets_wrong_bring_a_candidate_that_waits_and_no_second_retrain(told):
    shop, _, _, _, asked, again = told

    assert asked["action"] == "RETRAIN"
    assert asked["reasons"][0] == "60 new trusted labels (30 are reason enough)"
    assert asked["reasons"][1].startswith("something to learn: the champion disagrees with ")
    assert asked["retrain"].split(":")[0] in ("PROMOTE", "REVIEW")
    assert shop.json("status")["candidate"]["version"] == "2"
    assert (again["action"], again["retrain"]) == ("NOTHING", "")


def test_the_looks_are_events_of_the_whole_chain(told):
    events = [one for one in told[0].json("history") if one["event"] == "watched"]

    assert [one["details"]["action"] for one in events] == ["NOTHING", "RETRAIN", "NOTHING"]
    assert "watched" not in told[0].run("history").stdout


def test_people_were_told_once_of_each_with_the_page_and_without_a_word_of_a_ticket(told):
    shop, server = told[:2]
    titles = [one["title"] for one in server.got]

    assert [title.partition(" (")[0] for title in titles] == [
        "Waits for a person: version 1",
        "The watch asks for a retrain",
        "Waits for a person: version 2",
    ]
    assert "https://intents.example.com/status/review/" in server.got[-1]["message"]
    assert SECRET_WORD not in json.dumps(server.got)
    kept = sqlite3.connect(shop.home / "watch" / "notices.db").execute("SELECT count(*) FROM sent").fetchone()
    assert kept == (3,)


def test_a_retrain_that_stops_is_told_with_no_more_than_where_to_look(told):
    shop, server = told[:2]
    shop.params(watch=WATCH, train={"epochs": 0})

    shop.run("retrain", code=1)

    assert server.got[-1]["title"].startswith("retrain stopped: ")
    shop.params(watch=WATCH)
