"""Decisions that a signed-in person left at the server's status page, until somebody with the registry takes them up.

The server has no registry, so it only keeps what was said; `ecomintent decisions` and every retrain act on it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ecomintent.records import RegisteredVersion, ReleaseEvent
from ecomintent.release.tag_decisions import Asked


class State(StrEnum):
    """What became of a decision."""

    WAITS = "waits"
    PROMOTED = "promoted"
    REJECTED = "rejected"
    REFUSED = "refused"
    """It could not be taken, or the gate, asked again, said no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDecision:
    """A yes or no as it was given at the page."""

    version: str
    weights: str
    """Beginning of the digest of the weights that were looked at."""
    verdict_digest: str
    """Of the verdict that was looked at."""
    turn: int
    """How many decisions on this version came before it: the same form sent twice is one decision."""
    approved: bool
    """False: rejected."""
    person: str
    """Name of the account."""
    reason: str
    waivers: Mapping[str, str] = field(default_factory=dict)
    """INCONCLUSIVE intent -> why it may be released all the same."""
    at: str
    """ISO 8601 in UTC."""
    state: State = State.WAITS
    says: str = ""
    """In words what came of it; while it waits, what the last try to act on it said."""
    ended_at: str = ""

    def asked(self) -> Asked:
        """The same as every other way in says it."""
        return Asked(approved=self.approved, by=self.person, reason=self.reason, waivers=dict(self.waivers))


def changed(left: PageDecision, found: RegisteredVersion | None) -> str:
    """Why the decision is not about what the registry has now; empty where it is."""
    if found is None:
        return f"version {left.version} is not in the registry any more"
    if not found.weights.startswith(left.weights):
        return f"version {left.version} holds other weights than those that were looked at"
    if found.tags.get("verdict_digest") != left.verdict_digest:
        return f"version {left.version} was judged again after {left.person} looked at it; read the new verdict"
    return ""


def came_of(left: PageDecision, since: Sequence[ReleaseEvent]) -> tuple[State, str] | None:
    """What an earlier take-up, cut off before it could say so, came to; None where it came to nothing.

    Args:
        since: the history from the moment on at which the decision was first taken up.
    """
    for event in since:
        if event.version != left.version:
            continue
        if event.event == "promoted":
            return State.PROMOTED, f"version {left.version} became the champion"
        if event.event == "rejected" and not left.approved:
            return State.REJECTED, "the champion stays"
        if event.event == "rejected":
            return State.REFUSED, f"version {left.version} was rejected by {event.by}: {event.reason}"
        if event.event == "refused":
            return State.REFUSED, f"version {left.version} is not promoted; {event.reason}; the champion stays"
    return None
