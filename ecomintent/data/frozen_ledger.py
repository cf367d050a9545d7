"""What the history says about the frozen set: which versions there were, and how many candidates each has judged."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecomintent.records import ReleaseEvent

SEALED: Final = "sealed"
JUDGED: Final = "judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How worn the current frozen set is."""

    runs: int
    """Different candidates judged on it or its ancestors since `since`."""
    refresh_due: bool
    since: str
    """When the count began: the last time enough tickets were fresh; empty where nobody sealed it."""
    versions: tuple[ReleaseEvent, ...]
    """Every sealing, oldest first."""
    fresh_share: float
    """Share (0-1) of the set that was added or relabelled since."""


def last_sealed(events: Sequence[ReleaseEvent]) -> ReleaseEvent | None:
    """The latest sealing of a frozen set."""
    return next((event for event in reversed(events) if event.event == SEALED), None)


def standing(events: Sequence[ReleaseEvent], digest: str, *, runs_allowed: int, share: float) -> Standing:
    """Read the standing of the set `digest` off the history.

    A refresh starts the count of runs anew; so do imports and additions, once the tickets that are fresh since then
    make up `share` of the set: a first import is all fresh, the same file with one more ticket is not. A set sees a
    candidate once, however often it judges it.

    Args:
        share: 0-1.
    """
    family, weights = {digest}, set[str]()
    since, fresh = "", 0
    for event in events:
        details = event.details
        if event.event == SEALED:
            rows = int(details["rows"])
            fresh += int(details["fresh"])
            if details["action"] == "refresh" or fresh >= share * rows:
                family, weights, since, fresh = set(), set(), event.at, 0
            family.add(details["frozen_set"])
        elif event.event == JUDGED and details["frozen_set"] in family:
            weights.add(details["weights"])
    versions = tuple(event for event in events if event.event == SEALED)
    rows = int(versions[-1].details["rows"]) if versions else 0
    return Standing(
        runs=len(weights),
        refresh_due=len(weights) >= runs_allowed,
        since=since,
        versions=versions,
        fresh_share=fresh / rows if rows else 0.0,
    )
