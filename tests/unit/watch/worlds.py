"""Params and days that the tests of the watch start from."""

from dataclasses import replace
from pathlib import Path

from ecomintent import params
from ecomintent.params_watch import WatchParams
from ecomintent.watch.decision import Situation
from ecomintent.watch.probe import Probed
from ecomintent.watch.readings import Reading
from ecomintent.watch.rising import Day
from ecomintent.watch.shapes import KINDS

PARAMS = params.section(Path(__file__).parents[3] / "params.yaml", "watch", into=WatchParams)


def with_params(**changes) -> WatchParams:
    return replace(PARAMS, **changes)


def same_days(count: int, **mix: int) -> list[dict[str, dict[str, int]]]:
    """So many days on which every kind of count has this mix."""
    return [{kind: dict(mix) for kind in KINDS} for _ in range(count)]


def judged(count: int, hits: int, n: int) -> list[Day]:
    return [Day(hits=hits, n=n)] * count


def reading(name: str, *, speaks: bool) -> Reading:
    return Reading(name=name, value=0.5, bound=0.1, n=700, speaks=speaks, says="told")


def situation(**changes) -> Situation:
    plain = Situation(champion="3", candidate="", way_back="2", running=False, new_labels=50, hours_since_asked=None)
    return replace(plain, **changes)


LEARNABLE = Probed(labels=50, wrong=20, by_noise=5)
NOTHING_TO_LEARN = Probed(labels=50, wrong=3, by_noise=5)
