"""The properties of docs/gate.md, section 9.7, where an anchor counts beside the champion."""

from dataclasses import replace

from gate_worlds import GATE, GUARDED, simulated, solid, world
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision, Outcome, Reason
from ecomintent.taxonomy import NAMES

SMALL = replace(GATE, min_n_pass=5, margin=0.1, margin_overall=0.05)
SEVERITY = (Decision.PROMOTE, Decision.REVIEW, Decision.BLOCK)
names = st.sampled_from(NAMES[:4])
quick = settings(max_examples=25, deadline=None)


@st.composite
def worlds(draw):
    """A world and an anchor's answers on it; every model is mostly right."""
    rows = draw(st.lists(st.tuples(names, names, st.integers(0, 5), st.integers(1, 6)), min_size=1, max_size=40))
    cells, anchor = [], []
    for label, other, who, count in rows:
        cells.append((label, other if who == 1 else label, other if who == 2 else label, count))
        anchor += [other if who == 3 else label] * count
    w = world(cells)
    return w, dict(zip(w.champion, anchor, strict=True))


@quick
@given(worlds())
def test_the_combined_verdict_is_the_worse_of_the_two(given_):
    w, anchor = given_

    both = judge(w.frozen, w.candidate, w.champion, anchor, SMALL)

    alone = [judge(w.frozen, w.candidate, other, None, SMALL).overall for other in (w.champion, anchor)]
    assert both.overall is max(alone, key=SEVERITY.index)


@quick
@given(worlds())
def test_promote_means_that_everything_passes_against_both(given_):
    w, anchor = given_

    verdict = judge(w.frozen, w.candidate, w.champion, anchor, SMALL)

    seen = {verdict.accuracy.verdict, *(i.verdict for i in verdict.intents.values())}
    seen |= set(verdict.against_anchor.outcomes())
    assert (verdict.overall is Decision.PROMOTE) == (seen == {Outcome.PASS})


@quick
@given(worlds(), st.randoms())
def test_the_order_of_tickets_does_not_matter_beside_an_anchor(given_, random):
    w, anchor = given_
    shuffled = random.sample(w.frozen, len(w.frozen))

    assert judge(shuffled, w.candidate, w.champion, anchor, SMALL) == judge(
        w.frozen, w.candidate, w.champion, anchor, SMALL
    )


def test_a_candidate_like_champion_and_anchor_is_promoted():
    w = world(solid(2))

    verdict = judge(w.frozen, w.champion, w.champion, w.champion, GUARDED)

    assert verdict.overall is Decision.PROMOTE
    assert {intent.reason for intent in verdict.against_anchor.intents.values()} == {Reason.IDENTICAL}


def test_an_intent_only_the_anchor_recognised_blocks():
    w = world([*solid(100, but=("WISMO",)), ("WISMO", "OTHER", "OTHER", 3)])
    anchor = w.champion | {ticket.id: "WISMO" for ticket in w.frozen if ticket.label == "WISMO"}

    verdict = judge(w.frozen, w.candidate, w.champion, anchor, GATE)

    assert (verdict.overall, verdict.cause) == (
        Decision.BLOCK,
        "against the anchor: WISMO collapsed: not one of its 3 tickets is recognised",
    )


def test_tickets_the_models_differ_on_are_counted_with_those_labelled_blind():
    w = simulated(default_rng(3), n=30, churn=0.1)
    differing = {name for name, answer in w.champion.items() if answer != w.candidate[name]}
    blind = set(sorted(differing)[:7]) | {next(name for name in w.champion if name not in differing)}
    frozen = [replace(ticket, provenance="blind" if ticket.id in blind else "confirmed") for ticket in w.frozen]

    verdict = judge(frozen, w.candidate, w.champion, None, GATE)
    first = judge(frozen, w.candidate, None, None, GATE)

    assert (verdict.discordant, verdict.discordant_blind) == (len(differing), 7)
    assert (first.discordant, first.discordant_blind) == (0, 0)
