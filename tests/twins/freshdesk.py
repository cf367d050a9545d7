"""Freshdesk's API on this machine, with its traps: pages, limits, and exports that come the day after, by their form.

An activity is of the form that `freshdesk_activities` assumes; what Freshdesk's really look like nobody here has seen.

Over 250 lines: one account, whose lists, exports and tickets answer from the same rows.
"""

import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import formatdate
from typing import Any

import httpx

from ecomintent.adapters import freshdesk
from ecomintent.adapters.freshdesk import FreshdeskConnector
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from tests.twins.twin import DAY, Limit, Twin, TwinClock

TOKEN = "t0ken-of-the-twin"
OURS = 9001
FIELD = "cf_intent"
FILES = "files.example.net"
LINK_SECONDS = 300
HOUR = 3600
WINDOW_STARTS = 10 * HOUR
"""The account lives ten hours west of Greenwich: the export of a day runs from ten to ten."""
READY = 3.5 * HOUR
"""After the end of its window an export is there."""


class FreshdeskTwin(Twin):
    """One account. Change the public attributes for a trap of your own."""

    source = "freshdesk"
    can = frozenset({"predict", "correct", "rule", "bot", "close", "delete", "touch"})
    settles_after = 28.0 * HOUR

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.page_size, self.page_cap = 3, 300
        self.kept_days = 60
        self.label = "Intent"
        self.exports_enabled = True
        self.missing: set[str] = set()
        """Days whose export never comes."""
        self.dated = True
        self.includes_second = True
        """Whether `updated_since` lists what was updated in that very second."""
        self.tickets: dict[int, dict[str, Any]] = {}
        self.records: list[tuple[float, dict[str, Any]]] = []
        self.agents = [{"id": n, "type": "support_agent"} for n in (OURS, 101, 102, 103)]
        self.limit = Limit(clock, 50, 60.0)
        self.requests: list[httpx.Request] = []

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = "", **options: str
    ) -> FreshdeskConnector:
        setup = Setup(
            kind="freshdesk",
            account=self.account,
            url=f"https://{self.account}.freshdesk.example",
            token=Secret(token or TOKEN),
            field=FIELD,
            ours=frozenset({str(OURS)}),
            options={"activities_days": str(self.kept_days), **options},
        )
        return freshdesk.connect(setup, transport=transport, sleep=sleep)

    def open(self, text: str, source: int = 1) -> str:
        number = len(self.tickets) + 1
        self.tickets[number] = {
            "id": number,
            "subject": "",
            "description": text,
            "description_text": re.sub(r"<[^>]+>", " ", text).strip(),
            "status": 2,
            "priority": 1,
            "source": source,
            "tags": [],
            "custom_fields": {FIELD: None},
            "requester_id": 5000 + number,
            "responder_id": None,
            "product_id": None,
            "type": None,
            "spam": False,
            "deleted": False,
            "created_at": self.clock.iso(),
            "updated_at": self.clock.iso(),
            "stats": {"resolved_at": None, "closed_at": None},
        }
        self.record(number, "user", 5000 + number, {"new_ticket": True, "status": "Open", "source": source})
        return str(number)

    def predict(self, ticket: str, intent: str) -> None:
        self.set(ticket, intent, "user", OURS)

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        self.set(ticket, intent, "user", int(agent))

    def rule(self, ticket: str, intent: str) -> None:
        # An automation that a person's update set off goes under that person's name.
        kind, performer = ("user", 101) if int(ticket) % 2 else ("system", None)
        self.set(ticket, intent, kind, performer, automation={"type": 1, "rule": "by words"})

    def bot(self, ticket: str, intent: str) -> None:
        self.set(ticket, intent, "bot", 102)

    def close(self, ticket: str) -> None:
        found = self.tickets[int(ticket)]
        found["status"] = 4
        found["stats"] = {"resolved_at": self.clock.iso(), "closed_at": None}
        self.touched(ticket)
        self.record(ticket, "user", 103, {"status": "Resolved"})

    def delete(self, ticket: str) -> None:
        kind = ("deleted", "spam")[int(ticket) % 2]
        self.tickets[int(ticket)][kind] = True
        self.touched(ticket)
        self.record(ticket, "user", 103, {kind: True})

    def touch(self, ticket: str) -> None:
        self.touched(ticket)
        self.record(ticket, "user", 103, {"note": {"id": 7, "type": 2}})

    def set(self, ticket: str, intent: str | None, kind: Any, performer: Any, **more: Any) -> None:
        """Somebody sets the intent."""
        self.tickets[int(ticket)]["custom_fields"][FIELD] = intent
        self.touched(ticket)
        self.record(ticket, kind, performer, {self.label: intent, **more})

    def touched(self, ticket: str) -> None:
        self.tickets[int(ticket)]["updated_at"] = self.clock.iso()

    def record(self, ticket: Any, kind: Any, performer: Any, activity: Any) -> None:
        """Something goes into the export of the day."""
        performed_at = datetime.fromtimestamp(self.clock.now, UTC).strftime("%d-%m-%Y %H:%M:%S +0000")
        told = {"performed_at": performed_at, "ticket_id": int(ticket), "performer_type": kind}
        self.records.append((self.clock.now, {**told, "performer_id": performer, "activity": activity}))

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.host == FILES:
            return self._file(request)
        seconds = self.limit.wait()
        self.impatient = self.limit.impatient
        if seconds:
            return httpx.Response(429, headers={**self._headers(), "retry-after": str(int(seconds))}, json={})
        right = "Basic " + base64.b64encode(f"{TOKEN}:X".encode()).decode()
        if request.headers.get("authorization") != right:
            return httpx.Response(401, headers=self._headers(), json={"code": "invalid_credentials"})
        number = request.url.path.rsplit("/", 1)[1]
        if "/tickets/" in request.url.path and number.isdigit():
            return self._ticket(request, int(number))
        asked = {
            "/api/v2/agents/me": lambda _: httpx.Response(200, headers=self._headers(), json={"id": OURS}),
            "/api/v2/tickets": self._tickets,
            "/api/v2/agents": self._agents,
            "/api/v2/export/ticket_activities": self._export,
        }
        answer = asked.get(request.url.path)
        return answer(request) if answer else httpx.Response(404, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        left = max(self.limit.count - len(self.limit._times), 0)
        limits = {"x-ratelimit-total": str(self.limit.count), "x-ratelimit-remaining": str(left)}
        dated = {"date": formatdate(self.clock.now, usegmt=True)} if self.dated else {}
        return {**limits, "x-ratelimit-used-currentrequest": "1", **dated}

    def _agents(self, request: httpx.Request) -> httpx.Response:
        return self._page(request, self.agents)

    def _ticket(self, request: httpx.Request, number: int) -> httpx.Response:
        found = self.tickets.get(number)
        if found is None:
            return httpx.Response(404, headers=self._headers())
        if request.method == "PUT":
            told = json.loads(request.content)
            if "tags" in told:
                word = next((tag for tag in told["tags"] if tag not in found["tags"]), "")
                found["tags"] = told["tags"]
                self.touched(str(number))
            else:
                word = told["custom_fields"][FIELD] or ""
                self.set(str(number), word or None, "user", OURS)
            self.writes.append((str(number), word))
        return httpx.Response(200, headers=self._headers(), json=found)

    def _tickets(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params
        wanted = asked.get("filter")
        # Among equals the newest comes first.
        found = [ticket for ticket in reversed(self.tickets.values()) if _kind(ticket) == wanted]
        since = asked.get("updated_since")
        if since is None:
            month_ago = self.clock.now - 30 * DAY
            found = [one for one in found if datetime.fromisoformat(one["created_at"]).timestamp() >= month_ago]
        elif self.includes_second:
            found = [one for one in found if one["updated_at"] >= since]
        else:
            found = [one for one in found if one["updated_at"] > since]
        found.sort(key=lambda one: one[asked.get("order_by", "created_at")], reverse=asked.get("order_type") != "asc")
        return self._page(request, [_shown(one, asked.get("include", "").split(",")) for one in found])

    def _page(self, request: httpx.Request, rows: list[dict[str, Any]]) -> httpx.Response:
        asked = request.url.params
        page, size = int(asked.get("page", "1")), min(int(asked.get("per_page", "30")), self.page_size)
        if page > self.page_cap:
            fault = {"field": "page", "message": f"It should be at most {self.page_cap}", "code": "invalid_value"}
            return httpx.Response(400, headers=self._headers(), json={"errors": [fault]})
        headers = self._headers()
        if len(rows) > page * size:
            headers["link"] = f'<{request.url.copy_merge_params({"page": str(page + 1)})}>; rel="next"'
        return httpx.Response(200, headers=headers, json=rows[(page - 1) * size : page * size])

    def _export(self, request: httpx.Request) -> httpx.Response:
        day = request.url.params["created_at"]
        if not self.exports_enabled:
            return httpx.Response(403, headers=self._headers(), json={"code": "require_feature"})
        if day in self.missing or not self._is_there(day):
            return httpx.Response(404, headers=self._headers())
        link = {"created_at": day, "url": f"https://{FILES}/{day}.json?until={self.clock.now + LINK_SECONDS}"}
        export: Any = [link] if date.fromisoformat(day).toordinal() % 2 else link
        return httpx.Response(200, headers=self._headers(), json={"export": export})

    def _is_there(self, day: str) -> bool:
        starts = _starts(day)
        if not starts <= self.clock.now < starts + self.kept_days * DAY:
            return False
        # While the day lasts there is what happened so far; then nothing, until all is there.
        return self.clock.now < starts + DAY or self.clock.now >= starts + DAY + READY

    def _file(self, request: httpx.Request) -> httpx.Response:
        if "authorization" in request.headers:
            return httpx.Response(400, text="only one way to authenticate is allowed")
        if self.clock.now > float(request.url.params["until"]):
            return httpx.Response(403, text="the link has expired")
        day = request.url.path.strip("/").removesuffix(".json")
        starts = _starts(day)
        records = [record for at, record in self.records if starts <= at < starts + DAY]
        body = {"metadata": {"activities_count": len(records)}, "activities_data": records}
        return httpx.Response(200, headers={"content-type": "binary/octet-stream"}, content=json.dumps(body))


def _kind(ticket: dict[str, Any]) -> str | None:
    return "deleted" if ticket["deleted"] else "spam" if ticket["spam"] else None


def _shown(ticket: dict[str, Any], included: list[str]) -> dict[str, Any]:
    hidden = {"description": ("description", "description_text"), "stats": ("stats",)}
    gone = {name for key, names in hidden.items() if key not in included for name in names}
    return {name: value for name, value in ticket.items() if name not in gone}


def _starts(day: str) -> float:
    midnight = datetime.fromisoformat(day).replace(tzinfo=UTC)
    return (midnight + timedelta(seconds=WINDOW_STARTS)).timestamp()
