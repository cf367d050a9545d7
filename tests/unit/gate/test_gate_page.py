import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from gate_worlds import GATE, GUARDED, simulated, solid, world
from numpy.random import default_rng

from ecomintent.gate.background import Background
from ecomintent.gate.flips import Flip, collect
from ecomintent.gate.judge import judge
from ecomintent.gate.page import render, visible

LINEAGE = {"frozen set": "ab" * 32, "candidate weights": "cd" * 32}
HOSTILE = "<script>alert('x')</script> \"&amp;\" {{ 7 * 7 }}"


def flip(index=0, **how):
    given = {
        "id": f"T-{index:03d}",
        "text": "where is my order",
        "label": "WISMO",
        "champion": "WISMO",
        "candidate": "OTHER",
        "champion_confidence": 0.91,
        "candidate_confidence": 0.55,
        "copies": 1,
    }
    return Flip(**given | how)


def verdict_of(kind):
    rng = default_rng(3)
    w = simulated(rng, n=150, churn=0.05, hurt=0.2 if kind == "block" else 0.0)
    if kind == "first":
        return judge(w.frozen, w.candidate, None, None, GATE)
    if kind == "leak":
        return judge(w.frozen, w.candidate, w.champion, None, GATE, leaked=["T-00001"])
    candidate = w.champion if kind == "promote" else w.candidate
    return judge(w.frozen, candidate, w.champion, w.champion if kind == "block" else None, GUARDED)


class Tags(HTMLParser):
    """What a browser would see: tags with attributes, and whether every tag is closed."""

    def __init__(self, html):
        super().__init__()
        self.seen, self.open = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "line", "rect"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", ["promote", "review", "block", "first", "leak"])
def test_every_kind_of_page_is_whole_and_loads_nothing(kind):
    html = render(verdict_of(kind), [flip()], LINEAGE)

    page = Tags(html)
    assert page.open == []
    assert {tag for tag, _ in page.seen} & {"script", "link", "img", "iframe", "object", "base", "form"} == set()
    assert [attrs for _, attrs in page.seen if {"src", "href", "srcset", "action", "onclick"} & attrs.keys()] == []
    assert not re.search(r"https?:|//[a-z]|url\(|@import", html)
    assert "{{" not in html


@pytest.mark.parametrize("kind", ["promote", "review", "block", "first", "leak"])
def test_the_page_opens_with_the_decision_and_its_cause(kind):
    verdict = verdict_of(kind)

    html = render(replace(verdict, cause="because of <this>"), [], LINEAGE)

    assert f"<h1>{verdict.overall.value}</h1>\n<p>because of &lt;this&gt;</p>" in html


def test_the_pages_own_policy_lets_its_picture_be_shown():
    told = Background(runs=1, runs_allowed=12, provenance={}, changes=(), decide_by="", confidence="iVBORw0KGgo=")
    html = render(verdict_of("review"), [], {}, told)

    assert 'src="data:image/png;base64,iVBORw0KGgo="' in html
    assert "default-src 'none'; style-src 'unsafe-inline'; img-src data:" in html


def test_everything_from_outside_is_escaped():
    hostile = flip(text=HOSTILE, id=HOSTILE, champion=HOSTILE, candidate=HOSTILE, label="WISMO")
    verdict = replace(verdict_of("block"), warnings=(HOSTILE,), cause=HOSTILE)

    html = render(verdict, [replace(hostile, champion="WISMO")], {HOSTILE: HOSTILE})

    assert HOSTILE not in html
    assert (html.count("&lt;script&gt;"), html.count("{{ 7 * 7 }}")) == (7, 7)


def test_control_characters_are_shown_not_obeyed_and_long_texts_are_cut():
    assert visible("a\u202eb\x07c\nd") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\nd"
    assert visible("x" * 700) == "x" * 600 + " …"


def test_at_most_twenty_newly_wrong_tickets_of_an_intent_are_shown_the_surest_first():
    flips = [flip(index, candidate_confidence=index / 100) for index in range(25)]

    html = render(verdict_of("block"), flips, LINEAGE)

    assert "<summary>WISMO: 25, 20 shown</summary>" in html
    assert re.findall(r"Ticket (T-\d+)", html) == [f"T-{index:03d}" for index in range(24, 4, -1)]


def test_newly_wrong_tickets_of_the_worst_intent_come_first_and_newly_right_ones_are_counted():
    verdict = verdict_of("block")
    flips = [
        flip(1, label="OTHER", champion="OTHER", candidate="WISMO"),
        flip(2),
        flip(3, label="CANCEL_ORDER", champion="OTHER", candidate="CANCEL_ORDER"),
        flip(4, label="CANCEL_ORDER", champion="OTHER", candidate="CANCEL_ORDER"),
    ]

    html = render(verdict, flips, LINEAGE)

    assert re.findall(r"<summary>(\w+): \d+", html) == ["WISMO", "OTHER"]
    assert "<p>CANCEL_ORDER 2</p>" in html


def test_a_change_is_never_shown_without_its_tickets_and_interval():
    verdict = verdict_of("block")
    html = render(verdict, [], LINEAGE)

    rows = html.split('<td class="intent">')[1:]

    assert len(rows) == 2 * len(verdict.intents)
    for row in rows:
        assert re.search(r"<small>150 tickets</small>", row)
        assert re.search(r"<b>[+-]\d+\.\d</b> \[[+-]\d+\.\d, [+-]\d+\.\d\], allowed -3\.0", row)
        assert "<svg" in row


def test_the_worst_intent_comes_first():
    html = render(verdict_of("block"), [], LINEAGE)

    tags = re.findall(r'class="tag">(\w+)<', html.split("Against the anchor")[0])

    assert tags == sorted(tags, key=["REGRESSED", "INCONCLUSIVE", "PASS"].index)
    assert html.index(">WISMO<") < html.index(">OTHER<")


def test_a_first_release_shows_f1_its_recall_interval_and_the_floor():
    html = render(verdict_of("first"), [], LINEAGE)

    assert re.search(r"<b>F1 \d+\.\d</b>, required 60\.0; recall \d+\.\d \[\d+\.\d, \d+\.\d\]:", html)
    assert "Newly wrong" not in html


def test_a_review_says_whom_to_sign_off_and_what_to_label():
    w = world([*solid(400, but=("OTHER",)), ("OTHER", "OTHER", "OTHER", 10), ("OTHER", "WISMO", "OTHER", 1)])

    html = render(judge(w.frozen, w.candidate, w.champion, None, GATE), [], LINEAGE)

    assert "sign off every undecided intent by name: OTHER." in html
    assert re.search(r"pay the label bill and let the gate decide: \d+ more OTHER\.", html)


def test_flips_are_the_tickets_one_model_gets_right_and_copies_are_folded():
    w = world(
        [("WISMO", "WISMO", "OTHER", 3), ("WISMO", "OTHER", "WISMO", 1), ("OTHER", "WISMO", "CANCEL_ORDER", 1)],
        groups=["g", "g", "g", "", ""],
    )

    found = collect(
        w.frozen, w.champion, w.candidate, champion_confidence={"T-00000": 0.9}, candidate_confidence={"T-00003": 0.8}
    )

    assert [(f.id, f.negative, f.copies, f.champion_confidence, f.candidate_confidence) for f in found] == [
        ("T-00000", True, 3, 0.9, None),
        ("T-00003", False, 1, None, 0.8),
    ]
