"""The conformance suite itself: a source that does it right passes, one that loses, doubles or echoes does not."""

import pytest

from tests.fakes.labels import FakeLabelStore
from tests.twins.day import check, live, opened
from tests.twins.plain import Doubling, Echoing, Losing, PlainTwin

STEPS = ["open", "wait", "correct", "sync", "wait", "predict", "sync", "correct", "wait", "touch", "open", "correct"]


def lived(kind, seed):
    shop = opened(kind, FakeLabelStore(), seed, "shop-a", fault_rate=0.2)
    live(shop, STEPS * 2)
    check(shop)


@pytest.mark.parametrize("kind", [Losing, Doubling, Echoing])
def test_a_source_that_loses_doubles_or_echoes_fails(kind):
    failed = 0
    for seed in range(40):
        try:
            lived(kind, seed)
        except AssertionError:
            failed += 1

    assert failed > 0


def test_a_source_that_does_it_right_passes():
    for seed in range(40):
        lived(PlainTwin, seed)
