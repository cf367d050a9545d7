"""The public baseline's data build, on invented rows."""

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data import parquet
from ecomintent.data.baseline_build import SIDES, BuildParams, build, write
from ecomintent.data.corpus import COLUMNS, CorpusRow
from ecomintent.errors import InputError, ParamsError
from ecomintent.taxonomy import NAMES

PARAMS = BuildParams(
    seed=42,
    least_words=3,
    most_words=200,
    class_cap=4.0,
    validation_fraction=0.1,
    test_fraction=0.1,
    max_tokens=128,
)


def words(texts):
    """Stands in for a tokenizer: one token a word."""
    return [len(text.split()) for text in texts]


def row(text, intent="OTHER"):
    return CorpusRow(text, intent, "invented")


def rows_of(counts):
    """So many different texts of each intent."""
    return [row(f"ticket {number} about {name}", name) for name in NAMES for number in range(counts.get(name, 10))]


def test_each_intent_is_divided_eighty_ten_ten():
    built = build(rows_of({"WISMO": 40, "OTHER": 25}), PARAMS, words)

    counts = {side: told["intents"] for side, told in built.report["sides"].items()}
    assert counts == {
        "train": {**dict.fromkeys(NAMES, 8), "WISMO": 32, "OTHER": 19},
        "validation": {**dict.fromkeys(NAMES, 1), "WISMO": 4, "OTHER": 3},
        "test": {**dict.fromkeys(NAMES, 1), "WISMO": 4, "OTHER": 3},
    }
    assert {side: len(rows) for side, rows in built.sides.items()} == {"train": 107, "validation": 14, "test": 14}


def test_no_intent_keeps_more_than_four_times_the_smallest():
    built = build(rows_of({"WISMO": 57, "OTHER": 40, "CANCEL_ORDER": 41}), PARAMS, words)

    assert built.report["class_cap"] == 40
    assert built.report["left_out"] == {"duplicate": 0, "too_short": 0, "too_long": 0, "over_class_cap": 18}
    kept = [each.intent for side in built.sides.values() for each in side]
    assert (kept.count("WISMO"), kept.count("OTHER"), kept.count("CANCEL_ORDER")) == (40, 40, 40)


def test_a_text_counts_once_under_its_first_intent():
    again = [row("Ticket 3, about WISMO!", "WISMO"), row("ticket 4 about wismo", "OTHER")]

    built = build([*rows_of({}), *again], PARAMS, words)

    assert built.report["left_out"]["duplicate"] == 2
    assert built.report["duplicates_under_another_intent"] == 1
    assert built.sides == build(rows_of({}), PARAMS, words).sides


@pytest.mark.parametrize(("length", "reason"), [(2, "too_short"), (201, "too_long"), (3, None), (200, None)])
def test_texts_of_three_to_two_hundred_words_are_kept(length, reason):
    text = " ".join(f"word{number}" for number in range(length))

    built = build([*rows_of({}), row(text)], PARAMS, words)

    left_out = {"duplicate": 0, "too_short": 0, "too_long": 0, "over_class_cap": 0}
    assert built.report["left_out"] == {**left_out, **({reason: 1} if reason else {})}
    assert any(each.text == text for side in built.sides.values() for each in side) is (reason is None)


def test_the_report_tells_how_long_the_kept_texts_are():
    rows = [row(f"{number} " + "on " * (3 + number), name) for name in NAMES[:1] for number in range(20)]

    built = build([*rows, *rows_of({NAMES[0]: 0})], replace(PARAMS, max_tokens=20), words)

    # 80 rows of four words, and one each of 4, 5 ... 23: the 50th has 4, the 90th 13, the 99th 22; 3 are over 20.
    assert built.report["tokens"] == {
        "p50": 4,
        "p90": 13,
        "p95": 18,
        "p99": 22,
        "max": 23,
        "max_tokens": 20,
        "over_max_tokens": 3,
        "share_over_max_tokens": 0.03,
    }


@settings(max_examples=60, deadline=None)
@given(
    counts=st.fixed_dictionaries({name: st.integers(5, 60) for name in NAMES}),
    order=st.randoms(use_true_random=False),
    cap=st.floats(1, 6),
    fractions=st.tuples(st.floats(0.1, 0.3), st.floats(0.1, 0.3)),
)
def test_sides_are_disjoint_stratified_and_do_not_depend_on_the_order_of_rows(counts, order, cap, fractions):
    params = replace(PARAMS, class_cap=cap, validation_fraction=fractions[0], test_fraction=fractions[1])
    rows = rows_of(counts)
    shuffled = order.sample(rows, len(rows))

    built = build(rows, params, words)

    assert build(shuffled, params, words) == built
    texts = [each.text for side in built.sides.values() for each in side]
    assert len(set(texts)) == len(texts)
    most = int(cap * min(counts.values()))
    for name, count in counts.items():
        kept = min(count, most)
        of_side = {side: sum(each.intent == name for each in built.sides[side]) for side in SIDES}
        assert sum(of_side.values()) == kept
        assert min(of_side.values()) >= 1
        assert abs(of_side["validation"] - fractions[0] * kept) <= 0.5
        assert abs(of_side["test"] - fractions[1] * kept) <= 0.5


def test_another_seed_draws_other_sides_of_the_same_size():
    rows = rows_of(dict.fromkeys(NAMES, 30))

    first, second = build(rows, PARAMS, words), build(rows, replace(PARAMS, seed=7), words)

    assert first.sides["test"] != second.sides["test"]
    assert first.report["sides"] == second.report["sides"]


def test_too_few_rows_of_an_intent_are_named():
    with pytest.raises(InputError, match="too few rows are left of WISMO 4, OTHER 0; each intent needs 5"):
        build(rows_of({"WISMO": 4, "OTHER": 0}), PARAMS, words)


@pytest.mark.parametrize(
    "wrong", [{"class_cap": 0.5}, {"test_fraction": 0.4}, {"validation_fraction": 0.0}, {"most_words": 2}]
)
def test_a_number_out_of_range_is_refused(wrong):
    with pytest.raises(ParamsError, match=f"build.{next(iter(wrong))}"):
        replace(PARAMS, **wrong)


def test_what_is_written_is_what_was_built_and_again_the_same_bytes(tmp_path):
    rows = rows_of({"WISMO": 33})
    built = build(rows, PARAMS, words)

    write(built, tmp_path / "first")
    write(built, tmp_path / "second")
    write(build(random.Random(1).sample(rows, len(rows)), PARAMS, words), tmp_path / "second")

    for side in SIDES:
        read = parquet.require(tmp_path / "first" / f"{side}.parquet", COLUMNS)
        assert tuple(CorpusRow(**each) for each in read) == built.sides[side]
    assert json.loads((tmp_path / "first" / "report.json").read_text()) == built.report
    content = [
        {path.name: path.read_bytes() for path in (tmp_path / folder).iterdir()} for folder in ("first", "second")
    ]
    assert content[0] == content[1]


def test_a_folder_that_holds_something_else_is_left_as_it_is(tmp_path):
    (tmp_path / "letters.txt").write_text("keep me")

    with pytest.raises(InputError, match=r"holds letters\.txt; name a new or empty folder"):
        write(build(rows_of({}), PARAMS, words), tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def test_a_failure_while_writing_leaves_the_old_folder(tmp_path):
    write(build(rows_of({}), PARAMS, words), tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    unwritable = replace(build(rows_of({"WISMO": 40}), PARAMS, words), report={"rows": object()})

    with pytest.raises(TypeError, match="not JSON serializable"):
        write(unwritable, tmp_path / "out")

    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
