"""A Label Studio project: snapshots that take their time, tokens that run out, and annotations that are no labels.

Over 250 lines: one project, whose tasks, snapshots and tokens answer together.
"""

import json
import re
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx

from ecomintent.adapters.label_studio import LabelStudioConnector, connect
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.taxonomy import NAMES
from tests.twins.twin import Twin, TwinClock

TOKEN = "t0ken-of-the-twin"
ACCESS_SECONDS = 300
READY_AFTER_SECONDS = 3
LISTED = 100
ADMIN = 900
PROJECT = 7


class LabelStudioTwin(Twin):
    """One project, known as `T-1`, `T-3` ... by its data or as 2, 4 ... by its tasks' ids."""

    source = "label_studio"
    can = frozenset({"correct", "confirm", "rule", "touch"})
    keeps_history = False

    def __init__(self, clock: TwinClock, account: str) -> None:
        super().__init__(clock, account)
        self.tasks: dict[int, dict[str, Any]] = {}
        self.exports: list[dict[str, Any]] = []
        self.files: dict[int, str] = {}
        self.access: dict[str, float] = {}
        self.without: set[str] = set()
        """Of: tasks, exports, ordering."""
        self.fails = False
        self.asked: list[str] = []
        """Method and path of every request that was let in."""
        self._ids, self._moments, self._noise = count(1), count(1), count()

    def connector(
        self, transport: httpx.BaseTransport, sleep: Callable[[float], None], token: str = "", **options: str
    ) -> LabelStudioConnector:
        return connect(self.setup(token, **options), transport=transport, sleep=sleep)

    def setup(self, token: str = "", *, field: str = "intent", **options: str) -> Setup:
        return Setup(
            kind=self.source,
            account=self.account,
            url="https://labels.example.com/",
            token=Secret(token or TOKEN),
            field=field,
            ours=frozenset({"901"}),
            options={"project": str(PROJECT), **options},
        )

    # What people do in it.

    def open(self, text: str) -> str:
        task = next(self._ids)
        data = {"text": text} | ({"ticket_id": f"T-{task}"} if task % 2 else {})
        now = self.moment()
        self.tasks[task] = {
            "id": task,
            "data": data,
            "created_at": now,
            "updated_at": now,
            "annotations": [],
            "drafts": [],
            "predictions": [],
        }
        if task % 3:
            self.suggest(self._name(task), NAMES[task % len(NAMES)])
        return self._name(task)

    def suggest(self, ticket: str, *choices: str) -> int:
        """A model's prediction, which is shown to whoever labels next."""
        task = self._task(ticket)
        name = next(self._ids)
        task["predictions"].append({"id": name, "result": chosen(*choices), "created_at": self._touched(task)})
        return name

    def correct(self, ticket: str, intent: str, agent: str) -> None:
        own = [one for one in self._task(ticket)["annotations"] if one["completed_by"] == int(agent)]
        if own:
            self.edit(own[0], intent)
        else:
            self.annotate(ticket, intent, by=int(agent))

    def annotate(self, ticket: str, *choices: str, by: int = 101, **fields: Any) -> dict[str, Any]:
        """Somebody submits an annotation."""
        task = self._task(ticket)
        now = self._touched(task)
        shown = task["predictions"][-1:]
        annotation = {
            "id": next(self._ids),
            "task": task["id"],
            "completed_by": by,
            "updated_by": by,
            "result": chosen(*choices),
            "was_cancelled": False,
            "ground_truth": False,
            "created_at": now,
            "updated_at": now,
            "lead_time": 4.2,
            "last_action": None,
            "parent_prediction": None,
            # Newer servers leave this empty.
            "prediction": deepcopy(shown[0]) if shown and task["id"] % 2 else {},
        } | fields
        task["annotations"].append(annotation)
        return annotation

    def edit(self, annotation: dict[str, Any], *choices: str, by: int | None = None) -> None:
        """Somebody opens a finished annotation and saves it again."""
        annotation["result"] = chosen(*choices)
        annotation["updated_by"] = by or annotation["completed_by"]
        annotation["updated_at"] = self._touched(self.tasks[annotation["task"]])

    def withdraw(self, ticket: str, annotation: dict[str, Any]) -> None:
        """An annotation is deleted; nothing tells of it."""
        task = self._task(ticket)
        task["annotations"].remove(annotation)
        self._touched(task)

    def rule(self, ticket: str, intent: str) -> None:
        """An administrator makes annotations of all predictions at once."""
        prediction = self.suggest(ticket, intent)
        action = (None, "prediction")[next(self._noise) % 2]
        self.annotate(
            ticket, intent, by=ADMIN, parent_prediction=prediction, lead_time=None, last_action=action, prediction={}
        )

    def touch(self, ticket: str) -> None:
        task = self._task(ticket)
        kind = next(self._noise) % 5
        if kind == 0:
            task["meta"] = {"seen": self._touched(task)}
        elif kind == 1:
            self.annotate(ticket, "WISMO", by=104, was_cancelled=True)
        elif kind == 2:
            task["drafts"].append({"id": next(self._ids), "user": 104, "result": chosen("WISMO")})
            self._touched(task)
        elif kind == 3:
            self.annotate(ticket, by=105, result=[*chosen("WISMO", question="tone")])
        else:
            self.annotate(ticket, "WISMO", "OTHER", by=106)

    # What the server answers.

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/api/token/refresh/":
            return self._exchange(json.loads(request.content))
        if not self._let_in(request.headers.get("authorization", "")):
            return httpx.Response(401, json={"detail": "Invalid token."})
        self.asked.append(f"{request.method} {path}")
        if path == "/api/tasks/":
            return self._newest(request.url.params)
        return self._in_project(request, path.removeprefix(f"/api/projects/{PROJECT}/"))

    def _in_project(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == "":
            return httpx.Response(200, json={"id": PROJECT, "parsed_label_config": {"intent": {}, "tone": {}}})
        if path == "export":
            return httpx.Response(200, json=self._file({"annotated": "only"}, {"predictions": {}}, full_users=True))
        match = re.fullmatch(r"exports/(?:(\d+)(/download)?)?", path)
        if match and "exports" not in self.without:
            return self._snapshot(request, match[1], bool(match[2]))
        return httpx.Response(404, json={"detail": "Not found."})

    def _exchange(self, body: dict[str, str]) -> httpx.Response:
        if body.get("refresh") != TOKEN:
            return httpx.Response(401, json={"detail": "Token is invalid"})
        access = f"access-{next(self._moments)}"
        self.access[access] = self.clock.now + ACCESS_SECONDS
        return httpx.Response(200, json={"access": access})

    def _let_in(self, header: str) -> bool:
        kind, _, token = header.partition(" ")
        if kind == "Token":
            return token == TOKEN
        return kind == "Bearer" and self.access.get(token, 0.0) > self.clock.now

    def _newest(self, params: httpx.QueryParams) -> httpx.Response:
        if "tasks" in self.without:
            return httpx.Response(403, json={"detail": "You do not have permission to perform this action."})
        tasks = list(self.tasks.values())
        ordering = json.loads(params.get("query", "{}")).get("ordering")
        if ordering == ["-tasks:updated_at"] and "ordering" not in self.without:
            tasks.sort(key=lambda task: str(task["updated_at"]), reverse=True)
        size = int(params["page_size"])
        return httpx.Response(
            200,
            json={
                "total": len(tasks),
                "total_annotations": sum(len(task["annotations"]) for task in tasks),
                "total_predictions": sum(len(task["predictions"]) for task in tasks),
                "tasks": [{name: task[name] for name in ("id", "updated_at")} for task in tasks[:size]],
            },
        )

    def _snapshot(self, request: httpx.Request, name: str | None, download: bool) -> httpx.Response:
        if name is None and request.method == "POST":
            return httpx.Response(201, json=self._made(json.loads(request.content)))
        newest_first = sorted(self.exports, key=lambda one: -one["id"])
        if name is None:
            return httpx.Response(200, json=[self._told(one) for one in newest_first[:LISTED]])
        found = self._told(next(one for one in newest_first if one["id"] == int(name)))
        if not download:
            return httpx.Response(200, json=found)
        if found["status"] != "completed":
            return httpx.Response(404, text="Export is not completed")
        return httpx.Response(200, text=self.files[int(name)], headers={"content-type": "application/json"})

    def _made(self, body: dict[str, Any]) -> dict[str, Any]:
        export = {"id": next(self._ids), "title": body["title"], "ready_at": self.clock.now + READY_AFTER_SECONDS}
        self.exports.append(export)
        self.files[export["id"]] = json.dumps(self._file(body["task_filter_options"], body["serialization_options"]))
        return self._told(export)

    def _told(self, export: dict[str, Any]) -> dict[str, Any]:
        ready = self.clock.now >= export["ready_at"]
        done = "failed" if self.fails else "completed"
        return {"id": export["id"], "title": export["title"], "status": done if ready else "in_progress"}

    def _file(self, tasks: dict[str, str], parts: dict[str, Any], *, full_users: bool = False) -> list[dict[str, Any]]:
        found = deepcopy(list(self.tasks.values()))
        if tasks.get("annotated") == "only":
            found = [one for one in found if any(not a["was_cancelled"] for a in one["annotations"])]
        for one in found:
            if "predictions" not in parts or parts["predictions"].get("only_id"):
                one["predictions"] = [prediction["id"] for prediction in one["predictions"]]
            one["drafts"] = [draft["id"] for draft in one["drafts"]]
            for annotation in one["annotations"] if full_users else ():
                user = annotation["completed_by"]
                annotation["completed_by"] = {"id": user, "email": f"u{user}@example.com", "first_name": "Ann"}
        return found

    def moment(self) -> str:
        """Now; a database never writes the same microsecond twice."""
        now = self.clock.now + next(self._moments) / 1e6
        return datetime.fromtimestamp(now, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def _touched(self, task: dict[str, Any]) -> str:
        task["updated_at"] = self.moment()
        return str(task["updated_at"])

    def _task(self, ticket: str) -> dict[str, Any]:
        return self.tasks[int(ticket.removeprefix("T-"))]

    def _name(self, task: int) -> str:
        return f"T-{task}" if task % 2 else str(task)


def chosen(*choices: str, question: str = "intent") -> list[dict[str, Any]]:
    """The result of an annotation in which these were chosen; none where nothing was."""
    one = {"from_name": question, "to_name": "text", "type": "choices", "value": {"choices": list(choices)}}
    return [one] if choices else []
