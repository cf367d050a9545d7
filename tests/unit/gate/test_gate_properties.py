"""What holds of the gate in any world: docs/gate.md, section 9.7; the number in a comment is the property's."""

from dataclasses import replace

import pytest
from gate_worlds import GATE, GUARDED, World, simulated, solid, world
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_worlds import SMALL, judged
from numpy.random import default_rng

from ecomintent.gate.judge import judge
from ecomintent.gate.outcomes import Decision, Outcome, Reason
from ecomintent.taxonomy import NAMES

names = st.sampled_from(NAMES[:4])


@st.composite
def worlds(draw):
    """Up to four intents; the champion is mostly right, the candidate mostly says the same."""
    rows = draw(st.lists(st.tuples(names, names, names, st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=60))
    cells = []
    for label, old, new, champion_luck, candidate_luck in rows:
        champion = old if champion_luck == 0 else label
        cells.append((label, champion, new if candidate_luck <= 1 else champion, draw(st.integers(1, 4))))
    return world(cells)


quick = settings(max_examples=25, deadline=None)


# 1
@quick
@given(worlds())
def test_a_candidate_that_answers_like_the_champion_is_promoted_at_any_size(w):
    verdict = judged(replace(w, candidate=w.champion), GUARDED)

    assert verdict.overall is Decision.PROMOTE
    assert {intent.reason for intent in verdict.intents.values()} == {Reason.IDENTICAL}
    assert any("never differs from the champion" in warning for warning in verdict.warnings)


# 2
@quick
@given(worlds(), st.randoms())
def test_the_order_of_tickets_does_not_matter(w, random):
    shuffled = random.sample(w.frozen, len(w.frozen))
    answers = dict(random.sample(sorted(w.candidate.items()), len(w.candidate)))

    again = judge(shuffled, answers, w.champion, None, SMALL)

    assert again == judged(w)


# 3
@quick
@given(worlds(), st.permutations(NAMES))
def test_renaming_the_intents_renames_the_verdicts(w, order):
    renamed = dict(zip(NAMES, order, strict=True))
    other = World(
        frozen=[replace(ticket, label=renamed[ticket.label]) for ticket in w.frozen],
        champion={name: renamed[answer] for name, answer in w.champion.items()},
        candidate={name: renamed[answer] for name, answer in w.candidate.items()},
    )

    before, after = judged(w), judged(other)

    assert after.overall is before.overall
    expected = {renamed[name]: replace(intent, lost_to={}) for name, intent in before.intents.items()}
    assert {name: replace(intent, lost_to={}) for name, intent in after.intents.items()} == expected


# 5 (4 is in test_gate_statistics.py)
@quick
@given(worlds())
def test_swapping_the_models_mirrors_change_and_interval(w):
    there, back = judged(w), judged(World(w.frozen, champion=w.candidate, candidate=w.champion))

    for name, intent in there.intents.items():
        if intent.n:
            other = back.intents[name]
            assert (other.delta, other.low, other.high) == (-intent.delta, -intent.high, -intent.low)


# 6
@pytest.mark.parametrize("n", [1, 2, 30, 200])
def test_an_intent_the_candidate_no_longer_recognises_blocks_at_any_size(n):
    w = world([*solid(100, but=("WISMO",)), ("WISMO", "WISMO", "OTHER", n)])

    verdict = judged(w, GATE)

    assert verdict.overall is Decision.BLOCK
    assert verdict.intents["WISMO"].reason is Reason.COLLAPSED


# 7
@quick
@given(worlds())
def test_an_answer_follows_from_the_interval(w):
    verdict = judged(w)

    for intent in verdict.intents.values():
        if intent.reason is Reason.IDENTICAL or not intent.n:
            continue
        assert intent.low <= intent.delta <= intent.high
        blocked = intent.verdict is Outcome.REGRESSED
        assert (intent.verdict is Outcome.PASS) == (intent.n >= 5 and intent.low > -intent.margin and not blocked)
        assert not blocked or intent.delta < 0


# 8
@quick
@given(worlds(), st.floats(0.0, 0.3), st.floats(0.0, 0.3))
def test_a_larger_margin_never_worsens_an_intent(w, one, other):
    rank = [Outcome.REGRESSED, Outcome.INCONCLUSIVE, Outcome.PASS].index
    tight, loose = (judged(w, replace(SMALL, margin=margin)) for margin in sorted((one, other)))

    for name, intent in tight.intents.items():
        assert rank(loose.intents[name].verdict) >= rank(intent.verdict)


# 8
@quick
@given(worlds(), st.floats(0.0, 0.5), st.floats(0.0, 0.5))
def test_a_smaller_alpha_never_blocks_more(w, one, other):
    few, many = (judged(w, replace(SMALL, alpha_block_intents=alpha)) for alpha in sorted((one, other)))

    def regressed(verdict):
        return {name for name, intent in verdict.intents.items() if intent.verdict is Outcome.REGRESSED}

    assert regressed(few) <= regressed(many)


# 9, and its limit: of fewer than a dozen tickets one more hit also widens the interval, and the bound may fall
@quick
@given(worlds(), st.randoms(), st.sampled_from([0, 30]))
def test_correcting_an_answer_lowers_no_change_and_no_bound_an_intent_could_pass_by(w, random, more):
    certain = world(solid(more))
    padded = World(
        frozen=w.frozen + [replace(ticket, id=f"more-{ticket.id}") for ticket in certain.frozen],
        champion=w.champion | {f"more-{name}": answer for name, answer in certain.champion.items()},
        candidate=w.candidate | {f"more-{name}": answer for name, answer in certain.candidate.items()},
    )
    wrong = [ticket for ticket in w.frozen if w.candidate[ticket.id] != ticket.label]
    if not wrong:
        return
    ticket = random.choice(wrong)

    better = judged(replace(padded, candidate=padded.candidate | {ticket.id: ticket.label}), GATE)

    before, after = judged(padded, GATE).intents[ticket.label], better.intents[ticket.label]
    assert after.delta >= before.delta
    assert before.n < GATE.min_n_pass or after.low >= before.low - 1e-12


# 9, with models that are often wrong
@quick
@given(st.integers(0, 2**32 - 1), st.floats(0.3, 0.84), st.floats(0.02, 0.25))
def test_correcting_an_answer_of_a_weak_model_lowers_no_bound(seed, accuracy, churn):
    rng = default_rng(seed)
    w = simulated(rng, n=30, churn=churn, accuracy=accuracy)
    wrong = [ticket for ticket in w.frozen if w.candidate[ticket.id] != ticket.label]
    ticket = wrong[rng.integers(len(wrong))]

    better = judged(replace(w, candidate=w.candidate | {ticket.id: ticket.label}), GATE)

    assert better.intents[ticket.label].low >= judged(w, GATE).intents[ticket.label].low - 1e-12


# 10
@quick
@given(worlds())
def test_near_duplicates_have_one_vote(w):
    grouped = World([replace(ticket, group=ticket.id) for ticket in w.frozen], w.champion, w.candidate)
    tripled = World(
        frozen=[replace(t, id=f"{t.id}-{copy}") for t in grouped.frozen for copy in "abc"],
        champion={f"{name}-{copy}": answer for name, answer in w.champion.items() for copy in "abc"},
        candidate={f"{name}-{copy}": answer for name, answer in w.candidate.items() for copy in "abc"},
    )

    once, thrice = judged(grouped), judged(tripled)

    assert thrice.n == 3 * once.n
    assert any("repeat another one" in warning for warning in thrice.warnings)
    assert replace(thrice, n=once.n, warnings=once.warnings) == once


# 11
@quick
@given(worlds())
def test_too_few_tickets_never_pass(w):
    verdict = judged(w, replace(GATE, min_n_pass=30))

    for intent in verdict.intents.values():
        if intent.n < 30 and intent.reason is not Reason.IDENTICAL:
            assert intent.verdict is not Outcome.PASS
            assert intent.tickets_needed is None or intent.to_label > 0


# 11
@quick
@given(worlds(), st.booleans())
def test_without_a_champion_nothing_is_promoted(w, with_process):
    incumbent = w.champion if with_process else None

    verdict = judge(w.frozen, w.candidate, None, None, SMALL, incumbent=incumbent)

    assert verdict.overall is not Decision.PROMOTE


# 11
@pytest.mark.parametrize("champion", [True, False])
def test_a_candidate_that_says_one_thing_to_everybody_blocks(champion):
    w = world([(name, name, "OTHER", 10) for name in NAMES])

    verdict = judge(w.frozen, w.candidate, w.champion if champion else None, None, GATE)

    assert verdict.overall is Decision.BLOCK


# 13
@pytest.mark.parametrize(("n", "outcome"), [(45, Outcome.INCONCLUSIVE), (46, Outcome.PASS)])
def test_an_intent_without_flips_needs_enough_tickets_to_pass(n, outcome):
    w = world([*solid(100, but=("WISMO", "OTHER")), ("WISMO", "WISMO", "WISMO", n), ("OTHER", "OTHER", "OTHER", 99),
               ("OTHER", "OTHER", "RETURN_REQUEST", 1)])  # fmt: skip

    verdict = judged(w, GATE)

    assert (verdict.intents["WISMO"].delta, verdict.intents["WISMO"].verdict) == (0, outcome)


# 14
@quick
@given(worlds())
def test_promote_means_that_everything_passes(w):
    verdict = judged(w)

    outcomes = {verdict.accuracy.verdict, *(intent.verdict for intent in verdict.intents.values())}
    assert (verdict.overall is Decision.PROMOTE) == (outcomes == {Outcome.PASS})
