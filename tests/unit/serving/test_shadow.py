"""Shadow mode: the candidate answers the same tickets in silence; where it differs, the redacted ticket is kept."""

from tests.fakes.serving import FakeReader
from tests.unit.serving.server import NOON, Server


def shadowed(share=1.0, says="OTHER"):
    server = Server(champion=None, share=share)
    server.readers["2"] = FakeReader(says=says, confidence=0.7)
    server.releases.set("1", candidate="2")
    server.watcher.look()
    return server


def test_a_disagreement_is_kept_with_both_answers_and_the_text_without_personal_data():
    server = shadowed()

    with server.client(**{"X-Request-ID": "r1"}) as client:
        told = client.post("/classify", json={"text": "my parcel, mail someone@example.com"}).json()
        assert server.kept.added.wait(5)

    kept = server.kept.kept["r1"]
    assert (kept.at, kept.text) == (NOON, "my parcel, mail <EMAIL>")
    assert (kept.champion, kept.champion_intent, kept.champion_confidence) == ("1", "WISMO", 0.9)
    assert (kept.candidate, kept.candidate_intent, kept.candidate_confidence) == ("2", "OTHER", 0.7)
    assert (told["model_version"], told["intent"]) == ("1", "WISMO")


def test_agreement_is_counted_and_nothing_is_kept():
    server = shadowed(says="WISMO")

    with server.client() as client:
        client.post("/classify", json={"text": "my parcel"})
    server.shadow.stop()

    assert (server.shadow.counts.asked, server.shadow.counts.differ, server.kept.kept) == (1, 0, {})
    assert server.reader("2").seen == ["my parcel"]


def test_each_ticket_of_a_batch_is_kept_under_an_id_of_its_own():
    server = shadowed()

    with server.client(**{"X-Request-ID": "r1"}) as client:
        client.post("/classify/batch", json={"texts": ["my parcel", "hello", "cancel it"]})
    server.shadow.stop()

    assert set(server.kept.kept) == {"r1.0", "r1.2"}


def test_only_the_share_that_was_asked_for_is_shadowed():
    asked = {}
    for share in (0.4, 0.6):  # the draw is always 0.5
        server = shadowed(share=share)
        with server.client() as client:
            client.post("/classify", json={"text": "my parcel"})
        server.shadow.stop()
        asked[share] = server.shadow.counts.asked

    assert asked == {0.4: 0, 0.6: 1}


def test_without_a_share_no_candidate_is_even_loaded():
    server = shadowed(share=0.0)

    assert server.loads == ["1"]
    assert server.client().get("/health").json()["shadow"] is None


def test_a_candidate_that_is_rejected_is_let_go():
    server = shadowed()
    assert server.client().get("/health").json()["shadow"] == "2"

    server.releases.set("1")
    server.watcher.look()

    assert server.client().get("/health").json()["shadow"] is None


def test_a_candidate_that_breaks_touches_no_answer():
    server = shadowed()

    def broken(text):
        raise ValueError(text)

    server.reader("2").read = broken
    with server.client() as client:
        statuses = [client.post("/classify", json={"text": "my parcel"}).status_code for _ in range(3)]
    server.shadow.stop()

    assert statuses == [200, 200, 200]


def test_a_text_of_which_nothing_may_be_kept_is_not_shadowed():
    server = shadowed()

    with server.client() as client:
        client.post("/classify", json={"text": "<br>"})
    server.shadow.stop()

    assert server.shadow.counts.asked == 0
