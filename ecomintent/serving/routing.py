"""From an answer to where the ticket goes. The release's own thresholds decide what is sure, the table names queues."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ecomintent.served import RouteTable

NEVER: Final = 1.0
"""Threshold of a release that has none: nothing it says is acted on without a person."""


class Level(StrEnum):
    """How sure the release is, by its own threshold for the intent."""

    HIGH = "high"
    """Above the threshold: acting on it costs less than reading it, by the costs in params.yaml."""
    MEDIUM = "medium"
    """A suggestion that a person confirms."""
    LOW = "low"
    """The release abstains."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """Where a ticket goes."""

    confidence: Level
    queue: str
    tag: str
    macro: str
    """Reply to suggest; empty for none."""
    escalate: bool
    """A person reads it before anything is sent."""
    suggested: str
    """The best intent, also where the answer's `intent` is OTHER for want of confidence; empty where it abstains."""


def route(best: str, confidence: float, threshold: float | None, table: RouteTable) -> Routed:
    """Where a ticket goes that was answered with `best`.

    Args:
        threshold: of this intent in the release; None where it has none.
    """
    level = level_of(confidence, NEVER if threshold is None else threshold, table.low_share)
    way = table.person if level is Level.LOW else table.routes[best]
    return Routed(
        confidence=level,
        queue=way.queue,
        tag=way.tag,
        macro=way.macro,
        escalate=way.escalate or level is not Level.HIGH,
        suggested="" if level is Level.LOW else best,
    )


def level_of(confidence: float, threshold: float, low_share: float) -> Level:
    """High above the threshold, low below `low_share` of it; exactly at the threshold is not above it."""
    if confidence > threshold:
        return Level.HIGH
    return Level.LOW if confidence < low_share * threshold else Level.MEDIUM
