"""A source without a vendor: shows that the conformance suite can be passed, and that what it forbids fails it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import ClassVar

import httpx

from ecomintent.adapters.web import Web
from ecomintent.labels import cells
from ecomintent.tickets import Actor, ActorKind, Change, Message, Page, Ticket
from tests.twins.twin import Twin, TwinClock

PAGE = 3
TOKEN = "t0ken-of-the-twin"


class PlainTwin(Twin):
    """Serves its log of changed tickets, from any place in it."""

    source = "plain"
    can = frozenset({"predict", "correct", "rule", "bot", "close", "delete", "touch"})
    broken: ClassVar[str] = ""

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.tickets: dict[str, Ticket] = {}
        self.log: list[tuple[str, str]] = []
        """(when, ticket), oldest first."""
        self.events = 0

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, json={})
        after = int(request.url.params["after"])
        return httpx.Response(200, json={"ids": self.log[after : after + PAGE]})

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = ""
    ) -> "PlainConnector":
        headers = {"Authorization": f"Bearer {token or TOKEN}"}
        web = Web(
            "https://plain.example", name=f"plain:{self.account}", headers=headers, transport=transport, sleep=sleep
        )
        return PlainConnector(self, web)

    def open(self, text: str) -> str:
        name = f"p{len(self.tickets) + 1}"
        at = self.clock.iso()
        said = Message(author="customer", body=text, is_html=False, created_at=at, public=True)
        self.tickets[name] = Ticket(ticket_id=name, created_at=at, subject="", messages=(said,), changes=())
        self.touch(name)
        return name

    def predict(self, ticket: str, intent: str) -> None:
        self._set(ticket, intent, Actor(kind=ActorKind.SELF, id="we"))

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        self._set(ticket, intent, Actor(kind=ActorKind.HUMAN, id=agent))

    def rule(self, ticket: str, intent: str) -> None:
        self._set(ticket, intent, Actor(kind=ActorKind.RULE, id="r"))

    def bot(self, ticket: str, intent: str) -> None:
        self._set(ticket, intent, Actor(kind=ActorKind.BOT, id="b"))

    def close(self, ticket: str) -> None:
        self._keep(replace(self.tickets[ticket], closed_at=self.clock.iso()))

    def delete(self, ticket: str) -> None:
        self._keep(replace(self.tickets[ticket], deleted_at=self.clock.iso()))

    def touch(self, ticket: str) -> None:
        self._keep(self.tickets[ticket])

    def _set(self, ticket: str, intent: str, actor: Actor) -> None:
        held = self.tickets[ticket]
        previous = held.changes[-1].value if held.changes else ""
        self.events += 1
        change = Change(event_id=f"e{self.events}", at=self.clock.iso(), actor=actor, value=intent, previous=previous)
        self._keep(replace(held, changes=(*held.changes, change)))

    def _keep(self, ticket: Ticket) -> None:
        self.tickets[ticket.ticket_id] = ticket
        self.log.append((self.clock.iso(), ticket.ticket_id))


class PlainConnector:
    """Reads the log from where it stopped."""

    source = "plain"

    def __init__(self, twin: PlainTwin, web: Web) -> None:
        self.account = twin.account
        self._twin, self._web = twin, web

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        at = json.loads(mark) if mark else 0
        while ids := self._web.get("log", {"after": at}).body["ids"]:
            at += len(ids)
            if self._twin.broken == "loses" and at % 7 == 0:
                continue
            named = [name for when, name in ids if cells.created_at(when) >= since]
            yield Page(mark=json.dumps(at), tickets=tuple(self._read(name) for name in named))

    def _read(self, name: str) -> Ticket:
        found = self._twin.tickets[name]
        if self._twin.broken == "doubles":
            named = [replace(one, event_id=f"{one.event_id} of {len(self._twin.log)}") for one in found.changes]
            return replace(found, changes=tuple(named))
        if self._twin.broken == "echoes":
            people = [replace(one, actor=Actor(kind=ActorKind.HUMAN, id=one.actor.id)) for one in found.changes]
            return replace(found, changes=tuple(people))
        return found


class Losing(PlainTwin):
    """Skips a page now and then."""

    broken = "loses"


class Doubling(PlainTwin):
    """Names an event anew at every reading."""

    broken = "doubles"


class Echoing(PlainTwin):
    """Takes everybody for a person, us as well."""

    broken = "echoes"
