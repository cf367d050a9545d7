"""What a server counts of the tickets it answers: bins by day and version, no word of them; and the audit's answers."""

import sqlite3

from ecomintent.adapters.served_shapes import ServedShapes
from ecomintent.corrected import Channel, Given
from tests.unit.serving.desk_server import DeskServer

TEXTS = ("parcel at 0.95", "parcel at 0.95", "cancel the order of Zoë at 0.5 please today")


def test_every_ticket_is_counted_once_in_each_kind_under_the_version_that_answered(tmp_path):
    server = DeskServer(tmp_path)
    server.classified(*TEXTS)

    (mixes,) = ServedShapes(tmp_path).days("1").values()
    assert {kind: sum(bins.values()) for kind, bins in mixes.items()} == {
        "intent": 3,
        "confidence": 3,
        "length": 3,
        "word": 3,
    }
    assert mixes["intent"] == {"WISMO": 2, "CANCEL_ORDER": 1}
    assert mixes["confidence"] == {"9": 2, "5": 1}
    assert ServedShapes(tmp_path).days("2") == {}


def test_the_counts_hold_no_word_of_a_ticket(tmp_path):
    server = DeskServer(tmp_path, keep=frozenset())
    server.classified("quetzalcoatl quetzalcoatl at 0.3")

    assert "quetzalcoatl" not in "\n".join(sqlite3.connect(server.folder / "serving" / "labelling.db").iterdump())


def test_the_audit_of_a_version_is_what_people_said_last_without_seeing_its_answer(tmp_path):
    server = DeskServer(tmp_path)
    said = [("t1", "WISMO", True, "1"), ("t1", "OTHER", True, "1"), ("t2", "WISMO", True, "1")]
    said += [("t3", "OTHER", False, "1"), ("t4", "OTHER", True, "2")]
    for turn, (ticket, intent, blind, version) in enumerate(said):
        given = Given(
            channel=Channel.PAGE,
            event_id=str(turn),
            ticket_id=ticket,
            text="parcel",
            intent=intent,
            predicted="WISMO",
            shown=not blind,
            blind=blind,
            agent="dana",
            at=f"2026-11-2{turn}T12:00:00+00:00",
            version=version,
        )
        server.outbox.give(given, now=given.at, held_seconds=0)

    assert ServedShapes(tmp_path).audited("1") == {"2026-11-21": (1, 1), "2026-11-22": (0, 1)}


def test_a_home_without_a_server_has_nothing_to_tell_and_gets_no_file(tmp_path):
    assert ServedShapes(tmp_path).days("1") == {}
    assert ServedShapes(tmp_path).audited("1") == {}
    assert list(tmp_path.iterdir()) == []
