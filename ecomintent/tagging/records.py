"""The facts of tagging, and what it needs from the outside. Frozen, typed, no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from ecomintent.errors import EcomIntentError
from ecomintent.tickets import Ticket


class Outcome(StrEnum):
    """How a ticket ended."""

    TAGGED = "tagged"
    KEPT = "kept"
    """Somebody else had set a value; it stands."""
    UNSURE = "unsure"
    """Not sure enough of the intent; nothing was written."""
    AUDITED = "audited"
    """Drawn for the blind audit: nothing is written, so that a person labels it without having seen ours."""
    INACTIVE = "inactive"
    """The account does not want this intent written."""
    EMPTY = "empty"
    """The customer has written nothing yet; the next event about it is looked at again."""
    GONE = "gone"
    """Deleted, merged away, or never to be seen; the next event about it is looked at again."""
    OLD = "old"
    """Older than what is tagged: an event about it is no new ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one account wants."""

    on: bool
    """False: events are answered and let go."""
    threshold: float | None
    """Confidence (0-1) above which an intent is written; None: the release's own, for each intent."""
    active: frozenset[str]
    """Intents that are written."""
    words: Mapping[str, str]
    """Intent -> what is written for it: a value of the field, or a tag."""
    give_up_seconds: float
    """After so long without success a ticket becomes a dead letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One ticket that waits; there is never a second one for it."""

    account: str
    ticket: str
    planned: str
    """Intent that was decided and perhaps written already; empty before that."""
    wrote: str
    """Word that we wrote in an earlier round; empty where none."""
    attempts: int
    events: int
    """That came about it so far."""
    queued_at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A dead letter, or a ticket asked for by name."""

    account: str
    ticket: str
    reason: str
    attempts: int
    died_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """What the champion says of a text."""

    intent: str
    confidence: float
    sure: bool
    """Above the release's own threshold for the intent."""
    version: str
    audited: bool
    """Drawn for the blind audit: nobody may see the intent before a person has labelled the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A ticket as the helpdesk has it now."""

    ticket: Ticket
    """With its messages; who changed what is not read."""
    held: tuple[str, ...]
    """The value of the intent field, or every tag with the prefix of intents."""
    raw: Mapping[str, Any]
    """As it came, for the writing."""


class DeskError(EcomIntentError):
    """A helpdesk did not do what it was asked."""


class Trouble(DeskError):
    """It may do so soon: an error of its own, or of the network."""


class NotYet(DeskError):
    """It has no such ticket, and the event is so young that it may come."""


class Odd(DeskError):
    """What it tells of the ticket cannot be understood."""


class Busy(DeskError):
    """It asks to wait, with everything."""

    def __init__(self, reason: str, *, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(reason)


class Closed(DeskError):
    """It refuses this account until somebody mends the set-up."""


class Never(DeskError):
    """It will not do this for this ticket, however often it is asked."""


class NotReady(EcomIntentError):
    """No release answers yet."""


class Desk(Protocol):
    """One helpdesk account, with the right to write."""

    def check(self) -> None:
        """Let a set-up pass under which tagging may begin.

        Raises:
            DeskError: it is not; above all, the credential is another account's than the one that may write.
        """
        ...

    def read(self, ticket: str) -> Found | None:
        """The ticket; None where there is none.

        Raises:
            DeskError: it cannot be read.
        """
        ...

    def write(self, found: Found, word: str, drop: Sequence[str]) -> None:
        """Put `word` on the ticket (nothing where it is empty) and take `drop` off it; saying it again adds nothing.

        Raises:
            DeskError: nobody knows whether it happened.
        """
        ...


class Queue(Protocol):
    """Tickets that wait, durably; each call is one transaction."""

    def take(self, account: str, ticket: str, now: float) -> bool:
        """Let a ticket wait, unless it does already or is done; True where it waits now because of this."""
        ...

    def due(self, account: str, now: float) -> Job | None:
        """The one that waits longest of those whose time has come."""
        ...

    def plan(self, job: Job, intent: str) -> None:
        """Keep what was decided, before it is written: after a kill it is written and not decided anew."""
        ...

    def done(self, job: Job, outcome: Outcome, word: str, now: float) -> None:
        """The ticket is finished; unless it ended as EMPTY or GONE and an event came since it was taken: then it waits.

        Args:
            word: what is on it now by our doing; empty where nothing.
        """
        ...

    def later(self, job: Job, reason: str, when: float) -> None:
        """Try it again at `when`."""
        ...

    def bury(self, job: Job, reason: str, now: float) -> None:
        """Make it a dead letter."""
        ...

    def expire(self, account: str, before: float, reason: str, now: float) -> int:
        """Make dead letters of all that waits since `before`; how many."""
        ...
