"""A shop's days at random, with syncs in between that fail and die, and what must be in the label store at the end."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from ecomintent.adapters import syncing
from ecomintent.errors import SourceError
from ecomintent.labels.rules import Rules, value_key
from ecomintent.records import LabelEvent, Provenance
from ecomintent.taxonomy import NAMES
from tests.twins.faults import Dying, Faulty, Killed
from tests.twins.twin import Twin, TwinClock

AGENTS = ("101", "102", "103")
TEXTS = (
    "my parcel is three days late, where is it now",
    "<p>the jug came broken</p><p>what happens next?</p>",
    "please stop my order before it ships",
    "you charged my card twice for one order",
    "hello, could I swap the blue one for a green one",
    "does this lamp fit a wall of plaster board?",
)
PERSONS = (Provenance.CONFIRMED, Provenance.EDITED, Provenance.SET_FROM_BLANK)
Said = tuple[str, str, str]
"""Ticket, intent, agent."""


def rules_of(twin: Twin) -> Rules:
    """Rules under which nothing is left out."""
    return Rules(
        source=twin.source,
        account=twin.account,
        intents={value_key(name): name for name in NAMES},
        redact=lambda text: text,
        pseudonym=lambda customer: f"hash of {customer}",
        in_frozen_set=lambda text: False,
    )


@dataclass
class Shop:
    """One account, what people did in it, and the syncs that read it."""

    twin: Twin
    store: Any
    random: Random
    fault_rate: float = 0.0
    death_rate: float = 0.0
    tickets: dict[str, str] = field(default_factory=dict)
    """Ticket -> intent now, empty where none; deleted ones are gone."""
    own_last: dict[str, bool] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    """By people, in order."""
    machines: list[tuple[str, str, Provenance]] = field(default_factory=list)
    kept: Counter[str] = field(default_factory=Counter)
    """Closed while our answer stood: ticket -> times."""
    deleted: set[str] = field(default_factory=set)
    injected: int = 0
    killed: int = 0

    def act(self, verb: str) -> None:
        """Do one thing; most need a ticket that is there."""
        if verb == "wait":
            self.twin.clock.sleep(self.random.choice((0, 0, 1, 7, 61, 3700)))
        elif verb == "sync":
            self.sync()
        elif verb == "open" or not self.tickets:
            ticket = self.twin.open(self.random.choice(TEXTS))
            self.tickets[ticket], self.own_last[ticket] = "", False
        elif verb in self.twin.can:
            getattr(self, verb)(self.random.choice(sorted(self.tickets)))

    def correct(self, ticket: str) -> None:
        others = [name for name in NAMES if name != self.tickets[ticket] or "confirm" in self.twin.can]
        intent, agent = self.random.choice(others), self.random.choice(AGENTS)
        self.twin.correct(ticket, intent, agent)
        self.said.append((ticket, intent, agent))
        self._now(ticket, intent)

    def predict(self, ticket: str) -> None:
        intent = self._another(ticket)
        self.twin.predict(ticket, intent)
        self._now(ticket, intent, own=True)

    def rule(self, ticket: str) -> None:
        intent = self._another(ticket)
        self.twin.rule(ticket, intent)
        self.machines.append((ticket, intent, Provenance.RULE))
        self._now(ticket, intent)

    def bot(self, ticket: str) -> None:
        intent = self._another(ticket)
        self.twin.bot(ticket, intent)
        self.machines.append((ticket, intent, Provenance.BOT))
        self._now(ticket, intent)

    def close(self, ticket: str) -> None:
        self.twin.close(ticket)
        self.kept[ticket] += self.own_last[ticket]

    def touch(self, ticket: str) -> None:
        self.twin.touch(ticket)

    def delete(self, ticket: str) -> None:
        self.twin.delete(ticket)
        self.deleted.add(ticket)
        del self.tickets[ticket]

    def sync(self) -> syncing.Synced | None:
        """One sync, which may fail or die; None where it did."""
        carried = Faulty(self.twin.handle, self.random, self.fault_rate)
        doomed = Dying(self.store, self.random, self.death_rate)
        helpdesk = self.twin.connector(carried, self.twin.clock.sleep)
        try:
            return syncing.sync(helpdesk, rules_of(self.twin), doomed)
        except (SourceError, Killed):
            return None
        finally:
            self.injected += carried.injected
            self.killed += doomed.killed

    def settle(self) -> None:
        """Let time pass and sync without faults until nothing is new twice."""
        self.fault_rate = self.death_rate = 0.0
        quiet = 0
        for _ in range(60):
            self.twin.clock.sleep(self.twin.settles_after)
            done = self.sync()
            assert done is not None, "a sync without faults failed"
            quiet = 0 if done.stored else quiet + 1
            if quiet == 2:
                return
        raise AssertionError("the source never came to rest")

    def labels(self) -> list[LabelEvent]:
        """Every label in the store of tickets that were not deleted."""
        everything = {ticket for ticket, *_ in [*self.said, *self.machines]} | set(self.kept)
        events = [event for ticket in everything - self.deleted for event in self.store.story(ticket)]
        mine = [event for event in events if event.account == self.twin.account]
        return [event for event in mine if event.kind.value in ("corrected", "confirmed")]

    def _another(self, ticket: str) -> str:
        return self.random.choice([name for name in NAMES if name != self.tickets[ticket]])

    def _now(self, ticket: str, intent: str, *, own: bool = False) -> None:
        self.tickets[ticket], self.own_last[ticket] = intent, own


def opened(kind: type[Twin], store: Any, seed: int, account: str, **rates: float) -> Shop:
    """A shop on its first day."""
    return Shop(twin=kind(TwinClock(), account), store=store, random=Random(seed), **rates)


def live(shop: Shop, steps: list[str]) -> None:
    """Let the days pass and come to rest."""
    for verb in steps:
        shop.act(verb)
    # A vendor that tells of a change only later has told little so far; that too must come through faults and deaths.
    shop.twin.clock.sleep(shop.twin.settles_after)
    shop.sync()
    shop.settle()


def check(shop: Shop) -> int:
    """Every correction is there once; returns how many there are.

    Raises:
        AssertionError: one is lost, doubled, or was made by no person.
    """
    alive = [said for said in shop.said if said[0] not in shop.deleted]
    labels = shop.labels()
    found = Counter((e.ticket_id, e.intent, e.agent) for e in labels if e.provenance in PERSONS)
    if shop.twin.keeps_history:
        assert found == Counter(alive)
    else:
        last = {(ticket, agent): (ticket, intent, agent) for ticket, intent, agent in alive}
        assert not found - Counter(alive)
        assert not Counter(last.values()) - found
    machines = Counter((e.ticket_id, e.intent, e.provenance) for e in labels if e.provenance in BY_MACHINE)
    expected = Counter(one for one in shop.machines if one[0] not in shop.deleted)
    assert machines == expected if shop.twin.keeps_history else not machines - expected
    kept = Counter(e.ticket_id for e in labels if e.provenance is Provenance.UNCHANGED)
    assert not kept - shop.kept
    assert not [e for e in labels if e.provenance is Provenance.OWN]
    assert shop.twin.impatient == 0
    _nothing_of_the_deleted(shop)
    return sum(found.values())


def still_told(shop: Shop) -> int:
    """How many of the corrections the source can still tell: all, or each person's last on each ticket."""
    return len(shop.said) if shop.twin.keeps_history else len({(ticket, agent) for ticket, _, agent in shop.said})


BY_MACHINE = (Provenance.RULE, Provenance.BOT)


def _nothing_of_the_deleted(shop: Shop) -> None:
    for ticket in shop.deleted:
        events = [event for event in shop.store.story(ticket) if event.account == shop.twin.account]
        assert {event.text for event in events} <= {""}
        # One that came and went between two syncs was never seen.
        assert not events or "deleted" in {event.kind.value for event in events}


def without_network(request: httpx.Request) -> httpx.Response:
    """A service that is not there."""
    raise httpx.ConnectError("no network", request=request)
