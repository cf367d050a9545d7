"""What is in memory: the release that answers, the one before it kept warm, a candidate that answers in silence.

Everything is one frozen value behind one attribute. A request takes it once and keeps it to its end, so a swap
changes nothing under it, and no lock is on its way.
"""

from dataclasses import dataclass

from ecomintent.serving.loading import Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The release that answers."""

    loaded: Loaded
    since: str
    """ISO 8601 in UTC."""
    fallback: bool
    """It is not the champion, or nobody can say whether it is: the last release that verified answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InMemory:
    """At one moment."""

    serving: Serving | None = None
    previous: Loaded | None = None
    candidate: Loaded | None = None
    problem: str = ""
    """What keeps the champion from serving, the previous from being warm or the candidate from being asked."""
    looked_at: str = ""
    """When somebody last looked for a new champion."""
    swaps: int = 0


class Holder:
    """Where the one value is. Written by the watcher alone."""

    def __init__(self) -> None:
        self.now = InMemory()
