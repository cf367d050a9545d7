"""Intercom as its documentation and its own examples have it, with what they leave in the dark made as bad as may be.

Not documented, and so made difficult here: the search lags behind and may round times to days; its order is newest
first, so that a conversation that changes while pages are read moves out of those to come; pages are small.

Over 250 lines: one account, whose parts answer from the same conversations.
"""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import httpx

from ecomintent.adapters.intercom import IntercomConnector, connect
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from tests.twins.twin import DAY, Twin, TwinClock

TOKEN = "t0ken-of-the-twin"
ATTRIBUTE = "Intent"
OUR_APP = "our-app"
OUR_ADMIN = "9001"
FIN = {"type": "bot", "id": "278", "name": "Fin", "email": "operator@example.com"}
TEAMMATES = ("101", "102", "103")
WINDOW_SECONDS = 10

Json = dict[str, Any]


def admin(name: str) -> Json:
    """A teammate as the author of a part."""
    return {"type": "admin", "id": name, "name": f"Agent {name}", "email": f"agent{name}@example.com"}


CUSTOMER = {"type": "user", "id": "c-1", "name": "Ines Quill", "email": "ines@example.com"}


@dataclass
class Conversation:
    """One, with all its parts; Intercom tells only the newest."""

    name: str
    created_at: int
    source: Json
    parts: list[Json] = field(default_factory=list)
    attributes: Json = field(default_factory=dict)
    state: str = "open"
    closed_at: int | None = None
    updates: list[float] = field(default_factory=list)


class IntercomTwin(Twin):
    """A workspace, version 2.16 of the API."""

    source = "intercom"
    can = frozenset({"predict", "correct", "rule", "bot", "close", "delete", "touch"})

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.conversations: dict[str, Conversation] = {}
        self.deleted: dict[str, int] = {}
        self.newest = 500
        """Parts that are told of a conversation."""
        self.tells_total = True
        """Whether `total_count` counts the parts that are cut off."""
        self.page = 4
        """At most so many rows on a page, whatever was asked for."""
        self.per_window = 167
        self.lag = 20.0
        self.rounds_to_days = False
        self.deleted_by_id = False
        self.former: set[str] = set()
        """Teammates who left."""
        self.asked: list[str] = []
        self._counts = {"part": 0, "bot": 0, "predict": 0, "delete": 0, "touch": 0}
        self._window, self._in_window, self._until = 0, 0, 0.0

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = "", **options: str
    ) -> IntercomConnector:
        setup = Setup(
            kind="intercom",
            account=self.account,
            url="https://api.intercom.example",
            token=Secret(token or TOKEN),
            field=ATTRIBUTE,
            ours=frozenset({OUR_APP, OUR_ADMIN}),
            options=options,
        )
        return connect(setup, transport=transport, sleep=sleep)

    # What the API answers.

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.strip("/")
        self.asked.append(path)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return self._answer(401, _error("unauthorized"), limited=False)
        if self._is_over_the_limit():
            return self._answer(429, _error("rate_limit_exceeded"))
        if request.headers.get("intercom-version") != "2.16":
            return self._answer(400, _error("intercom_version_invalid"))
        routes: dict[tuple[str, str], Callable[[], httpx.Response]] = {
            ("POST", "conversations/search"): lambda: self._search(json.loads(request.content)),
            ("GET", "admins"): lambda: self._answer(200, {"type": "admin.list", "admins": self._admins()}),
            ("GET", "conversations/deleted"): lambda: self._list_deleted(request.url.params),
        }
        routes["GET", "me"] = lambda: self._answer(200, admin(OUR_ADMIN))
        name = path.removeprefix("conversations/")
        if request.method == "PUT" and name in self.conversations:
            word = json.loads(request.content)["custom_attributes"][ATTRIBUTE]
            self.predict(name, word)
            self.writes.append((name, word or ""))
        return routes.get((request.method, path), lambda: self._conversation(name, request.url.params))()

    def _conversation(self, name: str, params: httpx.QueryParams) -> httpx.Response:
        one = self.conversations.get(name)
        if one is None:
            return self._answer(404, _error("not_found"))
        return self._answer(200, self._told(one, params.get("display_as") == "plaintext"))

    def _is_over_the_limit(self) -> bool:
        window = int(self.clock.now // WINDOW_SECONDS)
        self.impatient += self.clock.now < self._until
        if window != self._window:
            self._window, self._in_window = window, 0
        self._in_window += 1
        if self._in_window <= self.per_window:
            return False
        self._until = (window + 1.0) * WINDOW_SECONDS
        return True

    def _answer(self, status: int, body: Json, *, limited: bool = True) -> httpx.Response:
        now = datetime.fromtimestamp(int(self.clock.now), UTC)
        headers = {"date": format_datetime(now, usegmt=True)}
        if limited:
            headers |= {
                "x-ratelimit-limit": str(self.per_window),
                "x-ratelimit-remaining": str(max(self.per_window - self._in_window, 0)),
                "x-ratelimit-reset": str((self._window + 1) * WINDOW_SECONDS),
            }
        return httpx.Response(status, headers=headers, json=body)

    def _admins(self) -> list[Json]:
        there = [admin(name) for name in (*TEAMMATES, OUR_ADMIN) if name not in self.former]
        return [*({**one, "has_inbox_seat": True} for one in there), {"type": "team", "id": "556"}]

    def _search(self, body: Json) -> httpx.Response:
        [wanted] = body["query"]["value"]
        per_page = body["pagination"]["per_page"]
        if per_page > 150 or (wanted["field"], wanted["operator"]) != ("updated_at", ">"):
            return self._answer(400, _error("parameter_invalid"))
        if not wanted["value"].isdigit():
            return self._answer(400, _error("parameter_invalid"))
        after = int(wanted["value"])
        if self.rounds_to_days:
            after = int(after // DAY * DAY + DAY)
        found = sorted(((at, name) for name, at in self._indexed().items() if at >= after), reverse=True)
        if cursor := body["pagination"].get("starting_after"):
            last = tuple(json.loads(base64.b64decode(cursor)))
            rest = [one for one in found if one < last]
        else:
            rest = found
        shown = rest[: min(self.page, per_page)]
        pages: Json = {"type": "pages", "page": 1, "per_page": per_page, "total_pages": 1 + len(found) // self.page}
        if len(rest) > len(shown):
            following = base64.b64encode(json.dumps(shown[-1]).encode()).decode()
            pages["next"] = {"per_page": per_page, "starting_after": following}
        rows = [{"type": "conversation", "id": name, "updated_at": at} for at, name in shown]
        answer = {"type": "conversation.list", "conversations": rows, "total_count": len(found), "pages": pages}
        return self._answer(200, answer)

    def _indexed(self) -> dict[str, int]:
        seen = self.clock.now - self.lag
        times = {name: [at for at in one.updates if at <= seen] for name, one in self.conversations.items()}
        return {name: int(at[-1]) for name, at in times.items() if at}

    def _list_deleted(self, params: httpx.QueryParams) -> httpx.Response:
        if int(params["per_page"]) > 60:
            return self._answer(400, _error("parameter_invalid"))
        number, size = int(params["page"]), min(self.page, int(params["per_page"]))
        rows = sorted(((0 if self.deleted_by_id else at, name) for name, at in self.deleted.items()), reverse=True)
        shown = [name for _, name in rows[(number - 1) * size : number * size]]
        total_pages = -(-len(rows) // size)
        pages: Json = {"type": "pages", "page": number, "per_page": size, "total_pages": total_pages}
        if number < total_pages:
            # An address here, not an object as in the search.
            pages["next"] = f"https://api.intercom.example/conversations/deleted?page={number + 1}"
        told = [
            {"type": "conversation", "id": name, "metrics_retained": True, "deleted_at": self.deleted[name]}
            for name in shown
        ]
        answer = {"type": "conversations.list", "conversations": told, "total_count": len(rows), "pages": pages}
        return self._answer(200, answer)

    def _told(self, one: Conversation, plain: bool) -> Json:
        shown = one.parts[-self.newest :]
        return {
            "type": "conversation",
            "id": one.name,
            "created_at": one.created_at,
            "updated_at": int(one.updates[-1]),
            # Stays HTML even where plain text is asked for.
            "source": one.source,
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": "c-1"}]},
            "state": one.state,
            "open": one.state == "open",
            "tags": {"type": "tag.list", "tags": [{"type": "tag", "id": "77", "name": "vip"}]},
            "custom_attributes": one.attributes,
            "statistics": {"last_close_at": one.closed_at} if int(one.name) % 2 else None,
            "conversation_parts": {
                "type": "conversation_part.list",
                "conversation_parts": [_plain(part) if plain else part for part in shown],
                "total_count": len(one.parts) if self.tells_total else len(shown),
            },
        }

    # What people do.

    def open(self, text: str) -> str:
        name = str(215_470_000_000_001 + len(self.conversations) + len(self.deleted))
        body = text if text.startswith("<") else f"<p>{text}</p>"
        source = {
            "type": "conversation",
            "id": f"{name}0",
            "delivered_as": "customer_initiated",
            "subject": "",
            "body": body,
            "author": CUSTOMER,
            "redacted": False,
        }
        self.conversations[name] = Conversation(name=name, created_at=int(self.clock.now), source=source)
        self._updated(name)
        return name

    def add(self, ticket: str, part_type: str, author: Json, **more: Any) -> Json:
        """Put a part under a conversation."""
        self._counts["part"] += 1
        now = int(self.clock.now)
        part = {
            "type": "conversation_part",
            "id": str(30_000 + self._counts["part"]),
            "part_type": part_type,
            "body": None,
            "created_at": now,
            "updated_at": now,
            "author": author,
            "redacted": False,
            "event_details": None,
            "app_package_code": None,
            **more,
        }
        self.conversations[ticket].parts.append(part)
        self._updated(ticket)
        return part

    def set(self, ticket: str, value: str | None, author: Json, *, how: str = "admin", **more: Any) -> Json:
        """Set the intent attribute."""
        before = self.conversations[ticket].attributes.get(ATTRIBUTE)
        self.conversations[ticket].attributes[ATTRIBUTE] = value
        told: Json = {"name": value}
        # In turn: told, null, absent.
        if self._counts["part"] % 3 < 2:
            told["previous"] = before if self._counts["part"] % 3 == 0 else None
        details = {"attribute": {"name": ATTRIBUTE}, "value": told}
        return self.add(ticket, f"conversation_attribute_updated_by_{how}", author, event_details=details, **more)

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        self.set(ticket, intent, admin(agent))

    def predict(self, ticket: str, intent: str) -> None:
        # A write through the API is shown as Fin's, or as its token's owner's.
        by_fin = self._next("predict", 2) == 0
        self.set(ticket, intent, FIN if by_fin else admin(OUR_ADMIN), app_package_code=OUR_APP if by_fin else None)

    def rule(self, ticket: str, intent: str) -> None:
        part = self.set(ticket, intent, {**FIN, "name": "Operator"}, how="workflow")
        part["event_details"]["workflow"] = {"name": "Route by topic"}

    def bot(self, ticket: str, intent: str) -> None:
        turn = self._next("bot", 3)
        if turn == 0:
            self.set(ticket, intent, FIN)
        elif turn == 1:
            self.set(ticket, intent, {**admin("101"), "from_ai_agent": True})
        else:
            self.set(ticket, intent, admin("101"), app_package_code="another-app")

    def close(self, ticket: str) -> None:
        one = self.conversations[ticket]
        one.state, one.closed_at = "closed", int(self.clock.now)
        self.add(ticket, "close", admin("102"))

    def delete(self, ticket: str) -> None:
        if self._next("delete", 2):
            self.add(ticket, "merged_secondary_conversation", {**FIN, "name": "Operator"})
            return
        del self.conversations[ticket]
        self.deleted[ticket] = int(self.clock.now)

    def touch(self, ticket: str) -> None:
        turn = self._next("touch", 7)
        if turn == 0:
            self._updated(ticket)
        elif turn == 1:
            self.add(ticket, "note", admin("101"), body="<p>RETURN_REQUEST, I think</p>")
        elif turn == 2:
            self.add(ticket, "comment", CUSTOMER, redacted=True)
        elif turn == 3:
            self.add(ticket, "comment", CUSTOMER, body="<p>any news?</p>")
        elif turn == 4:
            details = {"attribute": {"name": "Order"}, "value": {"name": "WISMO", "previous": None}}
            self.add(ticket, "conversation_attribute_updated_by_admin", admin("101"), event_details=details)
        elif turn == 5:
            self.add(ticket, "conversation_attribute_updated_by_admin", FIN)
        else:
            self.add(ticket, "a_type_of_tomorrow", {"type": "team", "id": "1"})

    def _updated(self, ticket: str) -> None:
        self.conversations[ticket].updates.append(self.clock.now)

    def _next(self, what: str, of: int) -> int:
        self._counts[what] += 1
        return (self._counts[what] - 1) % of


def _plain(part: Json) -> Json:
    body = part["body"]
    return part if body is None else {**part, "body": body.removeprefix("<p>").removesuffix("</p>")}


def _error(code: str) -> Json:
    return {"type": "error.list", "request_id": "b2", "errors": [{"code": code, "message": "no"}]}
