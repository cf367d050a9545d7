"""What the last days say of the model, for people: volume, confidence, corrections, and the audit's accuracy."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ecomintent.corrected import DayVolume, Judged
from ecomintent.gate.statistics import wilson
from ecomintent.serving.routing import Level
from ecomintent.taxonomy import NAMES, chain

ALPHA: Final = 0.025
"""One-sided, of the intervals: 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Hits among n, with a 95 % Wilson interval."""

    hits: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """hits / n."""
        return self.hits / self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentLive:
    """What was predicted as one intent."""

    intent: str
    tickets: int
    confidence: float
    """Their mean, 0-1; 0 where there are none."""
    sure: float
    """Share of them above the release's threshold."""
    corrected: int
    """Set to another intent by a person, the audit's included."""
    confirmed: int
    audit: Share | None
    """Right ones among the audit's; None where none is labelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's tickets by level."""

    day: str
    levels: dict[str, int]
    confidence: float

    @property
    def tickets(self) -> int:
        """All of them."""
        return sum(self.levels.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """All of it."""

    accuracy: Share | None
    """Of the audit: tickets drawn by chance and labelled by people who saw no prediction. None where there are none."""
    intents: tuple[IntentLive, ...]
    days: tuple[Day, ...]
    tickets: int
    confidence: float
    """Their mean, 0-1."""


def live(volume: Sequence[DayVolume], judged: Sequence[Judged], days: Sequence[str]) -> Live:
    """Put together what was counted.

    Args:
        days: every day to tell of, YYYY-MM-DD, oldest first.
    """
    volume = [replace(one, intent=_today(one.intent)) for one in volume]
    judged = [replace(one, intent=_today(one.intent), predicted=_today(one.predicted)) for one in judged]
    blind = [one for one in judged if one.blind]
    # An intent that was split is counted under its own name, as long as a release answers with it.
    names = dict.fromkeys([*NAMES, *(one.intent for one in volume)])
    return Live(
        accuracy=share(_count(one for one in blind if one.intent == one.predicted), _count(blind)),
        intents=tuple(_intent(name, volume, judged) for name in names),
        days=tuple(_day(day, [one for one in volume if one.day == day]) for day in days),
        tickets=sum(one.tickets for one in volume),
        confidence=_mean(volume),
    )


def share(hits: int, n: int) -> Share | None:
    """hits / n with its interval; None where n is 0."""
    if not n:
        return None
    low, high = wilson(hits, n, ALPHA)
    return Share(hits=hits, n=n, low=low, high=high)


def _today(intent: str) -> str:
    """Under the name in force, so that what two releases said of one intent is counted together."""
    return chain().today(intent) or intent


def _intent(name: str, volume: Sequence[DayVolume], judged: Sequence[Judged]) -> IntentLive:
    own = [one for one in volume if one.intent == name]
    said = [one for one in judged if one.predicted == name]
    right = [one for one in said if one.intent == name]
    tickets = sum(one.tickets for one in own)
    return IntentLive(
        intent=name,
        tickets=tickets,
        confidence=_mean(own),
        sure=sum(one.tickets for one in own if one.level == Level.HIGH) / tickets if tickets else 0.0,
        corrected=_count(said) - _count(right),
        confirmed=_count(right),
        audit=share(_count(one for one in right if one.blind), _count(one for one in said if one.blind)),
    )


def _day(day: str, own: Sequence[DayVolume]) -> Day:
    levels: Counter[str] = Counter()
    for one in own:
        levels[one.level] += one.tickets
    return Day(day=day, levels={level.value: levels[level.value] for level in Level}, confidence=_mean(own))


def _mean(own: Sequence[DayVolume]) -> float:
    tickets = sum(one.tickets for one in own)
    return sum(one.confidence * one.tickets for one in own) / tickets if tickets else 0.0


def _count(judged: Iterable[Judged]) -> int:
    return sum(one.tickets for one in judged)
