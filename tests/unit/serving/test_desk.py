"""The corrections page: one key an answer, undo, next, filters, and predictions hidden where they must be."""

import re

import pytest

from ecomintent.records import Provenance
from ecomintent.taxonomy import NAMES
from tests.unit.serving.desk_server import DeskServer


@pytest.fixture
def server(tmp_path):
    return DeskServer(tmp_path)


@pytest.fixture
def two(server):
    """A server at which two unsure tickets wait, and a browser that sees the first."""
    server.classified("parcel at 0.5", "cancel at 0.5")
    browser = server.signed_in()
    browser.see()
    return server, browser


def test_every_intent_has_a_key_of_its_own_and_the_predicted_one_is_marked(two):
    _, browser = two
    keys = dict(re.findall(r'name="intent" value="(\w+)" data-key="(\d)"', browser.page))

    assert keys == {name: str(number) for number, name in enumerate(NAMES, start=1)}
    assert re.findall(r'value="(\w+)" data-key="\d" class="predicted" data-agree', browser.page) == ["WISMO"]
    assert set("un") <= set(re.findall(r'data-key="([a-z])"', browser.page))


def test_an_answer_moves_the_counts_and_shows_the_next_ticket(two):
    _, browser = two
    assert (browser.text, "<b>0</b> answered by you" in browser.page) == ("parcel at 0.5", True)

    browser.answer("DAMAGED_ITEM")

    assert browser.text == "cancel at 0.5"
    assert "Marked <b>Damaged item</b>" in browser.page
    assert "<b>1</b> answered by you" in browser.page
    browser.answer("CANCEL_ORDER")
    assert "Nothing waits here" in browser.page


def test_answers_reach_the_label_store_as_what_they_are(two):
    server, browser = two
    browser.answer("DAMAGED_ITEM")
    browser.answer("CANCEL_ORDER")
    server.clock.turn(seconds=61)
    server.handed_on()

    assert server.stored() == [
        ("t0", "DAMAGED_ITEM", "WISMO", Provenance.EDITED),
        ("t1", "CANCEL_ORDER", "CANCEL_ORDER", Provenance.CONFIRMED),
    ]
    assert {one.agent for one in server.labels.corrections()} == {"dana"}


def test_an_answer_undone_in_time_leaves_no_trace_in_the_label_store(two):
    server, browser = two
    browser.answer("DAMAGED_ITEM")
    browser.press("/corrections/undo")

    assert (browser.text, "Undone" in browser.page) == ("parcel at 0.5", True)
    browser.answer("WISMO")
    server.handed_on(everything=True)
    assert server.stored() == [("t0", "WISMO", "WISMO", Provenance.CONFIRMED)]


def test_an_answer_undone_later_is_said_to_be_stored_and_the_next_one_comes_after_it(two):
    server, browser = two
    browser.answer("DAMAGED_ITEM")
    server.clock.turn(seconds=61)
    server.handed_on()
    browser.press("/corrections/undo")

    assert "in the label store already" in browser.page
    browser.answer("WISMO")
    server.handed_on(everything=True)
    assert [one[1] for one in server.stored()] == ["DAMAGED_ITEM", "WISMO"]
    assert [(one.intent, one.tickets) for one in server.outbox.judged("2026")] == [("WISMO", 1)]


def test_undo_goes_back_answer_by_answer_and_touches_nobody_elses(two):
    server, browser = two
    browser.answer("WISMO")
    other = server.signed_in("eoin")
    other.see()
    other.answer("CANCEL_ORDER")
    browser.press("/corrections/undo")
    assert browser.text == "parcel at 0.5"
    browser.press("/corrections/undo")

    assert "nothing of yours to undo" in browser.page
    assert server.tickets.open()["all"] == 1


def test_a_form_sent_twice_is_one_answer(two):
    server, browser = two
    form = browser.page
    browser.answer("WISMO")
    browser.page = form
    browser.answer("WISMO")

    assert server.sql("SELECT ticket_id, intent FROM corrections") == [("t0", "WISMO")]


def test_of_two_people_on_one_ticket_the_first_counts_and_the_other_is_told(two):
    server, browser = two
    other = server.signed_in("eoin")
    other.see("/corrections?ticket=t0")
    browser.answer("WISMO")
    other.answer("OTHER")

    assert "Somebody else answered that ticket first" in other.page
    assert server.sql("SELECT agent, intent FROM corrections") == [("dana", "WISMO")]


def test_two_people_are_shown_different_tickets(two):
    server, browser = two
    other = server.signed_in("eoin")
    other.see()

    assert {browser.text, other.text} == {"parcel at 0.5", "cancel at 0.5"}


def test_next_goes_on_without_an_answer_and_comes_round(two):
    _, browser = two
    seen = [browser.text]
    for _ in range(2):
        browser.see(re.search(r'href="([^"]+)" data-key="n"', browser.page)[1].replace("&amp;", "&"))
        seen.append(browser.text)

    assert seen == ["parcel at 0.5", "cancel at 0.5", "parcel at 0.5"]


def test_a_ticket_of_the_audit_shows_no_prediction_under_any_filter(tmp_path):
    server = DeskServer(tmp_path, draw=lambda _: 0.0)
    server.classified("parcel at 0.5")
    browser = server.signed_in()
    for page in (
        "/corrections",
        "/corrections?show=blind",
        "/corrections?ticket=t0",
        "/corrections?show=low&ticket=t0",
    ):
        browser.see(page)
        assert browser.text == "parcel at 0.5"
        assert [
            word
            for word in ("Predicted", "data-agree", "predicted", "% sure", "low confidence<")
            if word in browser.page
        ] == []
    browser.see("/corrections?show=low")
    assert "Nothing waits here" in browser.page


def test_an_answer_to_the_audit_counts_for_accuracy_and_as_set_from_blank(tmp_path):
    server = DeskServer(tmp_path, draw=lambda _: 0.0)
    server.classified("parcel at 0.95", "cancel at 0.95")
    browser = server.signed_in()
    browser.see("/corrections?show=blind")
    browser.answer("WISMO")
    browser.answer("OTHER")
    server.handed_on(everything=True)

    assert server.stored() == [
        ("t0", "WISMO", "", Provenance.SET_FROM_BLANK),
        ("t1", "OTHER", "", Provenance.SET_FROM_BLANK),
    ]
    assert "1 of 2 labelled" in browser.see("/status").text


def test_a_ticket_is_shown_as_text_whatever_it_holds(server):
    text = "parcel </p><script>alert(1)</script> at 0.5"
    server.tickets.add([], [], server.clock.now())
    server.classified("parcel at 0.5")
    server.sql("UPDATE tickets SET text = ?", text)
    browser = server.signed_in()
    browser.see()

    assert "<script>alert" not in browser.page
    assert "&lt;script&gt;alert(1)" in browser.page


@pytest.mark.parametrize(
    "query", ["show=x", "after=x", "after=-1", "after=99999999999999999999", "ticket=zz", "did=%3Cb%3E", "say=x"]
)
def test_an_address_that_somebody_typed_wrong_shows_the_page_all_the_same(two, query):
    _, browser = two

    assert browser.see(f"/corrections?{query}").status_code == 200
    assert browser.text == "parcel at 0.5"


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"ticket": "gone"}, 404), ({"intent": "NONE"}, 422), ({"turn": "x"}, 422), ({"turn": ""}, 422)],
)
def test_a_form_that_cannot_be_right_changes_nothing_and_says_so_on_a_page(two, fields, status):
    server, browser = two
    answered = browser.press("/corrections/answer", **{"intent": "WISMO", **fields})

    assert (answered.status_code, "That was not done" in answered.text) == (status, True)
    assert server.sql("SELECT 1 FROM corrections") == []


def test_a_disk_that_is_full_is_a_page_with_one_line(two):
    server, browser = two
    server.sql("DROP TABLE corrections")

    answered = browser.answer("WISMO")

    assert (answered.status_code, "own database cannot be used" in answered.text) == (503, True)
