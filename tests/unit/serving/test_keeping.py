"""Which tickets are kept for a person, which are drawn for the audit, and that nothing waits for it."""

import logging

import pytest

from ecomintent.adapters import kept_tickets
from ecomintent.corrected import KeptTicket, Why
from ecomintent.serving.keeping import Keeper
from tests.fakes.serving import FakeReader
from tests.unit.serving.desk_server import DeskServer

SURE, UNSURE = "parcel at 0.95", "parcel at 0.5"


def kept(server):
    return [
        (one[0], one[1:]) for one in server.sql("SELECT ticket_id, low, disagreement, blind FROM tickets ORDER BY 1")
    ]


def test_a_ticket_the_release_is_sure_of_is_counted_and_not_kept(tmp_path):
    server = DeskServer(tmp_path)
    told = server.classified(SURE, UNSURE)

    assert [one["audit"] for one in told] == [False, False]
    assert kept(server) == [("t1", (1, 0, 0))]
    volume = [(one.level, one.tickets, one.confidence) for one in server.tickets.volume("2026-11-21")]
    assert volume == [("high", 1, 0.95), ("medium", 1, 0.5)]


def test_a_ticket_drawn_for_the_audit_is_kept_however_sure_the_release_is_and_the_answer_says_so(tmp_path):
    server = DeskServer(tmp_path, draw=lambda _: 0.0)
    told = server.classified(SURE, UNSURE)

    assert [one["audit"] for one in told] == [True, True]
    assert kept(server) == [("t0", (0, 0, 1)), ("t1", (1, 0, 1))]


def test_a_disagreement_is_kept_with_what_the_candidate_said(tmp_path):
    server = DeskServer(tmp_path, share=1.0)
    server.readers["2"] = FakeReader(says="OTHER")
    server.releases.set("1", candidate="2")
    server.watcher.look()
    with server.client() as client:
        client.post("/classify", json={"text": UNSURE}, headers={"X-Request-ID": "t0"})
        assert server.kept.added.wait(5)
        server.keeper.stop()

    assert kept(server) == [("t0", (1, 1, 0))]
    assert server.tickets.find("t0").candidate_intent == "OTHER"


@pytest.mark.parametrize("keep", [frozenset(), frozenset({Why.DISAGREEMENT})])
def test_what_the_settings_do_not_name_is_counted_and_its_text_kept_nowhere(tmp_path, keep):
    server = DeskServer(tmp_path, keep=keep, draw=lambda _: 0.0)
    told = server.classified(UNSURE)

    assert (told[0]["audit"], kept(server), server.tickets.volume("2026")[0].tickets) == (False, [], 1)


def test_only_redacted_text_is_kept_and_no_log_line_holds_any(tmp_path, caplog):
    caplog.set_level(logging.DEBUG, "ecomintent")
    server = DeskServer(tmp_path)
    server.classified("mail someone@example.com zq-4711 parcel at 0.5")

    assert server.sql("SELECT text FROM tickets")[0][0].startswith("mail <EMAIL>")
    assert b"someone@example.com" not in b"".join(path.read_bytes() for path in (tmp_path / "serving").iterdir())
    assert "parcel" not in caplog.text


def test_the_draw_takes_the_share_it_is_told_and_the_same_tickets_again():
    def drawn(secret):
        keeper = Keeper(tickets=None, clock=None, keep=frozenset(Why), blind_share=0.03, secret=secret)
        return {number for number in range(20_000) if keeper._draw(f"r{number}") < 0.03}

    # 600 expected, one standard error is 24.
    assert drawn(b"a") == drawn(b"a") != drawn(b"b")
    assert 500 < len(drawn(b"a")) < 700


def test_words_that_wait_already_are_not_kept_twice_but_for_the_audit(tmp_path):
    server = DeskServer(tmp_path, draw=lambda request: 0.0 if request in ("t2", "t3") else 0.5)
    server.classified(UNSURE, UNSURE, UNSURE, UNSURE)

    assert [name for name, _ in kept(server)] == ["t0", "t2", "t3"]


def ticket(number, at, *why):
    return KeptTicket(
        ticket_id=f"n{number}",
        at=at,
        text=f"words {number}",
        why=frozenset(why),
        intent="OTHER",
        confidence=0.5,
        version="1",
    )


def test_the_oldest_give_way_and_unsure_ones_never_push_out_the_audit(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_tickets, "MOST", 3)
    server, now = DeskServer(tmp_path), "2026-11-21T12:00:00+00:00"
    for number in range(5):
        server.tickets.add([ticket(number, now, Why.BLIND)], [], now)
    for number in range(5, 12):
        server.tickets.add([ticket(number, now, Why.LOW)], [], now)

    assert {name for name, _ in kept(server)} == {"n2", "n3", "n4", "n9", "n10", "n11"}


def test_a_ticket_is_forgotten_after_thirty_days(tmp_path):
    server = DeskServer(tmp_path)
    server.tickets.add([ticket(1, "2026-10-21T12:00:00+00:00", Why.BLIND)], [], "2026-10-21T12:00:00+00:00")
    server.tickets.add([ticket(2, "2026-11-21T12:00:00+00:00", Why.LOW)], [], "2026-11-21T12:00:00+00:00")

    assert [name for name, _ in kept(server)] == ["n2"]


def test_a_file_that_cannot_be_written_keeps_no_ticket_from_being_answered(tmp_path):
    server = DeskServer(tmp_path)
    server.sql("DROP TABLE volume")
    told = server.classified(SURE, UNSURE)

    assert [one["intent"] for one in told] == ["WISMO", "OTHER"]
    assert server.keeper.dropped.tickets == 2
