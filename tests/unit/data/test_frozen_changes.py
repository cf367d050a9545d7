"""A frozen set grows and is renewed without a ticket twice, and without a change that nobody made."""

from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent import params
from ecomintent.data.frozen_changes import added, refreshed
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.errors import InputError
from ecomintent.params import PrepareParams

PREPARE = params.section(Path(__file__).parents[3] / "params.yaml", "prepare", into=PrepareParams)
INTENTS = ("WISMO", "CANCEL_ORDER", "OTHER")
LONG = "hello, I still wait for the blue lamp that I ordered on the second of May, where is it"


def row(name, text=None, label="WISMO", group="", provenance="confirmed"):
    return FrozenRow(name, text or sha256(name.encode()).hexdigest(), label, group, provenance)


def add(current, labelled):
    return added(current, labelled, params=PREPARE, where="new.csv")


def refresh(current, labelled, share=0.25, served=None):
    return refreshed(current, labelled, params=PREPARE, share=share, served=served or {}, where="new.csv")


def tickets(prefix, most):
    """Rows with ids of one letter and a number; up to three share a group."""
    one = st.tuples(st.sampled_from(INTENTS), st.sampled_from(["", "", "g1", "g2", "g3"]))
    return st.lists(one, min_size=1, max_size=most).map(
        lambda drawn: [row(f"{prefix}{n}", label=a, group=g and f"{prefix}{g}") for n, (a, g) in enumerate(drawn)]
    )


@given(tickets("a", 12), tickets("b", 6))
@settings(max_examples=40, deadline=None)
def test_adding_loses_no_ticket_doubles_none_and_is_done_once(current, new):
    change = add(current, new)

    assert [r.id for r in change.rows] == sorted({r.id for r in (*current, *new)})
    assert change.entered == tuple(sorted(r.id for r in new))
    assert [replace(r, group="") for r in change.rows] == sorted(
        (replace(r, group="") for r in (*current, *new)), key=lambda r: r.id
    )
    before, after = Counter(r.label for r in current), Counter(r.label for r in change.rows)
    assert all(after[name] >= before[name] for name in INTENTS)
    again = add(change.rows, new)
    assert (again.fresh, again.known, again.rows) == (0, len(new), change.rows)


@given(tickets("a", 12), tickets("b", 6))
@settings(max_examples=40, deadline=None)
def test_adding_keeps_every_group_that_was_there(current, new):
    group_of = {r.id: r.group for r in add(current, new).rows}

    assert {r.id: r.group for r in current} == {r.id: group_of[r.id] for r in current}


@given(tickets("a", 12), tickets("b", 8), st.permutations(range(12)))
@settings(max_examples=60, deadline=None)
def test_a_refresh_retires_whole_groups_and_no_more_than_enter(current, new, ages):
    served = {r.id: age for r, age in zip(current, ages, strict=False)}

    change = refresh(current, new, share=0.0, served=served)

    left = {r.id for r in current} - set(change.retired)
    assert {r.id for r in change.rows} == left | {r.id for r in new}
    assert len(change.retired) <= len(new)
    for r in current:
        alike = {other.id for other in current if r.group and other.group == r.group}
        assert not alike & set(change.retired) or alike <= set(change.retired)
    if not any(r.group for r in current):
        assert len(change.retired) == min(len(new), len(current))
    again = refresh(change.rows, new, share=1.0)
    assert (again.fresh, again.retired, again.rows) == (0, (), change.rows)


@given(tickets("a", 12), tickets("b", 8))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_file_changes_nothing(current, new):
    assert refresh(current, new, share=0.0) == refresh(current[::-1], new[::-1], share=0.0)


def test_the_longest_serving_of_the_same_intent_leave_first():
    current = [*(row(f"a{n}") for n in range(4)), *(row(f"c{n}", label="OTHER") for n in range(4))]
    served = {"a0": 2, "a1": 0, "a2": 1, "a3": 2}

    change = refresh(current, [row("b0"), row("b1")], served=served)

    assert change.retired == ("a1", "a2")


def test_what_an_intent_cannot_give_up_leaves_from_the_largest():
    current = [row("a0"), *(row(f"c{n}", label="OTHER") for n in range(5)), row("d0", label="CANCEL_ORDER")]

    change = refresh(current, [row("b0"), row("b1")])

    assert Counter(r.label for r in change.rows) == {"WISMO": 2, "OTHER": 4, "CANCEL_ORDER": 1}


def test_a_refresh_that_replaces_too_little_says_what_is_missing_by_intent():
    current = [row(f"a{n}", label=INTENTS[n % 2]) for n in range(16)]

    with pytest.raises(InputError) as caught:
        refresh(current, [row("b0")])

    assert str(caught.value) == (
        "new.csv: 3 tickets are missing to replace 25% of 16: CANCEL_ORDER 2, WISMO 1; label them "
        "(ecomintent frozen queue --from FILE), or keep the old ones: ecomintent frozen add"
    )


def test_a_blind_label_replaces_the_one_the_set_has_and_nothing_else():
    current = [row("a", "Where is it?", group="g"), row("b")]

    change = add(current, [row("a", "where is it", label="OTHER", provenance="blind"), row("b", provenance="blind")])

    assert change.relabelled == ("a", "b")
    assert change.rows == [row("a", "Where is it?", "OTHER", "g", "blind"), row("b", provenance="blind")]


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (row("a", "cancel it"), "a: the set has another text under this id; give the ticket its own id"),
        (row("a", label="OTHER"), "a: the set says WISMO; only a blind label replaces it: ecomintent frozen queue"),
        (
            row("z", row("a").text.upper(), "OTHER", provenance="blind"),
            "z: is ticket a, which says WISMO; relabel it under that id",
        ),
    ],
)
def test_a_row_that_contradicts_the_set_is_refused_and_nothing_is_taken(new, told):
    with pytest.raises(InputError) as caught:
        add([row("a", provenance="blind")], [new, row("b")])

    assert str(caught.value).endswith(f"mend and import again: {told}")


def test_a_copy_under_another_id_adds_no_ticket():
    change = add([row("a")], [row("z", row("a").text.upper())])

    assert (change.rows, change.known, change.fresh) == ([row("a")], 1, 0)


def test_a_near_duplicate_joins_the_group_that_is_there_and_links_two():
    current = [row("m", LONG, group="lamp"), row("n", LONG + "? please", group="other lamp"), row("o")]

    change = add(current, [row("a", LONG + "? now please")])

    assert {r.id: r.group for r in change.rows} == {"a": "lamp", "m": "lamp", "n": "lamp", "o": ""}
