import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.data import drift
from ecomintent.errors import InputError

mixes = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 500), min_size=1).filter(lambda mix: sum(mix.values()))


def test_the_distance_is_the_share_that_would_have_to_carry_another_label():
    moved = drift.shift({"WISMO": 60, "OTHER": 40}, {"WISMO": 40, "OTHER": 50, "CANCEL_ORDER": 10})

    # Of 100 tickets 20 have to leave WISMO: 10 for OTHER, 10 for CANCEL_ORDER.
    assert moved.distance == pytest.approx(0.20)
    assert moved.beyond_chance == pytest.approx(0.20 - moved.by_chance)


@pytest.mark.parametrize(("now", "last"), [({}, {"OTHER": 1}), ({"OTHER": 1}, {}), ({"OTHER": 0}, {"OTHER": 1})])
def test_nothing_is_compared_with_nothing(now, last):
    assert drift.shift(now, last) is None


@given(now=mixes, last=mixes)
def test_a_distance_is_a_share_and_the_same_in_both_directions(now, last):
    there, back = drift.shift(now, last), drift.shift(last, now)

    assert 0 <= there.distance <= 1 + 1e-12
    assert there == back
    assert 0 <= there.beyond_chance <= there.distance


@given(mix=mixes, times=st.integers(1, 9))
def test_more_tickets_of_the_same_mix_are_no_shift(mix, times):
    assert drift.shift(mix, {name: times * count for name, count in mix.items()}).distance == pytest.approx(0, abs=1e-9)


def test_what_chance_gives_is_what_draws_from_one_mix_give():
    draw, names, n, m = random.Random(7), "abcdefghi", 300, 150
    distances = []
    for _ in range(400):
        now, last = (draw.choices(names, weights=range(1, 10), k=size) for size in (n, m))
        counts = [{name: drawn.count(name) for name in names} for drawn in (now, last)]
        distances.append(drift.shift(*counts).distance)

    by_chance = drift.shift(
        {name: round(n * k / 45) for k, name in enumerate(names, 1)},
        {name: round(m * k / 45) for k, name in enumerate(names, 1)},
    ).by_chance

    assert sum(distances) / len(distances) == pytest.approx(by_chance, rel=0.05)


def test_the_last_mix_is_read(tmp_path):
    path = tmp_path / "last_mix.json"
    path.write_text('{"OTHER": 3}')

    assert drift.read_mix(path) == {"OTHER": 3}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no label mix to compare with"),
        ("{", "no label mix to compare with"),
        ("[]", "an object of intent and number"),
        ('{"OTHER": -1}', "an object of intent and number"),
        ('{"OTHER": true}', "an object of intent and number"),
        ('{"OTHER": 0.5}', "an object of intent and number"),
    ],
)
def test_another_content_is_refused_with_its_file(tmp_path, content, message):
    path = tmp_path / "last_mix.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(InputError, match=f"last_mix.json: .*{message}"):
        drift.read_mix(path)
