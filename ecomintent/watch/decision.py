"""What follows from the readings: nothing, a retrain, an alarm, or the way back; always with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from ecomintent.params_watch import WatchParams
from ecomintent.watch.probe import Probed
from ecomintent.watch.readings import Reading


class Action(StrEnum):
    """What is done."""

    NOTHING = "NOTHING"
    RETRAIN = "RETRAIN"
    ALERT = "ALERT"
    """A reading speaks, and no retrain can be asked for: people must look."""
    ROLLBACK = "ROLLBACK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What else counts, at the moment of the look."""

    champion: str
    """Its version; empty where there is none."""
    candidate: str
    """Waits for a person; empty where none does."""
    way_back: str
    """The version an automatic rollback would return to; empty where the champion's last move was itself a rollback,
    or nothing served before it."""
    running: bool
    """Whether a retrain runs."""
    new_labels: int
    """Trusted labels that no retrain has seen yet."""
    hours_since_asked: float | None
    """Since watch asked for a retrain; None where it never did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One look and what came of it."""

    at: str
    champion: str
    readings: tuple[Reading, ...]
    new_labels: int
    action: Action
    reasons: tuple[str, ...]
    """Why; never empty."""

    @property
    def reason(self) -> str:
        """All of them in one line."""
        return "; ".join(self.reasons)

    @property
    def loud(self) -> tuple[str, ...]:
        """Names of the readings that speak."""
        return tuple(reading.name for reading in self.readings if reading.speaks)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "at": self.at,
            "champion": self.champion,
            "readings": [reading.to_json() for reading in self.readings],
            "new_labels": self.new_labels,
            "action": self.action.value,
            "reasons": list(self.reasons),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""
        return cls(
            at=told["at"],
            champion=told["champion"],
            readings=tuple(Reading.from_json(one) for one in told["readings"]),
            new_labels=told["new_labels"],
            action=Action(told["action"]),
            reasons=tuple(told["reasons"]),
        )


def decide(
    at: str,
    readings: Sequence[Reading],
    situation: Situation,
    params: WatchParams,
    probe: Callable[[], Probed],
) -> Watched:
    """The look's outcome.

    Args:
        probe: asked only where nothing else keeps a retrain from being asked for, as it takes seconds.
    """
    action, reasons = _decided(readings, situation, params, probe)
    return Watched(
        at=at,
        champion=situation.champion,
        readings=tuple(readings),
        new_labels=situation.new_labels,
        action=action,
        reasons=tuple(reasons),
    )


def _decided(
    readings: Sequence[Reading], now: Situation, params: WatchParams, probe: Callable[[], Probed]
) -> tuple[Action, list[str]]:
    if not now.champion:
        return Action.NOTHING, ["there is no champion to watch"]
    loud = [f"{reading.name}: {reading.says}" for reading in readings if reading.speaks]
    audit = any(reading.speaks and reading.name == "audit" for reading in readings)
    if audit and params.rollback == "audit" and now.way_back:
        return Action.ROLLBACK, [*loud, f"watch.rollback is audit: back to version {now.way_back}"]
    wanted = list(loud)
    if now.new_labels >= params.new_labels:
        wanted.append(f"{now.new_labels:,} new trusted labels ({params.new_labels:,} are reason enough)")
    if not wanted:
        return Action.NOTHING, [
            f"no reading speaks, and {now.new_labels:,} of {params.new_labels:,} new labels are there"
        ]
    against = _against(now, params)
    if not against:
        found = probe()
        if found.learnable:
            return Action.RETRAIN, [*wanted, found.says]
        against = found.says
    return (Action.ALERT if loud else Action.NOTHING), [*wanted, f"no retrain: {against}"]


def _against(now: Situation, params: WatchParams) -> str:
    """Why no retrain is asked for, whatever the readings say; empty where nothing speaks against one."""
    if now.candidate:
        return f"version {now.candidate} waits for a person; decide about it first"
    if now.running:
        return "one runs"
    if now.hours_since_asked is not None and now.hours_since_asked < params.pause_hours:
        return f"one was asked for {now.hours_since_asked:.0f} hours ago, the pause is {params.pause_hours}"
    if now.new_labels < params.least_labels:
        return (
            f"{now.new_labels} new trusted labels, {params.least_labels} needed: without them it gives the same model"
        )
    return ""
