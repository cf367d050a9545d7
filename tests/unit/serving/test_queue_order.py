"""Which ticket a person is shown next: what champion and candidate differ on comes before what is merely unsure."""

import pytest

from tests.fakes.serving import FakeReader
from tests.unit.serving.desk_server import DeskServer


def shadowed(folder, **more):
    """A server whose candidate, version 2, says OTHER to everything that it is asked."""
    server = DeskServer(folder, share=1.0, **more)
    server.readers["2"] = FakeReader(says="OTHER")
    return server


def ask(server, *texts):
    """Ask one after another, and let everything be written."""
    with server.client() as client:
        for text in texts:
            client.post("/classify", json={"text": text}, headers={"X-Request-ID": text.split()[0]})
        server.shadow.stop()
    server.keeper.stop()


def began(folder, *texts, candidate="", **more):
    """A server in `folder` that was asked about these texts."""
    server = shadowed(folder, **more)
    server.releases.set("1", candidate=candidate or None)
    server.watcher.look()
    ask(server, *texts)
    return server


def seen(browser, count, path="/corrections"):
    """First words of the tickets one is shown, going on without an answer."""
    words = []
    for _ in range(count):
        browser.see(path)
        words.append(browser.text.split()[0])
        path = next(part for part in browser.page.split('"') if "after=" in part).replace("&amp;", "&")
    return words


@pytest.fixture
def server(tmp_path):
    """Two unsure tickets, then two on which the candidate differs though the champion is sure."""
    began(tmp_path, "u1 parcel at 0.5", "u2 parcel at 0.6")
    return began(tmp_path, "d1 parcel at 0.95", "d2 cancel at 0.95", candidate="2")


def test_disagreements_come_first_though_they_are_younger(server):
    assert seen(server.signed_in(), 5) == ["d1", "d2", "u1", "u2", "d1"]


def test_a_new_disagreement_comes_next_also_to_somebody_who_is_among_the_unsure_ones(server, tmp_path):
    browser = server.signed_in()
    assert seen(browser, 3) == ["d1", "d2", "u1"]
    after = next(part for part in browser.page.split('"') if "after=" in part).replace("&amp;", "&")

    began(tmp_path, "d3 parcel at 0.95", candidate="2")

    assert seen(browser, 2, after) == ["d3", "u1"]


def test_the_audits_tickets_keep_their_turn_and_do_not_wait_behind_disagreements(server, tmp_path):
    began(tmp_path, "b1 parcel at 0.95", draw=lambda _: 0.0)
    began(tmp_path, "d3 parcel is at 0.96", candidate="2")

    assert seen(server.signed_in(), 6) == ["d1", "d2", "b1", "d3", "u1", "u2"]


def test_the_filter_shows_what_the_candidate_says_beside_the_prediction(server):
    browser = server.signed_in()
    page = browser.see("/corrections?show=disagreement").text

    assert "Predicted <b>WISMO</b>" in page
    assert "the candidate says <b>Other</b>" in page
    assert seen(browser, 3, "/corrections?show=disagreement")[-1] in ("d1", "d2")
