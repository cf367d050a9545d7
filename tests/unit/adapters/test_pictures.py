"""The pictures are drawn whatever the numbers are; how they look is for a person to judge."""

import pytest

from ecomintent.adapters import pictures
from ecomintent.taxonomy import NAMES

PNG = b"\x89PNG\r\n\x1a\n"
F1 = {name: index / 8 for index, name in enumerate(NAMES)}


@pytest.mark.parametrize("count", [0, 12345])
def test_a_confusion_matrix_is_drawn_even_where_an_intent_has_no_tickets(tmp_path, count):
    counts_kk = [[count] * len(NAMES) if row else [0] * len(NAMES) for row in range(len(NAMES))]

    pictures.confusion(counts_kk, NAMES, tmp_path / "confusion.png")

    assert (tmp_path / "confusion.png").read_bytes().startswith(PNG)


@pytest.mark.parametrize(("champion", "low_high"), [(None, None), (F1, {"WISMO": (0.0, 0.3)})])
def test_scores_are_drawn_with_and_without_champion_and_interval(tmp_path, champion, low_high):
    pictures.per_intent(NAMES, F1, champion, tmp_path / "f1.png", low_high=low_high)

    assert (tmp_path / "f1.png").read_bytes().startswith(PNG)
