"""How often the watch raises a false alarm in a year in which nothing changes, and how soon it finds what does change.

    python -m tests.bench.watch_bounds            # the tables of docs/watch.md, some minutes on one core
    python -m tests.bench.watch_bounds --years 50

The shop: 60 tickets a day of which 12 are judged after a person saw the prediction and 2 labelled blind; or ten times
as many. The champion stays all year, or a new one comes every 30 days. Params are those of params.yaml.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ecomintent import params
from ecomintent.params_watch import WatchParams
from ecomintent.watch import readings
from ecomintent.watch.rising import Day, upper
from ecomintent.watch.shapes import BUCKETS

PARAMS = params.section(Path(__file__).parents[2] / "params.yaml", "watch", into=WatchParams)
YEAR, CHANGE = 365, 100
"""Days of a simulated year, and the day on which something changes where something does."""
CORRECTED, PROMOTED, FROZEN = 0.12, 0.88, 613
"""Share of corrected tickets, accuracy at promotion, tickets of the frozen set."""
MIXES = {
    "intent": np.array([0.28, 0.14, 0.08, 0.09, 0.08, 0.07, 0.12, 0.06, 0.08]),
    "confidence": np.array([0.0, 0.0, 0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.19, 0.48]),
    "length": np.array([0.02, 0.09, 0.27, 0.34, 0.2, 0.06, 0.02]),
    "word": np.full(BUCKETS, 1 / BUCKETS),
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """How much comes in a day."""

    name: str
    tickets: int
    judged: int
    blind: int


SHOPS = (Shop(name="small", tickets=60, judged=12, blind=2), Shop(name="large", tickets=600, judged=120, blind=20))
Rng = np.random.Generator
Year = Callable[[Rng, Shop, float, int], int | None]
"""Random numbers, shop, size of the change (0: none), days a champion serves -> day of the first alarm, or None."""


def corrections_year(rng: Rng, shop: Shop, change: float, serves: int) -> int | None:
    """Share of corrected tickets rises by `change`."""

    def alarm(days: Sequence[Day]) -> bool:
        return readings.corrections(days, PARAMS).speaks

    return _rates_year(rng, shop.judged, CORRECTED, change, serves, lambda: alarm)


def audit_year(rng: Rng, shop: Shop, change: float, serves: int) -> int | None:
    """Accuracy falls by `change`; every champion was promoted on a frozen set of its own draw."""

    def promoted() -> Callable[[Sequence[Day]], bool]:
        wrong = int(rng.binomial(FROZEN, 1 - PROMOTED))
        return lambda days: readings.audit(days, wrong, FROZEN, PARAMS).speaks

    return _rates_year(rng, shop.blind, 1 - PROMOTED, change, serves, promoted)


def drift_year(rng: Rng, shop: Shop, change: float, serves: int) -> int | None:
    """A share of `change` of all tickets becomes of the last intent, unsure, short, and of one bucket of words."""
    for start in range(0, YEAR, serves):
        days = []
        for day in range(start, min(start + serves, YEAR)):
            share = change if day >= CHANGE else 0.0
            days.append({kind: _drawn(rng, shop.tickets, _moved(mix, share)) for kind, mix in MIXES.items()})
        first = PARAMS.reference_days + PARAMS.window_days
        for upto in range(first, len(days) + 1, PARAMS.window_days):
            if any(one.speaks for one in readings.drift(days[:upto], PARAMS)):
                return start + upto
    return None


def _rates_year(
    rng: Rng,
    a_day: int,
    rate: float,
    change: float,
    serves: int,
    champion: Callable[[], Callable[[Sequence[Day]], bool]],
) -> int | None:
    for start in range(0, YEAR, serves):
        alarm = champion()
        days = []
        for day in range(start, min(start + serves, YEAR)):
            n = int(rng.poisson(a_day))
            days.append(Day(hits=int(rng.binomial(n, rate + (change if day >= CHANGE else 0.0))), n=n))
        if alarm(days):
            # The peak only grows: the first day it is high enough is found by halving.
            low, high = 0, len(days)
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (low, middle) if alarm(days[:middle]) else (middle, high)
            return start + high
    return None


def _drawn(rng: Rng, n: int, mix: np.ndarray) -> dict[str, int]:
    return {str(name): int(count) for name, count in enumerate(rng.multinomial(n, mix))}


def _moved(mix: np.ndarray, share: float) -> np.ndarray:
    target = np.zeros_like(mix)
    target[len(mix) // 2] = 1.0
    moved: np.ndarray = (1 - share) * mix + share * target
    return moved


def main() -> int:
    """Print both tables; 1 where a false alarm rate is proven to be above what params.yaml allows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--years", type=int, default=1000, help="simulated years of a rate; drift takes a fifth of them"
    )
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    started, rng, failed = time.monotonic(), np.random.default_rng(asked.seed), False
    kinds: dict[str, tuple[Year, tuple[float, ...], int]] = {
        "corrections": (corrections_year, (0.05, 0.10, 0.20), asked.years),
        "audit": (audit_year, (0.10, 0.20, 0.40), asked.years),
        "drift": (drift_year, (0.10, 0.20, 0.40), max(1, asked.years // 5)),
    }
    print(f"seed {asked.seed}; allowed: {PARAMS.alpha} a year and kind\n")
    print("| kind | shop | champion serves | years | with a false alarm | 95 % bound |\n" + "| --- " * 6 + "|")
    for kind, (year, _, years) in kinds.items():
        for shop in SHOPS:
            for serves in (YEAR, 30):
                alarms = sum(year(rng, shop, 0.0, serves) is not None for _ in range(years))
                failed |= upper(years - alarms, years, 0.05) < 1 - PARAMS.alpha
                print(
                    f"| {kind} | {shop.name} | {serves} days | {years} | {alarms} | {upper(alarms, years, 0.05):.4f} |"
                )
    print("\n| kind | change | shop | years | found | median days until | 9 of 10 within |\n" + "| --- " * 7 + "|")
    for kind, (year, changes, years) in kinds.items():
        for change in changes:
            for shop in SHOPS:
                some = max(1, years // 5)
                found = [year(rng, shop, change, YEAR) for _ in range(some)]
                print(f"| {kind} | {change:+.2f} | {shop.name} | {some} | {_told(found, some)} |")
    print(f"\n{time.monotonic() - started:.0f} s")
    return int(failed)


def _told(found: Sequence[int | None], years: int) -> str:
    waits = sorted(YEAR * 9 if day is None or day <= CHANGE else day - CHANGE for day in found)
    times = [waits[int(share * (years - 1))] for share in (0.5, 0.9)]
    shown = [str(one) if one < YEAR else "not within the year" for one in times]
    return f"{sum(one < YEAR for one in waits)} | {shown[0]} | {shown[1]}"


if __name__ == "__main__":
    sys.exit(main())
