"""An Argilla dataset: a search that can be paged while records come and go, and responses that are no labels."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

from ecomintent.adapters.argilla import ArgillaConnector, connect
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.taxonomy import NAMES
from tests.twins.twin import Twin, TwinClock

TOKEN = "t0ken-of-the-twin"
DATASET = "d-1"
QUESTION = "q-intent"
CAP = 3
"""Records of one page, so that small datasets have several."""


class ArgillaTwin(Twin):
    """One dataset, whose records are known by their `external_id`, every second one by its own."""

    source = "argilla"
    can = frozenset({"correct", "confirm", "touch"})
    keeps_history = False

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.records: dict[str, dict[str, Any]] = {}
        self.cap = CAP
        self.kind = "label_selection"
        self.searched: list[int] = []
        """Offsets that were asked for."""
        self.afterwards: Callable[[int], None] = lambda offset: None
        """What happens in the dataset once a page has gone out."""
        self._ids, self._moments, self._noise = count(1), count(), count()

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = "", **options: str
    ) -> ArgillaConnector:
        return connect(self.setup(token, **options), transport=transport, sleep=sleep)

    def setup(self, token: str = "", *, field: str = "intent", **options: str) -> Setup:
        return Setup(
            kind=self.source,
            account=self.account,
            url="https://argilla.example.com",
            token=Secret(token or TOKEN),
            field=field,
            ours=frozenset({"u-bot"}),
            options={"dataset": DATASET, **options},
        )

    # What people do in it.

    def open(self, text: str) -> str:
        number = next(self._ids)
        name, now = f"r-{number}", self.moment()
        self.records[name] = {
            "id": name,
            "external_id": f"T-{number}" if number % 2 else None,
            "fields": {"text": text},
            "metadata": {},
            "status": "pending",
            "responses": [],
            "suggestions": [],
            "inserted_at": now,
            "updated_at": now,
        }
        ticket = str(self.records[name]["external_id"] or name)
        if number % 3:
            self.suggest(ticket, NAMES[number % len(NAMES)])
        return ticket

    def suggest(self, ticket: str, value: object, question: str = QUESTION) -> None:
        """A model's suggestion, written over the one there is."""
        held = self.record(ticket)["suggestions"]
        now = self.moment()
        for one in held:
            if one["question_id"] == question:
                one.update(value=value, updated_at=now)
                return
        held.append({"id": f"s-{next(self._ids)}", "question_id": question, "value": value, "agent": "ours-1"})
        held[-1] |= {"inserted_at": now, "updated_at": now}

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        self.respond(ticket, intent, by=agent)

    def respond(
        self, ticket: str, value: object, *, by: str | None = "101", status: str = "submitted", question: str = "intent"
    ) -> dict[str, Any]:
        """Somebody answers, or changes the answer; the record's own time stays as it is."""
        held, now = self.record(ticket)["responses"], self.moment()
        values = {question: {"value": value}}
        for one in held:
            if one["user_id"] == by:
                one.update(values=values, status=status, updated_at=now)
                return dict(one)
        held.append({"id": f"a-{next(self._ids)}", "user_id": by, "values": values, "status": status})
        held[-1] |= {"inserted_at": now, "updated_at": now}
        return dict(held[-1])

    def touch(self, ticket: str) -> None:
        kind = next(self._noise) % 6
        if kind == 0:
            self.record(ticket).update(metadata={"seen": True}, updated_at=self.moment())
        elif kind == 1:
            self.respond(ticket, "WISMO", by="104", status="draft")
        elif kind == 2:
            self.respond(ticket, "WISMO", by="105", status="discarded")
        elif kind == 3:
            self.respond(ticket, "WISMO", by="106", question="tone")
        elif kind == 4:
            self.suggest(ticket, "OTHER")
        else:
            self.respond(ticket, ["WISMO", "OTHER"], by="107")

    def vanish(self, ticket: str) -> None:
        """A record is deleted; nothing tells of it."""
        del self.records[self.record(ticket)["id"]]

    # What the server answers.

    def handle(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("x-argilla-api-key") != TOKEN:
            return httpx.Response(401, json={"detail": {"code": "argilla.api.errors::UnauthorizedError"}})
        match = re.fullmatch(rf"/api/v1/datasets/{DATASET}/(questions|records/search)", request.url.path)
        if not match:
            return httpx.Response(404, json={"detail": "not found"})
        if match[1] == "questions":
            asked = [(QUESTION, "intent", self.kind), ("q-tone", "tone", "label_selection"), ("q-why", "why", "text")]
            items = [{"id": name, "name": title, "settings": {"type": kind}} for name, title, kind in asked]
            return httpx.Response(200, json={"items": items})
        return self._search(request)

    def _search(self, request: httpx.Request) -> httpx.Response:
        params = request.url.params
        offset, limit = int(params["offset"]), min(int(params["limit"]), self.cap)
        if int(params["limit"]) > 1000:
            return httpx.Response(422, json={"detail": "limit"})
        found = list(self.records.values())
        if not json.loads(request.content).get("sort"):
            # As in the plain list: an index has written again, further down, what was answered.
            found.sort(key=lambda one: max([one["updated_at"], *(a["updated_at"] for a in one["responses"])]))
        wanted = set(params.get_list("include"))
        told = [
            {name: value for name, value in one.items() if name not in ("responses", "suggestions") or name in wanted}
            for one in found[offset : offset + limit]
        ]
        items = [{"record": one, "query_score": 1.0} for one in told]
        answer = httpx.Response(200, json={"items": items, "total": len(found)})
        self.searched.append(offset)
        self.afterwards(offset)
        return answer

    def moment(self) -> str:
        """Now in UTC without saying so, as the server writes it; without microseconds where they are 0."""
        now = datetime.fromtimestamp(self.clock.now, UTC).replace(tzinfo=None, microsecond=next(self._moments))
        return now.isoformat()

    def record(self, ticket: str) -> dict[str, Any]:
        """The record of a ticket."""
        return next(one for one in self.records.values() if ticket in (one["external_id"], one["id"]))
