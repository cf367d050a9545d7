"""Deciding about a release at the status page: who may, what is asked for, what is kept, what is told."""

import html
import re
from dataclasses import replace

import pytest

from ecomintent.adapters.standing import EvidenceFiles
from ecomintent.release.page_decisions import State
from tests.unit.serving.desk_server import PASSWORD, DeskServer
from tests.unit.serving.test_status_page import PASSES, VERDICT, leave

WHY = {"reason": "errors read", "why.OTHER": "12 of its tickets read"}
PROMOTE = {"overall": "PROMOTE", "cause": "9 of 9 intents PASS", "intents": {"WISMO": PASSES}}


@pytest.fixture
def server(tmp_path):
    """Version 2 waits, in REVIEW, OTHER undecided."""
    made = DeskServer(tmp_path)
    leave(made)
    made.releases.set("1", candidate="2")
    return made


def field(page, name):
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def decide(browser, decision="approve", **fields):
    """Fill in the form of the page that was seen last."""
    kept = {name: field(browser.page, name) for name in ("token", "version", "verdict", "turn")}
    sent = kept | {"password": PASSWORD, "decision": decision} | fields
    answered = browser.client.post("/status/decide", data=sent)
    browser.page = answered.text
    return answered


def approver(server, name="dana"):
    browser = server.signed_in(name, approver=True)
    browser.see("/status")
    return browser


def test_an_approver_approves_with_a_reason_for_everything_the_verdict_asks_for(server):
    browser = approver(server)

    answered = decide(browser, **WHY)

    left = server.decisions.latest()
    assert (left.version, left.weights, left.turn, left.approved) == ("2", "2" * 16, 0, True)
    assert (left.person, left.reason, left.waivers) == ("dana", "errors read", {"OTHER": "12 of its tickets read"})
    assert left.verdict_digest == EvidenceFiles(server.folder).verdicts(1)[0].digest
    assert (server.worker.woken, answered.url.path) == (1, "/status")
    assert "<b>dana</b> approved version 2 at 2026-11-21 12:00 UTC" in answered.text
    assert 'action="/status/decide"' not in answered.text


def test_where_the_registry_is_elsewhere_the_page_says_what_the_decision_waits_for(server):
    server.worker.here = False
    browser = approver(server)
    decide(browser, **WHY)

    assert "It waits for the worker: <code>ecomintent decisions</code>" in browser.page
    assert 'http-equiv="refresh"' not in browser.page


def test_an_account_without_the_right_sees_no_button_and_is_refused(server):
    browser, other = server.signed_in(), approver(server, "eoin")
    page = browser.see("/status").text
    others = {name: field(other.page, name) for name in ("version", "verdict", "turn")}

    answered = decide(browser, token=field(page, "token"), **others, **WHY)

    assert 'action="/status/decide"' not in page
    assert (answered.status_code, server.decisions.latest()) == (403, None)
    assert "Your account may not decide about releases." in answered.text


def test_a_right_that_is_taken_away_is_gone_in_an_open_session(server):
    browser = approver(server)
    server.accounts.let_approve("dana", may=False)

    assert decide(browser, **WHY).status_code == 403
    assert server.decisions.latest() is None


@pytest.mark.parametrize("told", [{"token": "0" * 64}, {"token": ""}])
def test_a_form_of_another_session_is_refused(server, told):
    assert decide(approver(server), **WHY, **told).status_code == 403
    assert server.decisions.latest() is None


def test_a_form_that_another_site_sends_is_refused(server):
    browser = approver(server)
    browser.client.headers["origin"] = "https://elsewhere.example"

    assert decide(browser, **WHY).status_code == 403
    assert server.decisions.latest() is None


def test_a_wrong_password_decides_nothing_keeps_what_was_typed_and_is_not_guessed_for_ever(server):
    browser = approver(server)

    answered = [decide(browser, password="not the password", **WHY).status_code for _ in range(6)]

    assert answered == [401] * 5 + [429]
    assert server.decisions.latest() is None
    assert "12 of its tickets read" in browser.page
    assert "not the password" not in browser.page


@pytest.mark.parametrize(
    ("decision", "fields", "line"),
    [
        ("approve", {"why.OTHER": "read"}, "Say why it may be released."),
        ("approve", {"reason": "read"}, "Say for each undecided intent why it may be released: OTHER."),
        ("approve", {"reason": "x" * 1001, "why.OTHER": "read"}, "A reason has at most 1000 characters"),
        ("reject", {"reason": " "}, "Say why, for the next person who asks."),
        ("publish", WHY, "This form is not complete"),
        ("approve", {**WHY, "turn": "-1"}, "This form is not complete"),
    ],
)
def test_what_lacks_something_is_answered_with_what_and_decides_nothing(server, decision, fields, line):
    answered = decide(approver(server), decision, **fields)

    assert (answered.status_code, server.decisions.latest()) == (422, None)
    assert line in html.unescape(answered.text)


def test_a_promote_needs_no_reason(tmp_path):
    server = DeskServer(tmp_path)
    leave(server, verdict=PROMOTE)
    server.releases.set("1", candidate="2")

    decide(approver(server))

    assert server.decisions.latest().approved


def test_a_rejection_needs_its_reason_alone(server):
    browser = approver(server)
    decide(browser, "reject", reason="refunds are read as returns")

    left = server.decisions.latest()
    assert (left.approved, left.reason, left.waivers) == (False, "refunds are read as returns", {})
    assert "<b>dana</b> rejected version 2" in browser.page


@pytest.mark.parametrize("later", ["another candidate", "another verdict", "none"])
def test_what_was_looked_at_is_what_is_decided(server, later):
    browser = approver(server)
    if later == "another candidate":
        leave(server, key="3" * 16)
        server.releases.set("1", candidate="3")
    elif later == "none":
        server.releases.set("1")
    else:
        (server.folder / "evidence" / ("2" * 16) / "verdict.json").unlink()
        (server.folder / "evidence" / ("2" * 16) / "review.html").unlink()
        (server.folder / "evidence" / ("2" * 16)).rmdir()
        leave(server, verdict={**VERDICT, "cause": "7 of 9 intents PASS"})

    answered = decide(browser, **WHY)

    assert (answered.status_code, server.decisions.latest()) == (409, None)
    assert "This is not what waits any more" in answered.text


def test_a_button_pressed_twice_is_one_decision_and_a_second_person_is_told(server):
    first, second = approver(server), approver(server, "eoin")
    before = first.page
    decide(first, **WHY)
    first.page = before

    assert decide(first, **WHY).status_code == 200
    assert decide(second, "reject", reason="no").status_code == 409
    assert "decided already" in second.page
    assert server.sql("SELECT person, approved FROM decisions") == [("dana", 1)]


def test_what_the_gate_said_when_it_was_asked_again_is_told_and_the_next_decision_is_another_one(server):
    browser = approver(server)
    stale = browser.page
    decide(browser, **WHY)
    server.decisions.tell(1, State.REFUSED, "asked again, the gate says BLOCK: WISMO lost 4 points", server.clock.now())

    told = browser.see("/status").text
    browser.page = stale
    late = decide(browser, "reject", reason="no")
    browser.see("/status")
    decide(browser, "reject", reason="then not")

    assert "was not done: asked again, the gate says BLOCK: WISMO lost 4 points" in told
    assert late.status_code == 409
    assert [one.approved for _, one in server.decisions.waiting()] == [False]
    assert server.decisions.latest().turn == 1


def test_a_release_is_told_with_who_approved_it(server):
    browser = approver(server)
    decide(browser, **WHY)
    server.decisions.tell(1, State.PROMOTED, "asked again, the gate said REVIEW: 8 of 9", server.clock.now())
    server.releases.set("2")

    assert "Version 2 is released: <b>dana</b> approved it" in browser.see("/status").text


def test_a_server_that_starts_lets_what_an_earlier_one_left_be_acted_on(server):
    decide(approver(server), **WHY)
    again = DeskServer(server.folder)
    with again.client():
        pass
    server.decisions.tell(1, State.REJECTED, "no", server.clock.now())
    ended = DeskServer(server.folder)
    with ended.client():
        pass

    assert (again.worker.woken, ended.worker.woken) == (1, 0)


def test_what_stays_waiting_says_what_the_last_try_said_and_what_ended_stays(server):
    browser = approver(server)
    decide(browser, **WHY)
    server.decisions.tell(1, State.WAITS, "another promote is running", server.clock.now())

    assert "The last try stopped: another promote is running." in browser.see("/status").text
    server.decisions.tell(1, State.PROMOTED, "done", "later")
    before = server.decisions.latest()
    server.decisions.tell(1, State.REFUSED, "no", "later still")
    assert server.decisions.latest() == before == replace(before, state=State.PROMOTED, says="done", ended_at="later")


def test_a_command_that_ended_without_an_answer_is_told(server):
    browser = approver(server)
    decide(browser, **WHY)
    server.worker.problem = "ecomintent decisions ended with code 1"

    assert "The last try stopped: ecomintent decisions ended with code 1." in browser.see("/status").text


@pytest.mark.parametrize("path", ["/status", f"/status/review/{'2' * 16}"])
def test_nobody_who_is_not_signed_in_sees_the_page_or_the_review(server, path):
    answered = server.client().get(path, follow_redirects=False)

    assert (answered.status_code, answered.headers["location"][:8]) == (303, "/sign-in")
