"""The parts that near-duplicates of millions are found with, each against its definition written down plainly."""

import json
import random

import numpy as np
import pytest
from data_rows import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data.leakage import near_duplicate_groups, normalised
from ecomintent.data.near_duplicates import Groups, Known, Likeness
from ecomintent.data.shingles import shingles, similarities
from ecomintent.data.text_file import TextFile

LIKENESS = Likeness(jaccard=0.8, permutations=640, shingle_chars=5)
FEW = settings(deadline=None, max_examples=50)
WRITTEN = st.text(st.sampled_from("ab €\U0001f4e6é"), max_size=40)


def jaccard(one, other):
    sets = [{form[at : at + 5] for at in range(len(form) - 4)} for form in (one, other)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def sample_texts(count, seed):
    """So many texts of the samples, a third of them altered a little or more than that: similar on every scale."""
    lines = (ROOT / "data" / "samples" / "starter.jsonl").read_text(encoding="utf-8").splitlines()
    # A word more makes another ticket of a short one.
    long = [text for text in (json.loads(line)["text"] for line in lines) if len(text.split()) >= 12]
    chance = random.Random(seed)
    texts = chance.sample(long, count * 2 // 3)
    while len(texts) < count:
        words = chance.choice(texts).split()
        for _ in range(chance.randint(1, 4)):
            words.insert(chance.randrange(len(words) + 1), chance.choice(("please", "x", "order", "#123", "asap")))
        texts.append(" ".join(words))
    return texts


def exact_partition(texts):
    """Connected components by comparing every pair."""
    forms = [normalised(text) for text in texts]
    sets = [{form[at : at + 5] for at in range(max(1, len(form) - 4))} for form in forms]
    group = list(range(len(texts)))
    for i, mine in enumerate(sets):
        for j in range(i):
            if group[i] != group[j] and len(mine & sets[j]) >= 0.8 * len(mine | sets[j]):
                low, high = sorted((group[i], group[j]))
                group = [low if number == high else number for number in group]
    order = list(dict.fromkeys(group))
    return [order.index(number) for number in group]


@pytest.mark.parametrize("permutations", [128, 640])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_groups_of_sample_tickets_are_those_of_comparing_every_pair(permutations, seed):
    texts = sample_texts(450, seed)

    groups = near_duplicate_groups(texts, jaccard=0.8, permutations=permutations, shingle_chars=5)

    expected = exact_partition(texts)
    assert 250 < len(set(expected)) < 400
    assert groups == expected


@FEW
@given(st.lists(WRITTEN.filter(lambda text: len(text) >= 5), min_size=2, max_size=6))
def test_the_similarity_of_a_pair_is_that_of_its_shingle_sets(forms):
    left, right = np.triu_indices(len(forms), 1)

    found = similarities(forms, left, right, 5)

    assert found.tolist() == [jaccard(forms[i], forms[j]) for i, j in zip(left, right, strict=True)]


@FEW
@given(st.lists(WRITTEN, max_size=6), st.integers(1, 6))
def test_a_text_has_a_shingle_at_each_place_and_equal_ones_have_equal_hashes(forms, chars):
    found = shingles(forms, chars)

    written = [[form[at : at + chars] for at in range(len(form) - chars + 1)] for form in forms]
    assert np.diff(found.bounds).tolist() == [len(each) for each in written]
    flat = [shingle for each in written for shingle in each]
    assert len(set(found.hashes.tolist())) == len(set(flat))
    assert len(set(zip(flat, found.hashes.tolist(), strict=True))) == len(set(flat))


def test_texts_added_in_parts_are_grouped_as_if_added_at_once():
    forms = list(dict.fromkeys(normalised(text) for text in sample_texts(120, 3)))
    at_once, in_parts = Groups(LIKENESS), Groups(LIKENESS)

    at_once.extend(forms, LIKENESS.sketch(forms))
    for start in range(0, len(forms), 7):
        in_parts.extend(forms[start : start + 7], LIKENESS.sketch(forms[start : start + 7]))

    assert in_parts.components().tolist() == at_once.components().tolist()
    assert len(set(at_once.components().tolist())) < len(forms)


def test_a_known_text_is_found_by_its_most_alike_the_first_of_equals():
    frozen = ["where is my parcel with the blue kettle", "nothing like it", "where is my parcel with the blue kettle"]
    asked = [frozen[0], frozen[0] + " x", "another matter altogether", "ok"]

    found = Known(frozen, LIKENESS).alike(asked, LIKENESS.sketch(asked))

    assert found == {0: (0, 1.0), 1: (0, jaccard(frozen[0], asked[1]))}


@pytest.mark.parametrize(("permutations", "bands", "rows"), [(32, 16, 2), (128, 32, 4), (640, 80, 8)])
def test_a_band_has_as_many_rows_as_still_overlook_no_more_than_one_pair_in_a_million(permutations, bands, rows):
    likeness = Likeness(jaccard=0.8, permutations=permutations, shingle_chars=5)

    assert (likeness.bands, likeness.rows) == (bands, rows)
    assert (1 - 0.8 ** (rows + 1)) ** (permutations // (rows + 1)) > 1e-6


@FEW
@given(st.lists(st.lists(st.text(max_size=5), max_size=4), max_size=4), st.randoms(use_true_random=False))
def test_a_text_file_gives_back_what_was_added_in_any_order(parts, chance):
    stored, added = TextFile(), [text for part in parts for text in part]
    for part in parts:
        stored.extend(part)
    positions = chance.sample(range(len(added)), len(added))

    assert stored.take(np.array(positions, dtype=np.int64)) == [added[position] for position in positions]
    assert len(stored) == len(added)
