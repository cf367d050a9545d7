"""The status page: what a support lead is told, from files that are there, with what is not known said so."""

import json
import os
from datetime import datetime

import pytest

from tests.fakes.serving import named
from tests.unit.serving.desk_server import DeskServer

KEY = "2" * 16
PASSES = {"verdict": "PASS", "tickets_needed": None, "n": 40}
UNDECIDED = {"verdict": "INCONCLUSIVE", "tickets_needed": 124, "n": 40}
VERDICT = {"overall": "REVIEW", "cause": "8 of 9 intents PASS", "intents": {"WISMO": PASSES, "OTHER": UNDECIDED}}


@pytest.fixture
def server(tmp_path):
    return DeskServer(tmp_path)


def leave(server, key=KEY, verdict=VERDICT, page="<h1>REVIEW</h1>", at=1_795_000_000):
    folder = server.folder / "evidence" / key
    folder.mkdir(parents=True)
    path = folder / "verdict.json"
    path.write_text(verdict if isinstance(verdict, str) else json.dumps(verdict))
    if page:
        (folder / "review.html").write_text(page)
    os.utime(path, (at, at))


def status(server):
    return server.signed_in().see("/status").text


def test_a_home_without_anything_says_so(tmp_path):
    server = DeskServer(tmp_path)
    server.releases.set(None)
    told = status(server)

    assert [
        line for line in ("Not known yet", "Not scheduled", "No retrain has left a verdict") if line not in told
    ] == []
    assert "waits for a person</h2>" not in told


def test_the_last_look_of_the_watch_is_told_with_its_reason(server):
    assert "Nobody has looked yet" in status(server)
    reading = {"name": "audit", "value": 0.5, "bound": 0.8, "n": 40, "speaks": True, "says": "promoted with <0.88>"}
    look = {
        "at": "2026-11-21T06:00:00+00:00", "champion": "1", "readings": [reading], "new_labels": 3, "action": "ALERT",
        "reasons": ["audit: too low", "no retrain: version 2 waits for a person; decide about it first"],
    }  # fmt: skip
    path = server.folder / "watch" / "last.json"
    path.parent.mkdir()
    path.write_text(json.dumps(look))
    told = status(server)

    assert "Last looked 2026-11-21 06:00 UTC at version 1: <b>somebody should look</b>, because audit: too low;" in told
    assert "promoted with &lt;0.88&gt;" in told

    path.write_text('{"at": 3}')
    assert "Nobody has looked yet" in status(server)


def test_what_answers_is_named_with_since_when(server):
    told = status(server)

    assert "Version 1" in told
    assert "answers here since 2026-11-21 12:00 UTC" in told


def test_a_waiting_candidate_is_told_with_its_verdict_its_review_page_its_bill_and_how_to_approve_it(server):
    leave(server)
    server.releases.set("1", candidate="2")
    told = status(server)

    assert named("2").weights.startswith(KEY)
    assert "Version 2 waits for a person" in told
    assert f'href="/status/review/{KEY}"' in told
    assert "84 tickets" in told
    assert "ecomintent approve 2 --by NAME --reason TEXT --intent OTHER=TEXT" in told


def test_a_candidate_whose_verdict_is_elsewhere_is_told_with_where_to_look(server):
    server.releases.set("1", candidate="2")

    assert "ecomintent show 2" in status(server)


def test_the_last_verdicts_come_newest_first(server):
    for number in range(7):
        leave(server, key=f"{number:016x}", verdict={**VERDICT, "cause": f"cause {number}"}, at=1_795_000_000 + number)
    told = status(server)

    assert [told.index(f"cause {number}") for number in (6, 5, 4, 3, 2)] == sorted(
        told.index(f"cause {number}") for number in (6, 5, 4, 3, 2)
    )
    assert "cause 1" not in told


@pytest.mark.parametrize("broken", ["", "{", "[]", "{}", '{"intents": 3, "overall": "a", "cause": ""}', "[" * 100_000])
def test_a_verdict_that_cannot_be_read_is_left_out(server, broken):
    leave(server, verdict=broken)

    assert "No retrain has left a verdict" in status(server)


def test_the_review_page_is_shown_as_it_was_written_and_no_script_in_it_runs(server):
    leave(server, page="<h1>REVIEW</h1><script>alert(1)</script>")
    answered = server.signed_in().see(f"/status/review/{KEY}")

    assert answered.text == "<h1>REVIEW</h1><script>alert(1)</script>"
    assert "default-src 'none'" in answered.headers["content-security-policy"]
    assert answered.headers["content-security-policy"].endswith("sandbox")


@pytest.mark.parametrize("key", ["f" * 16, "..%2f..", "%2e%2e%2f%2e%2e", "x" * 16])
def test_a_review_page_that_is_not_there_is_a_404(server, key):
    assert server.signed_in().see(f"/status/review/{key}").status_code == 404


def test_a_label_store_that_is_away_is_told(server):
    server.forwarder.problem = "labels: gone"

    assert "corrections wait for the label store: labels: gone" in status(server)


def test_tickets_of_today_are_counted_at_once_by_level(server):
    server.classified("parcel at 0.95", "parcel at 0.5", "parcel at 0.1")
    told = status(server)

    assert f"{datetime.fromisoformat(server.clock.now()):%Y-%m-%d}: 3 tickets (1 high, 1 medium, 1 low)" in told
