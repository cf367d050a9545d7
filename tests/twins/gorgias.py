"""A Gorgias account: what people, rules, bots and we do to the tags of its tickets, and what events tell of it."""

from collections.abc import Callable
from itertools import count, cycle
from typing import Any

import httpx

from ecomintent.adapters.gorgias import GorgiasConnector, connect
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from tests.twins.gorgias_api import TOKEN, USER, GorgiasApi, iso
from tests.twins.twin import Twin, TwinClock

PREFIX = "intent__"
OURS, BOT, LEAD, SURVIVOR = 9001, 900, 101, 7000
ROLES = {LEAD: "admin", 102: "agent", 103: "basic-agent", BOT: "bot", OURS: "agent"}


class GorgiasTwin(Twin):
    """See `gorgias_api` for how it answers."""

    source = "gorgias"
    can = frozenset({"predict", "correct", "rule", "bot", "close", "delete", "touch"})
    settles_after = 30.0

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.api = GorgiasApi(clock)
        self.api.users = dict(ROLES)
        self._numbers = count(1001)
        self._ways = cycle(("apart", "at once", "added first"))
        self._ends = cycle(("trash", "merge", "spam", "delete"))
        self._untrue, self._true = cycle((False, "False")), cycle((True, "True"))
        self._turns = count()
        self.api.change_tags = self._change_tags

    def handle(self, request: httpx.Request) -> httpx.Response:
        answer = self.api.handle(request)
        self.impatient = self.api.limit.impatient
        return answer

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = ""
    ) -> GorgiasConnector:
        return connect(self.setup(token or TOKEN), transport=transport, sleep=sleep)

    def setup(self, token: str = TOKEN) -> Setup:
        """As an operator would write it."""
        return Setup(
            kind="gorgias",
            account=self.account,
            url="https://acme.gorgias.example.com",
            token=Secret(token),
            user=USER,
            field=PREFIX,
            ours=frozenset({str(OURS)}),
        )

    def _change_tags(self, method: str, number: int, names: list[str]) -> None:
        held = [tag["name"] for tag in self.api.tickets[number]["tags"]]
        for name in names:
            if method == "DELETE" and name in held:
                self.unset_tag(number, name, user_id=OURS)
                self.writes.append((str(number), ""))
            elif method == "POST" and name not in held:
                self.set_tag(number, name, user_id=OURS)
                self.writes.append((str(number), name))
        self.api.update(number)

    def open(self, text: str) -> str:
        return str(self.new_ticket(next(self._numbers), text))

    def predict(self, ticket: str, intent: str) -> None:
        self.replace(int(ticket), intent, user_id=OURS)

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        event = self.replace(int(ticket), intent, user_id=int(agent))
        if next(self._turns) % 3 == 0:
            # The person's tag sets off a rule, which is told in the same context, but later.
            same = {"context": event["context"], "user_id": int(agent)}
            self.api.tell(int(ticket), "rule-executed", data={"id": 44, "name": "Star"}, **same)
            self.set_tag(int(ticket), "starred", **same)

    def rule(self, ticket: str, intent: str) -> None:
        user = LEAD if next(self._turns) % 2 else None
        cause = self.api.tell(int(ticket), "rule-executed", data={"id": 45, "name": "Sort"}, user_id=user)
        self.replace(int(ticket), intent, context=cause["context"], user_id=user)

    def bot(self, ticket: str, intent: str) -> None:
        if next(self._turns) % 2:
            self.replace(int(ticket), intent, user_id=BOT)
        else:
            self.replace(int(ticket), intent, user_id=LEAD, why={"type": "system"})

    def close(self, ticket: str) -> None:
        now = iso(self.api.micros())
        self.api.tickets[int(ticket)] |= {"status": "closed", "closed_datetime": now}
        self.api.tell(int(ticket), "ticket-closed", user_id=LEAD)
        self.api.update(int(ticket))

    def delete(self, ticket: str) -> None:
        number = int(ticket)
        how = next(self._ends)
        if how == "trash":
            self.api.tickets[number]["trashed_datetime"] = iso(self.api.micros())
            self.api.tell(number, "ticket-trashed", user_id=LEAD)
            self.api.update(number)
        elif how == "spam":
            self.api.tickets[number]["spam"] = next(self._true)
            self.api.tell(number, "ticket-marked-spam", user_id=LEAD)
            self.api.update(number)
        elif how == "merge":
            self.merge(number)
        else:
            del self.api.tickets[number]
            self.api.tell(number, "ticket-deleted", user_id=LEAD)

    def merge(self, number: int) -> None:
        """Into another ticket, which gets messages and tags; only its event tells what became of this one."""
        if SURVIVOR not in self.api.tickets:
            self.new_ticket(SURVIVOR, "the other question I had was about the colour of the lamp")
        gone = self.api.tickets.pop(number)
        self.api.tickets[SURVIVOR]["messages"] += gone["messages"]
        moved = {"merged_ticket": {"id": number, "customer": {"id": 31}}}
        cause = self.api.tell(SURVIVOR, "ticket-merged", data=moved, user_id=LEAD)
        for tag in gone["tags"]:
            self.set_tag(SURVIVOR, tag["name"], context=cause["context"], user_id=LEAD)
        self.api.update(SURVIVOR)

    def touch(self, ticket: str) -> None:
        number, turn = int(ticket), next(self._turns) % 3
        if turn == 0:
            self.set_tag(number, "vip", user_id=LEAD)
            self.unset_tag(number, "vip", user_id=LEAD)
        elif turn == 1:
            self.set_tag(number, "campaign", user_id=LEAD)
            self.unset_tag(number, "campaign", user_id=LEAD)
            self.forget("campaign")
        else:
            self.write(number, "we look into it", from_agent=next(self._true))
        self.api.update(number)

    def new_ticket(self, number: int, text: str) -> int:
        """A customer's ticket."""
        now = iso(self.api.micros())
        self.api.tickets[number] = {
            "id": number,
            "status": "open",
            "channel": "email",
            "spam": False,
            "subject": "Question",
            "customer": {"id": 31, "email": "ines@example.org"},
            "tags": [],
            "messages": [],
            "created_datetime": now,
            "updated_datetime": now,
            "closed_datetime": None,
            "trashed_datetime": None,
        }
        self.api.tell(number, "ticket-created")
        self.write(number, text, from_agent=next(self._untrue))
        self.api.update(number)
        return number

    def write(self, number: int, text: str, *, from_agent: object, **more: Any) -> None:
        """A message; of HTML there is nothing but HTML, and of some texts no stripped one."""
        html = text if text.startswith("<") else None
        message = {
            "id": 80_000 + len(self.api.tickets[number]["messages"]),
            "ticket_id": number,
            "public": next(self._true),
            "from_agent": from_agent,
            "sender": {"id": LEAD if str(from_agent) == "True" else 31},
            "body_text": None if html else text,
            "body_html": html or f"<div>{text}</div>",
            "created_datetime": iso(self.api.micros()),
            **({} if html or number % 2 else {"stripped_text": text}),
            **more,
        }
        self.api.tickets[number]["messages"].append(message)

    def replace(
        self, number: int, intent: str, *, context: str = "", why: dict[str, Any] | None = None, **by: Any
    ) -> dict[str, Any]:
        """Another intent instead of those the ticket has, in one of the ways people and programs go about it."""
        held = [tag["name"] for tag in self.api.tickets[number]["tags"] if tag["name"].startswith(PREFIX)]
        way = next(self._ways)
        name = f"{PREFIX}{intent.lower()}"
        first = {"context": context or f"first-{self.api.micros()}", "why": why, **by}
        then = {**first, "context": f"then-{self.api.micros()}"} if way == "apart" and not context else first
        if way == "added first":
            event = self.set_tag(number, name, **first)
        for old in held:
            self.unset_tag(number, old, **first)
        if way != "added first":
            event = self.set_tag(number, name, **then)
        self.api.update(number)
        return event

    def set_tag(self, number: int, name: str, *, why: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        """A tag comes onto a ticket."""
        known = {known: tag for tag, known in self.api.tags.items()}
        tag = known.get(name) or 3000 + next(self._numbers)
        self.api.tags[tag] = name
        self.api.tickets[number]["tags"].append({"id": tag, "name": name})
        return self.api.tell(number, "ticket-tags-added", data={**(why or {}), "tags_added": [tag]}, **more)

    def unset_tag(self, number: int, name: str, *, why: dict[str, Any] | None = None, **more: Any) -> None:
        """A tag is taken off a ticket."""
        [found] = {tag["id"] for tag in self.api.tickets[number]["tags"] if tag["name"] == name}
        self.api.tickets[number]["tags"] = [tag for tag in self.api.tickets[number]["tags"] if tag["id"] != found]
        self.api.tell(number, "ticket-tags-removed", data={**(why or {}), "tags_removed": [found]}, **more)

    def forget(self, name: str) -> None:
        """The tag is deleted from the account; events keep its number."""
        self.api.tags = {tag: known for tag, known in self.api.tags.items() if known != name}
