"""What stands in for the person when a history is replayed: a rule that is written down, and claims no more than that.

It reads no review page. PROMOTE is approved, BLOCK is never overridden, REVIEW goes as it was told.
"""

from enum import StrEnum
from typing import Final

from ecomintent.gate.verdict import Decision

NAME: Final = "simulate (a rule, no person)"
"""Who it signs as."""


class OnReview(StrEnum):
    """What becomes of a candidate in REVIEW."""

    APPROVE = "approve"
    HOLD = "hold"


class Ruling(StrEnum):
    """What was decided about a candidate."""

    APPROVED = "approved"
    HELD = "held"
    BLOCKED = "blocked"
    SAME = "same"
    """It is the champion, to the byte: nothing to decide."""


def rule(verdict: Decision, *, has_champion: bool, on_review: OnReview) -> Ruling:
    """The decision about a candidate of this verdict.

    A first release in REVIEW is approved in any case: without a champion the gate never says more, and a shop that
    held it would have no model at all.
    """
    if verdict is Decision.BLOCK:
        return Ruling.BLOCKED
    if verdict is Decision.PROMOTE or not has_champion or on_review is OnReview.APPROVE:
        return Ruling.APPROVED
    return Ruling.HELD


def reason(verdict: Decision, *, has_champion: bool) -> str:
    """What the release history says about an approval."""
    if not has_champion:
        return f"{verdict.value} as a first release; approved by rule"
    return f"{verdict.value}; approved by rule"
