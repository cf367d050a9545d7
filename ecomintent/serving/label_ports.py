"""What the corrections home needs from the outside, as Protocols."""

from collections.abc import Sequence
from typing import Protocol

from ecomintent.corrected import Account, Answered, DayVolume, Given, Judged, KeptTicket, VerdictNote, WatchNote
from ecomintent.release.page_decisions import PageDecision


class Tickets(Protocol):
    """Tickets that wait for a person, capped and expiring; and counts of what was classified."""

    def add(self, kept: Sequence[KeptTicket], answered: Sequence[Answered], now: str) -> None:
        """Keep tickets and count answers, in one transaction; a ticket that is known gains reasons, keeps the rest."""
        ...

    def next(self, which: str, *, after: int, person: str, now: str) -> tuple[KeptTicket, int] | None:
        """The next open ticket of a filter and its place, disagreements first; then from the first on again."""
        ...

    def find(self, ticket_id: str) -> KeptTicket | None:
        """A ticket that is kept, answered or not."""
        ...

    def open(self) -> dict[str, int]:
        """Filter -> tickets that wait."""
        ...

    def volume(self, since: str) -> Sequence[DayVolume]:
        """What was classified from day `since` on."""
        ...

    def drawn(self, since: str) -> int:
        """Tickets of the audit since then."""
        ...


class Outbox(Protocol):
    """Corrections that were accepted, until the label store has them."""

    def give(self, given: Given, *, now: str, held_seconds: float) -> bool | None:
        """Take one in, on disk when this returns: True new, False known, None the event id names another one."""
        ...

    def undo(self, agent: str) -> tuple[str, bool] | None:
        """Open the ticket again that `agent` answered last; its id, and whether the label store has the answer."""
        ...

    def due(self, now: str, *, everything: bool, most: int) -> Sequence[tuple[int, Given]]:
        """Those to hand on, oldest first; none of them can be undone from here on."""
        ...

    def stored(self, positions: Sequence[int], now: str) -> None:
        """The label store has these."""
        ...

    def turns(self, ticket_id: str) -> int:
        """How often the ticket was answered at the page, undone answers included: what the next answer is named by."""
        ...

    def waiting(self) -> int:
        """Corrections that the label store does not have yet."""
        ...

    def given_by(self, agent: str, since: str) -> int:
        """Tickets that `agent` answered at the page since then."""
        ...

    def judged(self, since: str) -> Sequence[Judged]:
        """Tickets by what was predicted and what a person said last, where both are known."""
        ...


class Accounts(Protocol):
    """Who may sign in."""

    def all(self) -> Sequence[Account]:
        """By name."""
        ...

    def find(self, name: str) -> Account | None:
        """The account of this name."""
        ...

    def check(self, name: str, password: str) -> Account | None:
        """The account, where the password is its own."""
        ...

    def secret(self) -> bytes:
        """What sessions are signed with."""
        ...


class Standing(Protocol):
    """What retrains left in the home for people to read."""

    def verdicts(self, most: int) -> Sequence[VerdictNote]:
        """The newest first."""
        ...

    def watched(self) -> WatchNote | None:
        """The last look of the watch; None before the first."""
        ...

    def review(self, key: str) -> str | None:
        """The review page of a verdict, as HTML; None where there is none."""
        ...


class Decisions(Protocol):
    """What was decided at the status page, until it is acted on."""

    def put(self, decision: PageDecision) -> bool:
        """Keep one, on disk when this returns; False where another on this version waits, or this form came before."""
        ...

    def latest(self) -> PageDecision | None:
        """The one that was given last; None before the first."""
        ...

    def turns(self, version: str) -> int:
        """Decisions on a version so far: what the next one is named by."""
        ...


class Worker(Protocol):
    """Acts on what was decided, in another process."""

    here: bool
    """Whether this machine can; where it cannot, another one will."""
    problem: str
    """Why the last run left something undone; empty where it did not."""

    def wake(self) -> None:
        """There is something to do; returns at once."""
        ...
