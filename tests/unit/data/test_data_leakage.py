import random
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.data.leakage import Leak, leaked, near_duplicate_groups, normalised, text_key

LIKENESS = {"jaccard": 0.8, "permutations": 128, "shingle_chars": 5}

FEW = settings(deadline=None, max_examples=50)

PLAIN = st.text(string.ascii_letters + string.digits + " ,.!?-'")


@st.composite
def variations(draw):
    """Up to 12 texts, most of them made from one another by a small edit: similarities on both sides of 0.8."""
    texts = [draw(st.text("abcde ", min_size=0, max_size=60))]
    for _ in range(draw(st.integers(1, 11))):
        source = draw(st.sampled_from(texts))
        at, length = draw(st.integers(0, len(source))), draw(st.integers(0, 4))
        texts.append(source[:at] + draw(st.text("abcde ", max_size=4)) + source[at + length :])
    return texts


def jaccard(one, other):
    """The definition, written down a second time."""
    sets = []
    for form in (normalised(one), normalised(other)):
        sets.append({form[i : i + 5] for i in range(len(form) - 4)} if len(form) >= 5 else {form})
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def components(texts):
    """Groups by comparing every pair, numbered by first appearance."""
    group = list(range(len(texts)))
    for i, one in enumerate(texts):
        for j, other in enumerate(texts[:i]):
            if jaccard(one, other) >= 0.8 and group[i] != group[j]:
                low, high = sorted((group[i], group[j]))
                group = [low if g == high else g for g in group]
    order = list(dict.fromkeys(group))
    return [order.index(g) for g in group]


@FEW
@given(PLAIN)
def test_case_space_and_punctuation_do_not_make_another_ticket(text):
    louder = f"  {text.upper()} \n\t!!".replace(" ", "  ").replace(",", " ;")

    assert text_key(louder) == text_key(text) or not any(c.isalnum() for c in text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("order 12345 is late", "order 12346 is late"),
        ("see https://a.example/x", "see https://a.example/y"),
        ("@shop help", "@store help"),
        ("👍", "😡"),
        ("?", "!!!"),
        ("€5 off", "£5 off"),
        ("मेरा पैकेज कहाँ है", "मेरी पैकेज कहाँ है"),
    ],
)
def test_numbers_links_handles_emoji_and_vowel_signs_make_another_ticket(one, other):
    assert text_key(one) != text_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("re\u00adfund", "refund"),
        ("re\u200bfund", "refund"),
        ("ｒｅｆｕｎｄ", "refund"),
        ("cafe\u0301", "CAFÉ"),
        ("Straße", "STRASSE"),
        ("thanks 👍🏽", "thanks 👍"),
        ("don't", "don’t"),
    ],
)
def test_spellings_that_look_the_same_are_one_ticket(one, other):
    assert text_key(one) == text_key(other)


def test_the_key_is_fixed_because_the_gate_compares_keys_of_different_days():
    assert text_key("Where is my order #123?") == "aa67f4ea88ab154c170494f447df093a"


@FEW
@given(variations())
def test_groups_are_those_of_comparing_every_pair(texts):
    assert near_duplicate_groups(texts, **LIKENESS) == components(texts)


@FEW
@given(variations(), st.randoms(use_true_random=False))
def test_the_groups_do_not_depend_on_the_order(texts, shuffler):
    order = list(range(len(texts)))
    shuffler.shuffle(order)

    groups, shuffled = (near_duplicate_groups(t, **LIKENESS) for t in (texts, [texts[i] for i in order]))

    together = {(i, j) for i in order for j in order if groups[i] == groups[j]}
    assert together == {(i, j) for a, i in enumerate(order) for b, j in enumerate(order) if shuffled[a] == shuffled[b]}


@FEW
@given(variations(), variations())
def test_every_leak_is_found_and_named_with_its_nearest_frozen_text(train, frozen):
    frozen = [*frozen, *train[:2]]

    found = leaked(train, frozen, **LIKENESS)

    similar = [[jaccard(text, other) for other in frozen] for text in train]
    expected = [
        Leak(row=row, frozen_row=values.index(max(values)), similarity=max(values))
        for row, values in enumerate(similar)
        if max(values) >= 0.8
    ]
    assert [(leak.row, leak.similarity) for leak in found] == [(leak.row, leak.similarity) for leak in expected]


def test_texts_shorter_than_a_shingle_equal_only_themselves():
    assert near_duplicate_groups(["ok", "OK!", "oke", "okay", "no", ""], **LIKENESS) == [0, 0, 1, 2, 3, 4]


def test_the_threshold_is_exact():
    nine_shingles, eight_of_them = "abcdefghijklm", "abcdefghijkl"

    assert jaccard(nine_shingles, eight_of_them) == 8 / 9
    assert near_duplicate_groups([nine_shingles, eight_of_them], **{**LIKENESS, "jaccard": 8 / 9}) == [0, 0]
    assert near_duplicate_groups([nine_shingles, eight_of_them], **{**LIKENESS, "jaccard": 0.89}) == [0, 1]


def test_nothing_in_nothing_out():
    assert near_duplicate_groups([], **LIKENESS) == []
    assert leaked([], [], **LIKENESS) == []
    assert leaked(["late"], [], **LIKENESS) == []


@FEW
@given(variations(), st.integers(0, 10**6))
def test_the_size_of_the_sketch_changes_the_speed_not_the_answer(texts, seed):
    permutations = random.Random(seed).choice([32, 64, 256])

    assert near_duplicate_groups(texts, **{**LIKENESS, "permutations": permutations}) == components(texts)


@pytest.mark.slow
def test_ten_thousand_texts_take_seconds():
    chance = random.Random(3)
    vocabulary = ["".join(chance.choices(string.ascii_lowercase, k=chance.randint(2, 9))) for _ in range(400)]
    openings = [" ".join(chance.choices(vocabulary, k=5)) for _ in range(30)]
    texts = [f"{chance.choice(openings)} {' '.join(chance.choices(vocabulary, k=15))}" for _ in range(9_000)]
    texts += [f"{text} please" for text in texts[:1_000]]
    started = time.monotonic()

    groups = near_duplicate_groups(texts, **LIKENESS)

    assert groups[9_000:] == groups[:1_000]
    assert time.monotonic() - started < 20
