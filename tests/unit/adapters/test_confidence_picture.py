"""The picture of confidence is drawn whatever the numbers are; how it looks is for a person to judge."""

from dataclasses import replace

import pytest

from ecomintent import reliability
from ecomintent.adapters import confidence_picture
from tests.unit.release.card_world import CALIBRATE

PNG = b"\x89PNG\r\n\x1a\n"


def measured(right, confidences, thresholds):
    labels = ["WISMO" if r else "OTHER" for r in right]
    params = replace(CALIBRATE, resamples=40)
    return reliability.measure(labels, ["WISMO"] * len(right), confidences, thresholds, params).to_json()


@pytest.mark.parametrize(
    ("right", "confidences"),
    [([True], [1.0]), ([False] * 40, [0.2] * 40), ([True, False] * 30, [n / 60 for n in range(60)])],
)
@pytest.mark.parametrize("thresholds", [{}, {"WISMO": 0.1}, {"WISMO": 1.0}])
@pytest.mark.parametrize("beside", [False, True])
def test_it_is_drawn_with_and_without_champion_thresholds_and_errors(tmp_path, right, confidences, thresholds, beside):
    told = measured(right, confidences, thresholds)

    confidence_picture.draw(told, told if beside else None, tmp_path / "confidence.png")

    assert (tmp_path / "confidence.png").read_bytes().startswith(PNG)
