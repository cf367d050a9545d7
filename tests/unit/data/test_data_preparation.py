"""Over 250 lines: the steps of preparation are tested in the order they run."""

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from data_rows import PARAMS, base_corpus, correction, frozen_tickets
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data import parquet, snapshot
from ecomintent.data.corpus import COLUMNS as CORPUS_COLUMNS
from ecomintent.data.corpus import CorpusRow
from ecomintent.data.leakage import leaked, near_duplicate_groups, text_key
from ecomintent.data.parquet import Rows
from ecomintent.data.preparation import REASONS, prepare
from ecomintent.data.selection import likeness
from ecomintent.data.text_groups import FrozenTicket
from ecomintent.errors import ValidationFailed
from ecomintent.records import Provenance
from ecomintent.taxonomy import NAMES

TEXT = "the courier left my blue armchair with somebody I do not know"
NEARLY = TEXT + "!!! please"

FEW = settings(deadline=None, max_examples=8)


def prepared(corrections=(), corpus=None, frozen=None, **changes):
    """Both sides as lists of rows, and the report."""
    rows = [(row.text, row.intent, row.source) for row in (base_corpus() if corpus is None else corpus)]
    with TemporaryDirectory() as folder:
        files = Path(folder, "corrections.parquet"), Path(folder, "corpus.parquet")
        snapshot.write(list(corrections), files[0])
        parquet.write(files[1], CORPUS_COLUMNS, rows)
        found = prepare(
            Rows(files[0], snapshot.COLUMNS),
            Rows(files[1], CORPUS_COLUMNS),
            frozen_tickets() if frozen is None else frozen,
            replace(PARAMS, **changes),
        )
    train, validation = (
        [SimpleNamespace(**row) for table in side.tables() for row in table.to_pylist()]
        for side in (found.train, found.validation)
    )
    return SimpleNamespace(train=train, validation=validation, report=found.report)


def rows_like(result, text):
    """(intent, weight, origin) of all rows on both sides with exactly this text."""
    return [(r.intent, r.weight, r.origin) for r in (*result.train, *result.validation) if r.text == text]


def removed(result):
    return {reason: count for reason, count in result.report["removed"].items() if count}


@st.composite
def shops(draw):
    """Corrections, corpus and frozen set of one shop, where texts are repeated, altered and mislabelled."""
    seeds = [row.text for row in base_corpus()[::5]]
    text = st.builds(
        lambda seed, cut, ending: seed[cut:] + ending,
        st.sampled_from(seeds),
        st.integers(0, 6),
        st.sampled_from(["", "!", " please", " thanks in advance, Tom", "?"]),
    )
    corrections = draw(
        st.lists(
            st.builds(
                correction,
                st.sampled_from("abcdefgh"),
                text,
                st.sampled_from(NAMES),
                created_at=st.sampled_from(["", "2031-01-01", "2031-01-02T00:00:00+05:30", "2031-01-02"]),
                provenance=st.sampled_from(Provenance),
                agent=st.sampled_from(["", "ana"]),
            ),
            max_size=12,
        )
    )
    corpus = draw(st.lists(st.builds(CorpusRow, text, st.sampled_from(NAMES), st.just("base")), max_size=8))
    frozen = draw(st.lists(st.builds(FrozenTicket, id=st.sampled_from("xyz"), text=text), max_size=4))
    return corrections, [*base_corpus(), *corpus], [*frozen_tickets(), *frozen]


@FEW
@given(shops())
def test_no_exact_or_near_duplicate_of_a_frozen_ticket_is_ever_learned(shop):
    corrections, corpus, frozen = shop

    result = prepared(corrections, corpus, frozen)

    learned = [row.text for row in (*result.train, *result.validation)]
    assert {text_key(text) for text in learned} & {text_key(ticket.text) for ticket in frozen} == set()
    assert leaked(learned, [ticket.text for ticket in frozen], **likeness(PARAMS)) == []


@FEW
@given(shops(), st.integers(0, 10**6))
def test_the_order_of_the_inputs_changes_nothing(shop, seed):
    shuffled = [random.Random(seed).sample(rows, len(rows)) for rows in shop]

    assert prepared(*shuffled) == prepared(*shop)


@FEW
@given(shops())
def test_every_row_is_used_or_removed_for_one_reason(shop):
    result = prepared(*shop)

    assert tuple(result.report["removed"]) == REASONS
    used = len(result.train) + len(result.validation)
    assert used + sum(result.report["removed"].values()) == len(shop[0]) + len(shop[1])


@FEW
@given(shops())
def test_no_two_rows_of_the_training_side_are_one_ticket(shop):
    result = prepared(*shop)

    texts = [row.text for row in (*result.train, *result.validation)]
    groups = near_duplicate_groups(texts, **likeness(PARAMS))
    assert len(set(groups)) == len(texts)


def test_the_latest_correction_of_a_ticket_wins():
    result = prepared([correction(text=TEXT, intent="OTHER", created_at="2030-01-01"), correction(text=TEXT)])

    assert rows_like(result, TEXT) == [("WISMO", 1.0, "correction")]
    assert removed(result) == {"superseded_by_later_correction": 1}


def test_the_weight_is_that_of_the_provenance_and_without_weight_a_correction_is_left_out():
    result = prepared(
        [correction("1", TEXT, provenance=Provenance.UNCHANGED), correction("2", "x" * 9, provenance=Provenance.BOT)]
    )

    assert rows_like(result, TEXT) == [("WISMO", 0.3, "correction")]
    assert rows_like(result, "x" * 9) == []
    assert removed(result) == {"weightless_provenance": 1}


def test_a_correction_replaces_what_the_corpus_says():
    result = prepared([correction(text=TEXT)], [*base_corpus(), CorpusRow(NEARLY, "OTHER", "base")])

    assert rows_like(result, TEXT) == [("WISMO", 1.0, "correction")]
    assert rows_like(result, NEARLY) == []
    assert removed(result) == {"outvoted_label": 1}


def test_of_corrections_that_agree_the_latest_is_kept_with_the_best_weight():
    result = prepared(
        [
            correction("1", TEXT, created_at="2031-01-01"),
            correction("2", NEARLY, created_at="2031-01-02", provenance=Provenance.UNCHANGED),
        ]
    )

    assert rows_like(result, TEXT) == []
    assert rows_like(result, NEARLY) == [("WISMO", 1.0, "correction")]
    assert removed(result) == {"duplicate": 1}


def test_a_majority_of_corrections_decides_a_group():
    result = prepared(
        [correction("1", TEXT), correction("2", NEARLY), correction("3", TEXT + "?", "OTHER", created_at="2032-01-01")]
    )

    assert [row.intent for row in (*result.train, *result.validation) if "armchair" in row.text] == ["WISMO"]
    assert removed(result) == {"duplicate": 1, "outvoted_label": 1}


def test_a_tie_of_corrections_drops_the_group():
    result = prepared(
        [correction("1", TEXT), correction("2", NEARLY, "OTHER")], [*base_corpus(), CorpusRow(TEXT, "WISMO", "base")]
    )

    assert [row for row in (*result.train, *result.validation) if "armchair" in row.text] == []
    assert removed(result) == {"conflicting_labels": 3}


def test_a_corpus_that_contradicts_itself_drops_the_group():
    result = prepared(corpus=[*base_corpus(), CorpusRow(TEXT, "WISMO", "base"), CorpusRow(NEARLY, "OTHER", "base")])

    assert removed(result) == {"conflicting_labels": 2}


def test_frozen_tickets_are_removed_and_listed_by_key_never_by_text():
    result = prepared([correction("1", TEXT)], frozen=[*frozen_tickets(), FrozenTicket(id="f", text=NEARLY.upper())])

    assert rows_like(result, TEXT) == []
    assert removed(result) == {"near_duplicate_of_frozen": 1}
    assert result.report["frozen_duplicates"] == [
        {"text_key": text_key(TEXT), "origin": "correction", "frozen_id": "f", "similarity": 0.8906}
    ]


def test_of_frozen_tickets_that_are_equally_like_the_first_by_id_is_named():
    twins = [FrozenTicket(id=name, text=NEARLY) for name in ("b", "a", "c")]

    result = prepared([correction("1", TEXT)], frozen=twins)

    assert [entry["frozen_id"] for entry in result.report["frozen_duplicates"]] == ["a"]


def test_the_corpus_is_capped_for_each_intent_and_corrections_are_not():
    corrections = [correction(str(i), f"{chr(97 + i) * 9} my parcel {chr(97 + i) * 9}") for i in range(6)]

    result = prepared(corrections, corpus_max_per_intent=4)

    counts = {name: {"corpus": 0, "correction": 0} for name in NAMES}
    for row in (*result.train, *result.validation):
        counts[row.intent][row.origin] += 1
    assert counts == {name: {"corpus": 4, "correction": 6 if name == "WISMO" else 0} for name in NAMES}
    assert removed(result) == {"over_corpus_maximum": 36}


def test_another_seed_chooses_and_splits_otherwise():
    one, other = prepared(corpus_max_per_intent=4), prepared(corpus_max_per_intent=4, seed=8)

    assert {row.text for row in one.train} != {row.text for row in other.train}


def test_validation_takes_its_share_of_every_intent_and_origin():
    corrections = [correction(str(i), f"{chr(97 + i) * 9} my parcel {chr(97 + i) * 9}") for i in range(8)]

    result = prepared(corrections)

    expected = {name: {"corpus": 2, "correction": 2 if name == "WISMO" else 0} for name in NAMES}
    assert result.report["validation"] == {"rows": 20, "intents": expected}


def test_an_intent_too_small_for_its_share_still_has_a_validation_row_from_the_corpus():
    result = prepared([correction(text=TEXT)], validation_fraction=0.01)

    assert {(row.intent, row.origin) for row in result.validation} == {(name, "corpus") for name in NAMES}
    assert len(result.validation) == len(NAMES)


def test_the_only_ticket_of_an_intent_is_learned_from():
    corpus = [row for row in base_corpus() if row.intent != "OTHER"]

    result = prepared([correction(text=TEXT, intent="OTHER")], corpus)

    assert [row.text for row in result.train if row.intent == "OTHER"] == [TEXT]
    assert [row.text for row in result.validation if row.intent == "OTHER"] == []


def test_new_tickets_move_hardly_any_old_one_to_the_other_side():
    before = prepared()
    after = prepared([correction(str(i), f"{chr(97 + i) * 9} my parcel {chr(97 + i) * 9}") for i in range(8)])

    moved = {row.text for row in before.validation} - {row.text for row in after.validation}
    assert moved == set()


def test_rows_are_ordered_by_key():
    result = prepared()

    for rows in (result.train, result.validation):
        assert [row.text_key for row in rows] == sorted(row.text_key for row in rows)


def test_an_intent_with_nothing_left_to_learn_stops_the_run():
    corpus = [row for row in base_corpus() if row.intent != "CANCEL_ORDER"]

    with pytest.raises(ValidationFailed, match="no training row is left for CANCEL_ORDER after"):
        prepared([correction(text=TEXT, intent="CANCEL_ORDER", provenance=Provenance.OWN)], corpus)


def test_a_corpus_without_weight_is_left_out():
    corrections = [
        correction(f"{name}{i}", f"{chr(97 + i) * 9} {name} {chr(97 + i) * 9}", name) for name in NAMES for i in (0, 1)
    ]

    result = prepared(corrections, corpus_weight=0.0)

    assert {row.origin for row in (*result.train, *result.validation)} == {"correction"}
    assert removed(result) == {"weightless_corpus": 72}
