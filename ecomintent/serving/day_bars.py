"""Tickets of each day as stacked bars, in the numbers an SVG needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecomintent.serving.live import Day
from ecomintent.serving.routing import Level

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 1080, 200, 48, 10, 24
GAP: Final = 0.25
"""Of a day's width, between two bars."""
EVERY: Final = 5
"""Days from one date that is written to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One rectangle."""

    level: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day: its parts from the bottom up, and the same in words."""

    parts: tuple[Part, ...]
    says: str
    label: str
    """Written below; empty for most days."""
    middle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """The picture."""

    bars: tuple[Bar, ...]
    most: int
    """What the top stands for."""
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


def bars(days: Sequence[Day]) -> Bars:
    """A bar for each day, the surest tickets at the bottom."""
    most = _round_up(max((day.tickets for day in days), default=0))
    step = (WIDTH - LEFT) / max(1, len(days))
    return Bars(bars=tuple(_bar(day, at, step, most, len(days)) for at, day in enumerate(days)), most=most)


def _bar(day: Day, at: int, step: float, most: int, count: int) -> Bar:
    parts, floor = [], float(HEIGHT - BOTTOM)
    for level in Level:
        height = (HEIGHT - BOTTOM - TOP) * day.levels[level.value] / most
        floor -= height
        if height:
            x = LEFT + step * (at + GAP / 2)
            width, tall = round(step * (1 - GAP), 2), round(height, 2)
            parts.append(Part(level=level.value, x=round(x, 2), y=round(floor, 2), width=width, height=tall))
    told = ", ".join(f"{number} {level}" for level, number in day.levels.items())
    sure = f"; mean confidence {100 * day.confidence:.0f} %" if day.tickets else ""
    return Bar(
        parts=tuple(parts),
        says=f"{day.day}: {day.tickets} tickets ({told}){sure}",
        label=day.day[5:] if (count - 1 - at) % EVERY == 0 else "",
        middle=round(LEFT + step * (at + 0.5), 2),
    )


def _round_up(tickets: int) -> int:
    """The next round number, at least 5."""
    size = 1
    while True:
        for step in (1, 2, 3, 4, 5, 6, 8):
            if step * size >= max(5, tickets):
                return step * size
        size *= 10
