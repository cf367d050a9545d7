"""POST /corrections: on disk before it is answered, in the label store exactly once, whatever is interrupted."""

import json

import pytest

from ecomintent.records import Provenance
from ecomintent.served import Scope
from tests.unit.serving.desk_server import AwayLabels, DeskServer

SAID = {
    "event_id": "e1",
    "ticket_id": "z9",
    "text": "my parcel",
    "intent": "WISMO",
    "previous_intent": "OTHER",
    "agent": "dana",
}


@pytest.fixture
def server(tmp_path):
    return DeskServer(tmp_path)


def send(server, key="", **changed):
    body = {name: value for name, value in {**SAID, **changed}.items() if value is not None}
    return server.client(key).post("/corrections", json=body)


def test_an_accepted_correction_is_on_disk_before_it_is_answered_and_reaches_the_label_store(server):
    told = send(server).json()

    assert (told["event_id"], told["new"]) == ("e1", True)
    assert server.sql("SELECT state, intent FROM corrections") == [("due", "WISMO")]
    assert server.handed_on() == 1
    assert server.stored() == [("z9", "WISMO", "OTHER", Provenance.EDITED)]
    assert server.sql("SELECT state, text FROM corrections") == [("stored", "")]


def test_sent_again_it_changes_nothing_before_and_after_it_was_stored(server):
    assert [send(server).json()["new"] for _ in range(3)] == [True, False, False]
    server.handed_on()
    server.clock.turn(hours=1)

    assert (send(server).json()["new"], server.handed_on(), len(server.stored())) == (False, 0, 1)


def test_one_event_id_for_two_corrections_is_refused(server):
    send(server)
    refused = send(server, intent="OTHER")

    assert (refused.status_code, refused.json()["detail"][:40]) == (409, "event_id: it was used for another correc")
    assert len(server.sql("SELECT 1 FROM corrections")) == 1


def test_a_crash_between_store_and_note_stores_nothing_twice(server, tmp_path):
    for number in range(7):
        send(server, event_id=f"e{number}", ticket_id=f"z{number}")
    due = server.outbox.due(server.clock.now(), everything=False, most=200)
    server.labels.record([given.event() for _, given in due])  # and here the power went

    again = DeskServer(tmp_path, labels=server.labels)

    assert (again.handed_on(), len(again.stored()), again.outbox.waiting()) == (7, 7, 0)


def test_a_label_store_that_is_away_keeps_nobody_from_correcting(tmp_path):
    labels = AwayLabels()
    labels.problem = "gone"
    server = DeskServer(tmp_path, labels=labels)

    with server.client() as client:
        statuses = [client.post("/corrections", json={**SAID, "event_id": f"e{n}"}).status_code for n in range(5)]
    waiting = server.outbox.waiting()
    labels.problem = ""

    assert (statuses, waiting, server.forwarder.problem) == ([200] * 5, 5, "labels: gone")
    assert (server.handed_on(), len({one[0] for one in server.stored()})) == (5, 1)


def test_stopping_the_server_hands_on_what_waits(server):
    with server.client() as client:
        client.post("/corrections", json=SAID)

    assert (len(server.stored()), server.outbox.waiting()) == (1, 0)


def test_a_text_is_kept_without_personal_data(server):
    send(server, text="mail someone@example.com about my parcel")

    assert server.sql("SELECT text FROM corrections") == [("mail <EMAIL> about my parcel",)]


def test_a_ticket_that_is_kept_needs_no_text_and_leaves_the_queue(server):
    server.classified("parcel at 0.5", "cancel at 0.5")
    send(server, ticket_id="t0", text=None, previous_intent=None)
    server.handed_on()

    assert server.tickets.open()["all"] == 1
    assert server.stored() == [("t0", "WISMO", "", Provenance.SET_FROM_BLANK)]
    assert [(one.predicted, one.intent, one.blind) for one in server.outbox.judged("2026")] == [
        ("WISMO", "WISMO", False)
    ]


def test_a_ticket_of_the_audit_stays_in_it_because_nobody_knows_what_the_sender_saw(tmp_path):
    server = DeskServer(tmp_path, draw=lambda _: 0.0)
    server.classified("parcel at 0.95")
    send(server, ticket_id="t0", text=None)

    assert server.tickets.open()["blind"] == 1
    assert [one.blind for one in server.outbox.judged("2026")] == [False]


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"intent": "RETURN"}, "intent: it is no intent; one of WISMO"),
        ({"previous_intent": "x"}, "previous_intent: it is no intent"),
        ({"event_id": ""}, "event_id: it must be 1-200 printable"),
        ({"event_id": "a\0"}, "event_id: it must be 1-200 printable"),
        ({"ticket_id": " "}, "ticket_id: it must be 1-200 printable"),
        ({"agent": "a\nb"}, "agent: it must be 1-200 printable"),
        ({"agent": "a" * 201}, "agent: "),
        ({"text": " "}, "text: it is empty"),
        ({"text": None}, "text: no such ticket is kept; send it"),
        ({"at": "yesterday"}, "at: it is no time"),
        ({"at": "1999-01-01"}, "at: it is no time"),
        ({"text": 3}, "text: "),
        ({"more": "x"}, "unknown field"),
        ({"event_id": None}, "event_id: missing"),
    ],
)
def test_what_cannot_be_a_correction_is_refused_with_one_line_and_nothing_is_kept(server, changed, line):
    refused = send(server, **changed)

    assert refused.status_code == 422
    assert refused.json()["detail"].startswith(line)
    assert server.sql("SELECT 1 FROM corrections") == []


def test_only_a_key_for_correcting_corrects_and_its_name_is_the_agent(server):
    reader, writer = server.keys.add("reads", Scope.CLASSIFY), server.keys.add("writes", Scope.CORRECT)

    assert [send(server, key, agent=None).status_code for key in ("", reader, writer)] == [401, 403, 200]
    assert server.sql("SELECT agent FROM corrections") == [("writes",)]


def test_the_page_is_in_the_openapi_document_with_an_example(server):
    document = server.client().get("/openapi.json").json()

    assert "/corrections" in document["paths"]
    assert "/corrections/answer" not in json.dumps(document)
    assert document["components"]["schemas"]["CorrectionRequest"]["examples"][0]["intent"] == "WISMO"


def test_a_disk_that_is_full_is_a_503_and_not_an_accepted_correction(server, monkeypatch):
    server.sql("DROP TABLE corrections")

    refused = send(server)

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
