"""A Zendesk account with the traps of its API: limits, a minute's delay, cursors that expire, rules within audits.

Over 250 lines: one account, whose rows, audits and cursors answer together.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from itertools import count, cycle
from typing import Any

import httpx

from ecomintent.adapters import zendesk
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.adapters.zendesk import ZendeskConnector
from tests.twins.twin import Limit, Twin, TwinClock

TOKEN = "t0ken-of-the-twin"
USER = "sync@example.com"
FIELD = "360001"
OURS = 9001
CUSTOMER = 7001
SHOP_BOT = 8001
LAST_MINUTE = 60
CURSOR_LIVES = 3000
"""Seconds; Zendesk does not say how long its cursors live."""

Json = dict[str, Any]
WEB = {"channel": "web", "source": {"from": {}, "to": {}, "rel": None}}
API = {"channel": "api", "source": {"from": {}, "to": {}, "rel": None}}
RULE = {"channel": "rule", "source": {"from": {"id": 55, "title": "Sort"}, "to": {}, "rel": "trigger"}}


class ZendeskTwin(Twin):
    """One account; `rows` and `audits` are what it answers with, open to a test that needs them odd."""

    source = "zendesk"
    can = frozenset({"predict", "correct", "rule", "bot", "close", "delete", "touch"})
    rows_at_once = 3
    """The most tickets in an answer, whatever is asked for."""
    listed_at_once = 3
    """The most audits or users."""

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.exports, self.requests = Limit(clock, 10, 60), Limit(clock, 700, 60)
        self.users: list[Json] = [{"id": CUSTOMER, "role": "end-user"}]
        self.users += [{"id": agent, "role": "agent"} for agent in (101, 102, OURS)] + [{"id": 103, "role": "admin"}]
        self.fields: dict[str, Json] = {FIELD: {"id": int(FIELD), "type": "tagger"}}
        self.rows: dict[int, Json] = {}
        self.audits: dict[int, list[Json]] = {}
        self.not_in_plan: set[str] = set()
        """Ends of paths that are answered with 403."""
        self.troubles: list[int] = []
        """Statuses to answer the next requests with."""
        self.asked: list[str] = []
        """Paths, in order."""
        self._issued: dict[str, float] = {}
        self._ids, self._turns = count(1), count()
        self._endings, self._touches = cycle(("deleted", "merged", "spam")), cycle(("system", "note", "triage", "new"))

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = ""
    ) -> ZendeskConnector:
        setup = Setup(
            kind="zendesk",
            account=self.account,
            url="https://acme.zendesk.example",
            token=Secret(token or TOKEN),
            user=USER,
            field=FIELD,
            ours=frozenset({str(OURS)}),
        )
        return zendesk.connect(setup, transport=transport, sleep=sleep)

    def handle(self, request: httpx.Request) -> httpx.Response:
        path, params = request.url.path.removesuffix(".json"), request.url.params
        self.asked.append(path)
        if self.troubles:
            return httpx.Response(self.troubles.pop(0), json={"error": "trouble"})
        basic = b64encode(f"{USER}/token:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return httpx.Response(401, json={"error": "Couldn't authenticate you"})
        limit = self.exports if "/incremental/" in path else self.requests
        wait = limit.wait()
        self.impatient = self.exports.impatient + self.requests.impatient
        if wait:
            return httpx.Response(429, headers={"retry-after": str(int(wait))}, json={"error": "APIRateLimitExceeded"})
        if path.rsplit("/", 1)[1] in self.not_in_plan:
            return httpx.Response(403, json={"error": "Forbidden"})
        written = self._put(path, request) if request.method == "PUT" else None
        status, body = written or self._answer(path, params)
        return httpx.Response(status, json=body)

    def _answer(self, path: str, params: httpx.QueryParams) -> tuple[int, Json]:
        if path == "/api/v2/incremental/tickets/cursor":
            return self._export(params)
        if path == "/api/v2/users":
            roles = params.get_list("role[]")
            return 200, self._paged("users", [user for user in self.users if user["role"] in roles], params)
        if one := self._one(path.removeprefix("/api/v2/")):
            return 200, one
        found = re.fullmatch(r"/api/v2/tickets/(\d+)/audits", path)
        if found and self.rows.get(int(found[1]), {}).get("status", "deleted") != "deleted":
            return 200, self._paged("audits", self.audits[int(found[1])], params)
        return 404, {"error": "RecordNotFound"}

    def _one(self, path: str) -> Json | None:
        if path == "users/me":
            return {"user": {"id": OURS, "role": "agent"}}
        kind, _, name = path.partition("/")
        if kind == "ticket_fields" and name in self.fields:
            return {"ticket_field": self.fields[name]}
        if kind == "tickets" and name.isdigit() and int(name) in self.rows:
            return {"ticket": dict(self.rows[int(name)])}
        return None

    def _put(self, path: str, request: httpx.Request) -> tuple[int, Json]:
        """What the owner of the token, our account, changes."""
        number = int(path.rsplit("/", 1)[1])
        if number not in self.rows:
            return 404, {"error": "RecordNotFound"}
        told, row = json.loads(request.content)["ticket"], self.rows[number]
        if row["status"] == "closed":
            return 422, {"error": "RecordInvalid"}
        if told.get("safe_update") and told["updated_stamp"] != row["updated_at"]:
            return 409, {"error": "UpdateConflict"}
        if "custom_fields" in told:
            [field] = told["custom_fields"]
            events, word = self.setting(number, field["value"] or ""), field["value"] or ""
        else:
            before = row["tags"]
            events = [self._change(number, "tags", told["tags"])]
            word = next((tag for tag in told["tags"] if tag not in before), "")
        self.audit(number, OURS, API, *events, self._by_rule())
        self.writes.append((str(number), word))
        return 200, {"ticket": row}

    def _export(self, params: httpx.QueryParams) -> tuple[int, Json]:
        now = self.clock.now
        if "cursor" in params:
            cursor = params["cursor"]
            if now - self._issued.get(cursor, float("-inf")) > CURSOR_LIVES:
                return 422, {"error": "InvalidCursor"}
            after = tuple(int(part) for part in b64decode(cursor).decode().split("|"))
        elif int(params["start_time"]) > now - LAST_MINUTE:
            return 400, {"error": "StartTimeTooRecent", "description": "Use a start_time older than 60 seconds"}
        else:
            cursor, after = None, (int(params["start_time"]), -1)
        told = sorted((row["generated_timestamp"], row["id"]) for row in self.rows.values())
        told = [key for key in told if key[0] <= now - LAST_MINUTE]
        size = min(int(params["per_page"]), self.rows_at_once)
        behind = [key for key in told if key > after]
        page = behind[:size]
        if page:
            cursor = b64encode("|".join(map(str, page[-1])).encode()).decode()
        if cursor:
            self._issued[cursor] = now
        # An answer that has something new begins with the last ticket of the one before.
        repeated = [after] if page and after in told else []
        return 200, {
            "tickets": [self.rows[ticket] for _, ticket in repeated + page],
            "after_cursor": cursor,
            "after_url": cursor and f"https://acme.zendesk.example/api/v2/incremental/tickets/cursor?cursor={cursor}",
            "end_of_stream": len(behind) <= size,
        }

    def _paged(self, key: str, everything: list[Json], params: httpx.QueryParams) -> Json:
        size = min(int(params["page[size]"]), self.listed_at_once)
        first = int(params.get("page[after]", 0))
        more = first + size < len(everything)
        return {
            key: everything[first : first + size],
            "meta": {"has_more": more, "after_cursor": str(first + size) if more else None},
        }

    def open(self, text: str) -> str:
        ticket = next(self._ids)
        self.rows[ticket] = {
            "id": ticket,
            "via": {"channel": "email", "source": {"from": {}, "to": {}, "rel": None}},
            "created_at": self.clock.iso(),
            "subject": f"Order {ticket}",
            "description": text,
            "status": "new",
            "requester_id": CUSTOMER,
            "submitter_id": CUSTOMER,
            "brand_id": 31,
            "tags": [],
            "custom_fields": [{"id": int(FIELD), "value": None}],
            # An object on one ticket, a word on the next.
            "satisfaction_rating": "unoffered" if ticket % 2 else {"score": "offered"},
        }
        self.audits[ticket] = []
        created = [
            {"type": "Create", "field_name": name, "value": self.rows[ticket][name]} for name in ("status", "tags")
        ]
        said = {"type": "Comment", "author_id": CUSTOMER, "public": True, "body": text, "html_body": f"<p>{text}</p>"}
        requester = {"type": "Create", "field_name": "requester_id", "value": str(CUSTOMER)}
        self.audit(ticket, CUSTOMER, self.rows[ticket]["via"], said, requester, *created, self._by_rule())
        return str(ticket)

    def predict(self, ticket: str, intent: str) -> None:
        self.audit(int(ticket), OURS, API, *self.setting(int(ticket), intent), self._by_rule())

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        turn = next(self._turns)
        via = (WEB, {"channel": "mobile"}, {"channel": "batch"}, {"channel": 0})[turn % 4]
        macro = {"type": "AgentMacroReference", "macro_id": "71", "macro_title": "Sort"}
        events = [*self.setting(int(ticket), intent), self._by_rule(), {"type": "KnowledgeCaptured", "body": {}}]
        self.audit(int(ticket), int(agent), via, *events, *([macro] if turn % 3 == 0 else []))

    def rule(self, ticket: str, intent: str) -> None:
        if next(self._turns) % 2:
            self.audit(int(ticket), -1, RULE, *self.setting(int(ticket), intent))
            return
        # An agent's note sets off a trigger: one audit, the agent's, and only the event says that it was the rule.
        note = {"type": "Comment", "author_id": 101, "public": False, "body": "seen", "html_body": "<p>seen</p>"}
        events = [{**event, "via": RULE} for event in self.setting(int(ticket), intent)]
        self.audit(int(ticket), 101, WEB, note, *events)

    def bot(self, ticket: str, intent: str) -> None:
        # A program with the token of an agent, or one of Zendesk's own bots.
        author, via = ((102, API), (SHOP_BOT, {"channel": "answer_bot_for_agents"}))[next(self._turns) % 2]
        self.audit(int(ticket), author, via, *self.setting(int(ticket), intent))

    def close(self, ticket: str) -> None:
        row = self.rows[int(ticket)]
        if row["status"] == "solved":
            self.audit(int(ticket), CUSTOMER, {"channel": "email"}, self._change(int(ticket), "status", "open"))
        self.audit(int(ticket), 103, WEB, self._change(int(ticket), "status", "solved"))

    def delete(self, ticket: str) -> None:
        row = self.rows[int(ticket)]
        if next(self._endings) == "merged":
            tags = [*row["tags"], "closed_by_merge"]
            gone = self._change(int(ticket), "status", "closed"), self._change(int(ticket), "tags", tags)
            self.audit(int(ticket), 101, {"channel": "web", "source": {"rel": "merge"}}, *gone)
        else:
            row["status"] = "deleted"
            self._bump(int(ticket))

    def touch(self, ticket: str) -> None:
        kind = next(self._touches)
        if kind == "system":
            self.rows[int(ticket)]["generated_timestamp"] = int(self.clock.now)
        elif kind == "note":
            note = {
                "type": "Comment",
                "author_id": 102,
                "public": True,
                "body": "We look.",
                "html_body": "<p>We look.</p>",
            }
            self.audit(int(ticket), 102, WEB, note)
        elif kind == "triage":
            tags = [*self.rows[int(ticket)]["tags"], "intent__billing__refund"]
            self.audit(int(ticket), 101, WEB, self._change(int(ticket), "tags", tags))
        else:
            self.audit(
                int(ticket), 102, WEB, {"type": "NobodyKnowsYet", "field_name": FIELD, "value": "refund_request"}
            )

    def setting(self, ticket: int, intent: str) -> list[Json]:
        """The events of an update of the intent field; its value is a tag as well."""
        row, value = self.rows[ticket], intent.lower() or None
        [held] = [one for one in row["custom_fields"] if one["id"] == int(FIELD)]
        before, held["value"] = held["value"], value
        tags = [*(tag for tag in row["tags"] if tag != before), *([value] if value else [])]
        change = {"type": "Change", "field_name": FIELD, "value": value, "previous_value": before}
        return [self._change(ticket, "tags", tags), change]

    def audit(self, ticket: int, author: int, via: Json, *events: Json) -> None:
        """Somebody updates the ticket."""
        self.audits[ticket].append(
            {
                "id": next(self._ids),
                "ticket_id": ticket,
                "created_at": self.clock.iso(),
                "author_id": author,
                "metadata": {"system": {}, "custom": {}},
                "via": via,
                "events": [{"id": next(self._ids), **event} for event in events],
            }
        )
        self._bump(ticket)

    def _change(self, ticket: int, name: str, value: Any) -> Json:
        before, self.rows[ticket][name] = self.rows[ticket][name], value
        return {"type": "Change", "field_name": name, "value": value, "previous_value": before}

    def _by_rule(self) -> Json:
        return {"type": "Change", "field_name": "priority", "value": "high", "previous_value": None, "via": RULE}

    def _bump(self, ticket: int) -> None:
        self.rows[ticket].update(generated_timestamp=int(self.clock.now), updated_at=self.clock.iso())
