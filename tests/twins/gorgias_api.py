"""What Gorgias' API makes of an account: lists whose cursors expire, tickets that move while they are listed."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count, cycle
from typing import Any

import httpx

from tests.twins.twin import Limit, TwinClock

TOKEN = "t0ken-of-the-twin"
USER = "sync@example.com"
WRITER = 9001
"""The user whose key it is."""
LOGIN = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
PARAMETERS = {
    "tickets": {"limit", "cursor", "order_by", "trashed"},
    "events": {"limit", "cursor", "order_by", "object_type", "object_id", "types", "created_datetime[gte]"},
    "tags": {"limit", "cursor"},
    "users": {"limit", "cursor"},
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Key = tuple[int, int]


def iso(micros: int) -> str:
    """As Python writes it: without a fraction where there is none."""
    return (EPOCH + timedelta(microseconds=micros)).isoformat()


@dataclass
class Place:
    """Where a ticket stands in the list of tickets, which may hear late of an update."""

    now: int
    """Time of the last update, in microseconds."""
    seen_from: float
    before: int | None
    """Where it stood until then; None where it was not there."""


class GorgiasApi:
    """An account as its API shows it."""

    def __init__(self, clock: TwinClock) -> None:
        self.clock = clock
        self.limit = Limit(clock, 40, 20.0)
        self.tickets: dict[int, dict[str, Any]] = {}
        self.places: dict[int, Place] = {}
        self.events: list[dict[str, Any]] = []
        self.tags: dict[int, str] = {}
        self.users: dict[int, str] = {}
        self.page = {"tickets": 3, "events": 30, "tags": 30, "users": 30}
        """Rows of a page at most, so few that a small shop has several pages."""
        self.lives = 45.0
        """Seconds of a cursor."""
        self.lags = cycle((0.0, 30.0))
        """Seconds after which the list of tickets shows an update."""
        self.moves = 3
        """Tickets that are still to move while somebody pages."""
        self.asked: list[str] = []
        self.change_tags: Callable[[str, int, list[str]], None] = lambda _method, _ticket, _names: None
        """What becomes of a request to change the tags of a ticket."""
        self._cursors: dict[str, tuple[str, Key, float]] = {}
        self._numbers = count(1)
        self._last = 0

    def micros(self) -> int:
        """Now; never twice the same."""
        self._last = max(int(self.clock.now * 1e6), self._last + 1)
        return self._last

    def tell(self, ticket: int, kind: str, **more: Any) -> dict[str, Any]:
        """An event about a ticket."""
        event = {
            "id": 500_000 + len(self.events),
            "account_id": 1,
            "user_id": None,
            "object_type": "Ticket",
            "object_id": ticket,
            "type": kind,
            "data": None,
            "context": f"context-{len(self.events)}",
            "created_datetime": iso(self.micros()),
            **more,
        }
        self.events.append(event)
        return event

    def update(self, ticket: int) -> None:
        """The ticket changed; the time of that is the same for all that do so in the same second."""
        second = int(self.clock.now) * 1_000_000
        self.tickets[ticket]["updated_datetime"] = iso(second)
        before = self._stands(ticket) if ticket in self.places else None
        self.places[ticket] = Place(now=second, seen_from=self.clock.now + next(self.lags), before=before)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Gorgias' answer, with its limit and its clock in the headers."""
        if request.headers.get("authorization") != LOGIN:
            return httpx.Response(401, json={"error": {"msg": "Unauthorized"}})
        headers = {"Date": format_datetime(EPOCH + timedelta(seconds=int(self.clock.now)), usegmt=True)}
        if wait := self.limit.wait():
            headers |= {"Retry-after": str(int(wait)), "X-Gorgias-Account-Api-Call-Limit": "40/40"}
            return httpx.Response(429, headers=headers, json={"error": {"msg": "Too many requests"}})
        if request.method != "GET":
            return self._change(request, headers)
        status, body = self._answer(request.url.path.removeprefix("/api/").split("/"), request.url.params)
        return httpx.Response(status, headers=headers | {"X-Gorgias-Account-Api-Call-Limit": "10/40"}, json=body)

    def _change(self, request: httpx.Request, headers: dict[str, str]) -> httpx.Response:
        _, _, _, number, what = request.url.path.split("/")
        if int(number) not in self.tickets or what != "tags":
            return httpx.Response(404, headers=headers, json={"error": {"msg": "Not found"}})
        self.change_tags(request.method, int(number), json.loads(request.content)["names"])
        return httpx.Response(204 if request.method == "DELETE" else 201, headers=headers)

    def _answer(self, path: list[str], params: httpx.QueryParams) -> tuple[int, Any]:
        self.asked.append("/".join(path))
        if len(path) == 2:
            found = self._one(path[0], int(path[1]))
            return (200, found) if found else (404, {"error": {"msg": "Not found"}})
        if set(params) - PARAMETERS[path[0]] or not 1 <= int(params.get("limit", 30)) <= 100:
            return 400, {"error": {"msg": "Unknown parameter"}}
        return self._list(path[0], params)

    def _one(self, path: str, number: int) -> dict[str, Any] | None:
        if path == "tickets":
            return self.tickets.get(number)
        return next((row for _, row in self._rows(path, httpx.QueryParams()) if row["id"] == number), None)

    def _list(self, path: str, params: httpx.QueryParams) -> tuple[int, Any]:
        after: Key | None = None
        if cursor := params.get("cursor"):
            whose, after, until = self._cursors.get(cursor, ("", (0, 0), 0.0))
            if whose != path or self.clock.now > until:
                return 400, {"error": {"msg": "Invalid cursor"}}
            if path == "tickets":
                self._move(after)
        left = sorted(
            (row for row in self._rows(path, params) if after is None or row[0] < after), reverse=True, key=key
        )
        size = min(int(params.get("limit", 30)), self.page[path])
        page, behind = left[:size], left[size:]
        rows = [row for _, row in page]
        name = f"cursor-{next(self._numbers)}"
        if behind:
            self._cursors[name] = (path, page[-1][0], self.clock.now + self.lives)
        # A single row may stand out of order, as Gorgias' sometimes do.
        rows[:2] = reversed(rows[:2])
        return 200, {
            "object": "list",
            "data": rows,
            "meta": {"prev_cursor": None, "next_cursor": name if behind else None},
        }

    def _move(self, after: Key) -> None:
        unseen = [
            ticket for ticket in self.places if (self._stands(ticket) or 0, ticket) < after and ticket in self.tickets
        ]
        if unseen and self.moves:
            self.moves -= 1
            self.update(min(unseen, key=lambda ticket: (self._stands(ticket) or 0, ticket)))

    def _stands(self, ticket: int) -> int | None:
        place = self.places[ticket]
        return place.now if self.clock.now >= place.seen_from else place.before

    def _rows(self, path: str, params: httpx.QueryParams) -> list[tuple[Key, dict[str, Any]]]:
        if path == "tickets":
            listed = {ticket: stands for ticket in self.tickets if (stands := self._stands(ticket)) is not None}
            return [((stands, ticket), self._compact(ticket, stands)) for ticket, stands in listed.items()]
        if path == "events":
            return [((event["id"], 0), event) for event in self.events if _wanted(event, params)]
        if path == "tags":
            return [((number, 0), {"id": number, "name": name}) for number, name in self.tags.items()]
        told = {number: {"id": number, "role": {"name": role}} for number, role in self.users.items()}
        told.get(WRITER, {})["email"] = USER
        return [((number, 0), user) for number, user in told.items()]

    def _compact(self, ticket: int, stands: int) -> dict[str, Any]:
        body = {name: value for name, value in self.tickets[ticket].items() if name != "messages"}
        return body | {"updated_datetime": iso(stands), "excerpt": "of the last message only"}


def key(row: tuple[Key, Any]) -> Key:
    """What a list is ordered by."""
    return row[0]


def _wanted(event: dict[str, Any], params: httpx.QueryParams) -> bool:
    types, ticket, since = params.get_list("types"), params.get("object_id"), params.get("created_datetime[gte]")
    return (
        (not types or event["type"] in types)
        and (not ticket or event["object_id"] == int(ticket))
        and (not since or datetime.fromisoformat(event["created_datetime"]) >= datetime.fromisoformat(since))
    )
