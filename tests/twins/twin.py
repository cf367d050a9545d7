"""What every twin is: a local double of one vendor's API with its traps, driven by the words of a shop's day."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import ClassVar

import httpx

from ecomintent.ports import Helpdesk

START = datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()
DAY = 86_400.0


@dataclass
class TwinClock:
    """Time that passes only when somebody lets it; who waits lets it pass."""

    now: float = START
    """Seconds since 1970."""

    def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)

    def iso(self) -> str:
        """Now, as Zendesk, Freshdesk and most others write it."""
        return datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Twin(ABC):
    """A vendor's account. `handle` answers requests as the vendor would; the other verbs are what people do in it.

    Everything happens at `clock.now`. A verb that is not in `can` is never called.
    """

    source: ClassVar[str]
    can: ClassVar[frozenset[str]]
    """Of: predict, correct, confirm, rule, bot, close, delete, touch."""
    keeps_history: ClassVar[bool] = True
    """Whether every change can be read later; else only what holds at the moment of reading."""
    settles_after: ClassVar[float] = 120.0
    """Seconds after which everything that happened can be read."""

    def __init__(self, clock: TwinClock, account: str) -> None:
        self.clock = clock
        self.account = account
        self.impatient = 0
        """Requests that came before the time a 429 had asked to wait for: a polite connector makes none."""
        self.writes: list[tuple[str, str]] = []
        """(ticket, what was put on it) of every change of a ticket through the API; empty for what was taken off."""

    @abstractmethod
    def handle(self, request: httpx.Request) -> httpx.Response:
        """The vendor's answer; 401 without the right credentials."""

    @abstractmethod
    def connector(self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = "") -> Helpdesk:
        """A connector to this account through `transport`; with the right credentials unless `token` says otherwise."""

    @abstractmethod
    def open(self, text: str) -> str:
        """A customer writes; returns the ticket's id."""

    def predict(self, ticket: str, intent: str) -> None:
        """We write our answer back."""
        raise self._cannot("predict")

    @abstractmethod
    def correct(self, ticket: str, intent: str, agent: str) -> None:
        """A person sets another intent than the ticket has (with `confirm`: perhaps the same)."""

    def rule(self, ticket: str, intent: str) -> None:
        """The helpdesk's own automation sets the intent."""
        raise self._cannot("rule")

    def bot(self, ticket: str, intent: str) -> None:
        """A bot sets the intent, where the vendor can: under the name of a person."""
        raise self._cannot("bot")

    def close(self, ticket: str) -> None:
        """An agent solves the ticket."""
        raise self._cannot("close")

    def delete(self, ticket: str) -> None:
        """The ticket is deleted, merged away or marked as spam, in turn."""
        raise self._cannot("delete")

    def touch(self, ticket: str) -> None:
        """Something changes that is not the intent: an update of the system, a note, a tag."""
        raise self._cannot("touch")

    def _cannot(self, verb: str) -> AssertionError:
        return AssertionError(
            f"{self.source} has no verb {verb!r}, it can {', '.join(sorted(self.can))}; ask `can` first"
        )


@dataclass
class Limit:
    """At most `count` requests in any `seconds`; says how long to wait."""

    clock: TwinClock
    count: int
    seconds: float
    _times: list[float] = field(default_factory=list)
    _until: float = 0.0
    impatient: int = 0

    def wait(self) -> float:
        """0 where the request may pass, else the seconds until the next one may."""
        now = self.clock.now
        self.impatient += now < self._until
        self._times = [at for at in self._times if now - at < self.seconds]
        if len(self._times) < self.count:
            self._times.append(now)
            return 0.0
        # Whole seconds, as headers have them, and never too few.
        left = self._times[0] + self.seconds - now
        seconds = float(int(left) + 1)
        self._until = now + int(left)
        return seconds
