"""When labels arrive, when a shop looks at them, and whether it retrains then. Pure: no clock, no file."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from ecomintent.data.drift import Mix, shift
from ecomintent.data.settling import instant
from ecomintent.errors import InputError
from ecomintent.params_simulate import SimulateParams
from ecomintent.records import Correction

SPLIT_START: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""Where labels without a time begin to arrive; a Monday, so that months and weeks begin together."""
WEEK: Final = 7
MOST_LOOKS: Final = 2000


class Cadence(StrEnum):
    """How often a shop retrains."""

    MONTHLY = "monthly"
    WEEKLY = "weekly"
    ON_DRIFT = "on-drift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A label and the moment from which the shop has it."""

    at: datetime
    correction: Correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The end of a period, at which a shop asks whether to retrain."""

    name: str
    end: datetime
    arrived: tuple[Correction, ...]
    """Since the look before, oldest first."""


def dated(corrections: Sequence[Correction]) -> list[Arrival]:
    """Each label at its own time.

    Raises:
        InputError: there is no label, or one has no time.
    """
    _some(corrections)
    without = sum(not correction.created_at for correction in corrections)
    if without:
        raise InputError(
            f"{without:,} of {len(corrections):,} labels have no created_at; give each its time, or say over how many "
            "months to spread them all: --split 12",
            where="--events",
        )
    return [Arrival(at=datetime.fromtimestamp(instant(c.created_at), UTC), correction=c) for c in corrections]


def spread(corrections: Sequence[Correction], *, months: int, seed: int) -> list[Arrival]:
    """All labels in a random order over `months` months from `SPLIT_START`, in parts that differ by one at most.

    Times that labels carry play no part. The answer does not depend on the order given.

    Raises:
        InputError: there are fewer labels than months.
    """
    _some(corrections)
    if len(corrections) < months:
        raise InputError(f"{len(corrections)} labels cannot fill {months} months; split into fewer", where="--split")
    order = sorted(corrections, key=lambda c: (c.source, c.account, c.ticket_id, c.created_at, c.text, c.intent))
    random.Random(seed).shuffle(order)
    starts = [_months_on(SPLIT_START, month) for month in range(months + 1)]
    arrivals = []
    for month, (start, end) in enumerate(pairwise(starts)):
        part = order[len(order) * month // months : len(order) * (month + 1) // months]
        step = (end - start) / len(part)
        arrivals += [Arrival(at=start + step * (place + 0.5), correction=c) for place, c in enumerate(part)]
    return arrivals


def looks(arrivals: Sequence[Arrival], cadence: Cadence, *, look_days: int, counted: bool) -> list[Look]:
    """Every look of a shop, from the one at the start, before any label, to the one after the last.

    Args:
        look_days: between two looks of the cadence on-drift.
        counted: name periods by number, where their dates are made up.
    Raises:
        InputError: the times lie so far apart that there would be more than `MOST_LOOKS`.
    """
    ordered = sorted(arrivals, key=lambda a: (a.at, a.correction.ticket_id, a.correction.text, a.correction.intent))
    bounds = _bounds(ordered[0].at, ordered[-1].at, cadence, look_days)
    found, place = [Look(name="start", end=bounds[0], arrived=())], 0
    for number, (start, end) in enumerate(pairwise(bounds), start=1):
        first = place
        while place < len(ordered) and ordered[place].at < end:
            place += 1
        name = _name(cadence, number, start, end, look_days, counted=counted)
        found.append(Look(name=name, end=end, arrived=tuple(a.correction for a in ordered[first:place])))
    return found


def due(cadence: Cadence, fresh: Mix, learned: Mix, params: SimulateParams) -> str:
    """Why the shop retrains now; empty where it does not.

    Args:
        fresh: labels since the last retrain.
        learned: all labels before them.
    """
    count = sum(fresh.values())
    if not count:
        return ""
    told = f"{count:,} new labels"
    if cadence is not Cadence.ON_DRIFT:
        return told
    moved = shift(fresh, learned)
    beyond = moved.beyond_chance if moved else 0.0
    if count >= params.drift_least and beyond >= params.drift:
        return f"label mix moved {100 * beyond:.0f} points beyond chance"
    return told if count >= params.new_labels else ""


def _some(corrections: Sequence[Correction]) -> None:
    if not corrections:
        raise InputError("there is no label that could be replayed", where="--events")


def _bounds(first: datetime, last: datetime, cadence: Cadence, look_days: int) -> list[datetime]:
    """Begin of the first period and end of each; the last end lies after `last`."""
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    begin = midnight.replace(day=1) if cadence is Cadence.MONTHLY else midnight - timedelta(days=midnight.weekday())
    days = timedelta(days=WEEK if cadence is Cadence.WEEKLY else look_days)
    found = [begin]
    while found[-1] <= last:
        if len(found) > MOST_LOOKS:
            raise InputError(
                f"from {first.date()} to {last.date()} there are more than {MOST_LOOKS:,} looks; is a date wrong?",
                where="--events",
            )
        found.append(_months_on(begin, len(found)) if cadence is Cadence.MONTHLY else found[-1] + days)
    return found


def _months_on(start: datetime, months: int) -> datetime:
    """`start`, the first of a month, that many months later."""
    years, month = divmod(start.month - 1 + months, 12)
    return start.replace(year=start.year + years, month=month + 1)


def _name(cadence: Cadence, number: int, start: datetime, end: datetime, look_days: int, *, counted: bool) -> str:
    if cadence is Cadence.MONTHLY:
        return f"month {number}" if counted else f"{start:%Y-%m}"
    if cadence is Cadence.WEEKLY:
        return f"week {number}" if counted else f"week of {start:%Y-%m-%d}"
    return f"day {number * look_days}" if counted else f"to {end - timedelta(days=1):%Y-%m-%d}"
