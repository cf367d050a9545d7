"""The search by many workers against the one by one process, over archives cut anyhow and work done in any order."""

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_rows import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data import archive, array_file, near_duplicates
from ecomintent.data.archive_duplicates import Search, connect
from ecomintent.data.archive_sketches import Sketches
from ecomintent.data.duplicates_alone import Alone
from ecomintent.data.leakage import near_duplicate_groups, normalised
from ecomintent.data.near_duplicates import Likeness
from ecomintent.data.selection import likeness
from ecomintent.labels.texts import fit
from ecomintent.params import PrepareParams, section
from ecomintent.progress import silently

PARAMS = replace(section(ROOT / "params.yaml", "prepare", into=PrepareParams), minhash_permutations=32)
"""Bands of two rows: many pairs share one and are not alike."""

BASES = (
    "where is my parcel with the blue kettle that I ordered last week",
    "where is my parcel with the green kettle that I ordered last month",
    "the kettle came with a crack along its side and I want another one",
    "please cancel the order of two lamps before you send it to me",
    "my card was charged twice for the same pair of winter boots",
    "ok",
)
TURNS = (
    lambda text: text,
    str.upper,
    lambda text: f"{text} please",
    lambda text: f"{text} please hurry",
    lambda text: f"{text} please hurry up today",
    lambda text: text.replace("the", "this"),
    lambda text: "",
)
TEXTS = st.lists(st.tuples(st.sampled_from(BASES), st.sampled_from(TURNS)), min_size=1, max_size=30).map(
    lambda drawn: [turn(base) for base, turn in drawn]
)


def in_order(work, items):
    return map(work, items)


def written(folder, texts):
    path = folder / "archive.parquet"
    table = pa.table({"id": [f"t{number}" for number in range(len(texts))], "text": texts})
    pq.write_table(table, path, row_group_size=7)
    return path


def search_of(source, folder, rows, workers):
    folder.mkdir(exist_ok=True)
    count = archive.part_count(source, rows)
    alike = Likeness(**likeness(PARAMS))
    sketches = Sketches(source=source, folder=folder, count=count, rows=rows, likeness=alike)
    return Search(sketches=sketches, workers=workers)


def found(search, run=in_order):
    list(search.sketch(run))
    return search.groups(run, silently).tolist()


def counted_pairs(monkeypatch):
    """How many pairs are compared from now on."""
    compared = Counter()

    def counted(forms, left, right, chars, ask=near_duplicates.similarities):
        compared["pairs"] += len(left)
        return ask(forms, left, right, chars)

    monkeypatch.setattr(near_duplicates, "similarities", counted)
    return compared


@settings(deadline=None, max_examples=25)
@given(TEXTS, st.integers(2, 31), st.integers(1, 5), st.randoms(use_true_random=False))
def test_however_it_is_cut_and_whoever_comes_first_the_groups_are_those_of_one_process(texts, rows, workers, chance):
    def in_any_order(work, items):
        return map(work, chance.sample(items, len(items)))

    with tempfile.TemporaryDirectory() as folder:
        source = written(Path(folder), texts)

        together = found(search_of(source, Path(folder) / "sketches", rows, workers), in_any_order)
        alone = Alone(PARAMS).groups(archive.parts(source, rows)).tolist()

    assert together[: len(texts)] == alone
    assert together[len(texts) :] == list(range(len(texts), len(together)))


def test_the_groups_are_those_that_preparation_makes_of_stored_texts(tmp_path):
    texts = [turn(base) for turn in TURNS[:-1] for base in BASES]

    alone = Alone(PARAMS).groups(archive.parts(written(tmp_path, texts))).tolist()

    wanted = near_duplicate_groups([fit(text) for text in texts], **likeness(PARAMS))
    assert [sorted(set(alone)).index(first) for first in alone] == wanted
    assert len(BASES) - 1 < len(set(wanted)) < len(texts)


def test_every_hash_and_every_key_is_looked_at_once(tmp_path):
    forms = [normalised(turn(base)) for turn in TURNS[2:-1] for base in BASES[:5]]
    search = search_of(written(tmp_path, forms), tmp_path / "sketches", rows=4, workers=3)
    list(search.sketch(in_order))
    seen = {}

    def noted(work, items):
        for some in items:
            seen.setdefault(some.band, []).append((some.first, some.last))
        return map(work, items)

    search.groups(noted, silently)

    alike = search.sketches.likeness
    assert list(seen) == [None, *range(alike.bands)]
    assert {len(ranges) for ranges in seen.values()} == {1, 2, 3}
    for band, ranges in seen.items():
        borders = [0, *(last for _, last in ranges)]
        assert [first for first, _ in ranges] == borders[:-1]
        assert borders[-1] == 2 ** (64 if band is None else 32)
    high, low, rows = (
        np.concatenate(each) for each in zip(*(search.sketches.keys(*one) for one in seen[None]), strict=True)
    )
    assert sorted(rows.tolist()) == list(range(len(forms)))
    assert len(set(zip(high.tolist(), low.tolist(), strict=True))) == len(set(forms))
    for band, hashes in enumerate(alike.sketch(forms)):
        told = [pair for one in seen[band] for pair in zip(*search.sketches.band(band, *one), strict=True)]
        # In a part, the first stands for those that are equal to it.
        firsts = [row for row in range(len(forms)) if forms[row] not in forms[row - row % 4 : row]]
        assert sorted((int(row), int(value)) for value, row in told) == [(row, int(hashes[row])) for row in firsts]


@pytest.mark.parametrize("ending", ["", " number {}"])
def test_many_equal_or_alike_texts_are_not_compared_each_with_each(tmp_path, monkeypatch, ending):
    count, compared = 300, counted_pairs(monkeypatch)
    base = "the kettle came with a crack along its side and I want another one as soon as you can send it"
    source = written(tmp_path, [base + ending.format(number) for number in range(count)])

    together = found(search_of(source, tmp_path / "sketches", rows=100, workers=3))

    assert set(together) == {0}
    assert compared["pairs"] <= 20 * count if ending else not compared["pairs"]


def test_a_text_beside_many_equal_ones_is_compared_with_one_of_them(tmp_path, monkeypatch):
    compared = counted_pairs(monkeypatch)
    source = written(tmp_path, [*[BASES[0]] * 100, BASES[1]])

    together = found(search_of(source, tmp_path / "sketches", rows=2, workers=2))

    assert set(together[:101]) == {0, 100}
    # Once for each band they share.
    assert 0 < compared["pairs"] <= 16


def test_a_second_run_sketches_only_what_is_missing_or_torn_and_goes_on_after_the_last_wave(tmp_path):
    texts = [turn(base) for turn in TURNS for base in BASES]
    source = written(tmp_path, texts)
    search = search_of(source, tmp_path / "sketches", rows=10, workers=1)
    asked = []

    def until_killed(work, items):
        asked.append(len(items))
        if len(asked) > 4:
            raise KeyboardInterrupt
        return map(work, items)

    list(search.sketch(in_order))
    with pytest.raises(KeyboardInterrupt):
        search.groups(until_killed, silently)
    search.sketches.path(1).unlink()
    search.sketches.path(3).write_bytes(search.sketches.path(3).read_bytes()[:-1])

    assert [int(told[0, 0]) for told in search.sketch(in_order)] == [1, 3]
    killed, asked[:] = len(asked), []
    resumed = search.groups(lambda work, items: asked.append(items) or map(work, items), silently).tolist()
    # Six waves: keys, bands 0, 1, 2-3, 4-7 and 8-15; four were done, the fifth was killed.
    assert (killed, len(asked)) == (5, 2)
    assert resumed == found(search_of(source, tmp_path / "others", rows=10, workers=1))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30), st.integers(0, 30))
def test_pairs_connect_what_a_chain_of_them_connects(pairs, at_first):
    parents = np.arange(20, dtype=np.int32)
    for some in (pairs[:at_first], pairs[at_first:]):
        connect(parents, np.array(some, dtype=np.int64).reshape(-1, 2))

    groups = {row: {row} for row in range(20)}
    for one, other in pairs:
        joined = groups[one] | groups[other]
        groups.update(dict.fromkeys(joined, joined))
    assert parents.tolist() == [min(groups[row]) for row in range(20)]


KINDS = st.sampled_from([np.uint8, np.uint16, np.int64, np.bool_])


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(KINDS, st.integers(0, 3), st.integers(0, 40)), max_size=5), st.integers(1, 70))
def test_arrays_come_back_and_a_torn_file_is_known(shapes, torn):
    arrays = {str(name): np.ones((rows, wide), dtype=kind) for name, (kind, rows, wide) in enumerate(shapes)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "arrays"
        array_file.write(path, arrays)
        back = {name: (array.dtype, array.tolist()) for name, array in array_file.read(path).items()}
        whole = array_file.is_whole(path)
        path.write_bytes(path.read_bytes()[:-torn])

        assert back == {name: (array.dtype, array.tolist()) for name, array in arrays.items()}
        assert (whole, array_file.is_whole(path)) == (True, False)
