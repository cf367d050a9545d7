"""The facts of serving: what is to be served, who may ask, where a ticket goes. Frozen, typed, no I/O."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ecomintent.errors import InputError

KEY_MARK: Final = "eik"
"""What every key begins with, so that scanners of leaked secrets can find one: eik_<id>_<secret>."""


def secret_digest(secret: str) -> str:
    """What is kept of a key's secret part."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


class Scope(StrEnum):
    """What a key is for."""

    CLASSIFY = "classify"
    CORRECT = "correct"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One version and the digest of its release folder."""

    version: str
    weights: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineup:
    """Who shall serve, as promotion left it."""

    champion: Named | None
    previous: Named | None
    candidate: Named | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServingEvent:
    """One line of the serving history."""

    at: str
    """ISO 8601 in UTC."""
    event: str
    """`serves` (this release answers from now on), or `refused` (it was to, and does not)."""
    version: str
    weights: str
    told: str
    """Why; empty where there is nothing to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """What is known of a key; the key itself is kept nowhere."""

    id: str
    name: str
    """Who uses it, for people."""
    scopes: frozenset[Scope]
    per_minute: int
    """Tickets it may send a minute; 0 for no limit."""
    digest: str
    """SHA-256 of the secret part, hex. The secret is 256 random bits: nothing slower is needed."""
    created_at: str
    revoked_at: str
    """Empty while it is good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where tickets of one intent go."""

    queue: str
    tag: str
    macro: str
    """Reply to suggest; empty for none."""
    escalate: bool
    """A person reads every one of them, however sure the release is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteTable:
    """Intent -> route, and where a ticket goes that nobody can put an intent on."""

    routes: dict[str, Route]
    person: Route
    """For a ticket the release is not sure enough of."""
    low_share: float
    """Confidence is low below this share (0-1) of the intent's threshold, and medium from there to the threshold."""

    def __post_init__(self) -> None:
        if not 0 <= self.low_share <= 1:
            raise InputError(f"{self.low_share}; it must lie in 0-1", where="low_share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A ticket that champion and candidate answered differently."""

    at: str
    request_id: str
    text: str
    """Redacted, as everything that is stored."""
    champion: str
    """Version."""
    champion_intent: str
    champion_confidence: float
    candidate: str
    """Version."""
    candidate_intent: str
    candidate_confidence: float
