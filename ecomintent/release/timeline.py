"""Which version was champion when, as the history tells it."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ecomintent.records import ReleaseEvent
from ecomintent.release.approval import MOVES


def champion_at(events: Sequence[ReleaseEvent], time: datetime) -> ReleaseEvent | None:
    """The event that made the champion of that moment; None before the first.

    Args:
        events: oldest first.
        time: with its zone.
    """
    moves = (event for event in reversed(events) if event.event in MOVES)
    return next((event for event in moves if _at(event) <= time), None)


def _at(event: ReleaseEvent) -> datetime:
    try:
        found = datetime.fromisoformat(event.at)
    except ValueError:  # nobody of ours wrote that; `breaks` names it
        return datetime.max.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
