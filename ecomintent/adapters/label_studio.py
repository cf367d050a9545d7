"""Label Studio: a project's finished annotations, from snapshots that are made only where something changed.

To ask for a snapshot writes at the vendor, so the newest tasks are looked at first: where they, and the numbers of
tasks, annotations and predictions, are as at the last sync, nothing is asked for. A snapshot bears that state in its
title; a sync that died finds it again.
"""

import json
import time
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

import httpx

from ecomintent.adapters.label_studio_tasks import Task, changed_at, number, read
from ecomintent.adapters.label_studio_token import PersonalToken
from ecomintent.adapters.labelling import known, lowest, needed, when
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Answer, Sleep, Web
from ecomintent.errors import InputError, SourceError
from ecomintent.records import Refused
from ecomintent.tickets import Page, Ticket

PAGE: Final = 200
"""Tickets stored in one transaction."""
NEWEST: Final = 100
"""Tasks looked at to see whether anything changed."""
POLLS: Final = 40
FIRST_WAIT_SECONDS: Final = 1.0
LONGEST_WAIT_SECONDS: Final = 60.0
WITHOUT: Final = (403, 404, 405)
"""Answers of a server on which this is not allowed or does not exist."""
WANTED: Final = {
    "task_filter_options": {"annotated": "only"},
    # Without these a snapshot has the predictions' ids only.
    "serialization_options": {
        "drafts": {"only_id": True},
        "predictions": {"only_id": False},
        "annotations__completed_by": {"only_id": True},
    },
}


class LabelStudioConnector:
    """One project."""

    source = "label_studio"

    def __init__(self, web: Web, setup: Setup, *, sleep: Sleep) -> None:
        self.account = setup.account
        self._web, self._setup, self._sleep = web, setup, sleep
        self._project = setup.option("project")

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """As the port says; nothing where the project is as it was."""
        place = known(mark, self._project)
        upto, state = place.get("upto", ""), self._state()
        if state and state == place.get("state"):
            return
        self._known_question()
        tasks = sorted(self._tasks(state), key=number)
        latest = max([upto, *map(changed_at, tasks)])
        least = lowest(upto, since)
        # Where no time says when a task changed, the intake judges it.
        wanted = [task for task in tasks if not changed_at(task) or changed_at(task) >= least]
        done = place.get("done", 0) if state and state == place.get("reading") else 0
        while len(wanted) - done > PAGE:
            batch, done = wanted[done : done + PAGE], done + PAGE
            begun = {"reading": state, "done": done} if state else {}
            yield self._page({"upto": upto, "state": place.get("state", ""), **begun}, batch, len(wanted))
        yield self._page({"upto": latest, "state": state}, wanted[done:], len(wanted))

    def _page(self, place: dict[str, Any], tasks: list[Task], total: int) -> Page:
        tickets: list[Ticket] = []
        refused: list[Refused] = []
        for task in tasks:
            one, rows = read(task, self._setup)
            tickets.append(one)
            refused += rows
        return Page(
            mark=json.dumps({"of": self._project, **place}), tickets=tuple(tickets), refused=tuple(refused), total=total
        )

    def _state(self) -> str:
        """A digest that changes when a task or annotation does; empty where the server does not let us know."""
        newest_first = json.dumps({"ordering": ["-tasks:updated_at"]})
        asked = {"project": self._project, "page": 1, "page_size": NEWEST, "query": newest_first}
        answer = self._web.get("api/tasks/", asked, allowed=(400, 422, *WITHOUT))
        body = answer.body if answer.status == httpx.codes.OK and isinstance(answer.body, dict) else {}
        tasks = [task for task in body.get("tasks") or [] if isinstance(task, dict)]
        times = [when(task.get("updated_at")) for task in tasks]
        if "total" not in body or "" in times or times != sorted(times, reverse=True):
            # Where the server did not order as it was asked to, what changed may stand further down.
            return ""
        counts = [body.get(name) for name in ("total", "total_annotations", "total_predictions")]
        told = json.dumps([counts, [[number(task), at] for task, at in zip(tasks, times, strict=True)]])
        return sha256(told.encode()).hexdigest()[:32]

    def _known_question(self) -> None:
        """Refuse a question the project does not have: it would never have an answer."""
        answer = self._web.get(f"api/projects/{self._project}/")
        questions = answer.body.get("parsed_label_config") if isinstance(answer.body, dict) else None
        if isinstance(questions, dict) and self._setup.field not in questions:
            there = ", ".join(repr(name) for name in questions) or "none"
            raise SourceError(
                f"project {self._project} has no question {self._setup.field!r}; it has {there}: "
                "set `field` to the name of the Choices tag",
                where=self._setup.name,
            )

    def _tasks(self, state: str) -> list[Task]:
        exports = f"api/projects/{self._project}/exports/"
        listed = self._web.get(exports, allowed=WITHOUT)
        if listed.status in WITHOUT:
            return self._quick()
        title = f"EcomIntent {state}".strip()
        there = self._list(listed.body, "a list of exports")
        # The list ends after the newest hundred; what has fallen off it is made anew.
        made = [one for one in there if state and (one.get("title"), one.get("status")) == (title, "completed")]
        if not made:
            asked = self._web.post(exports, {"title": title, **WANTED}, allowed=WITHOUT)
            if asked.status in WITHOUT:
                return self._quick()
            made = self._list([asked.body], "a snapshot")
        snapshot = f"{exports}{number(made[0])}"
        self._await(snapshot)
        return self._downloaded(self._web.get(f"{snapshot}/download", {"exportType": "JSON"}))

    def _await(self, snapshot: str) -> None:
        wait = FIRST_WAIT_SECONDS
        for _ in range(POLLS):
            [made] = self._list([self._web.get(snapshot).body], "a snapshot")
            status = made.get("status")
            if status == "completed":
                return
            if status == "failed":
                raise SourceError(
                    "Label Studio could not make its snapshot; see the server's log, then sync again",
                    where=self._setup.name,
                )
            self._sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT_SECONDS)
        raise SourceError(
            "Label Studio's snapshot is not ready yet; nothing is lost: the next sync takes it up where it is",
            where=self._setup.name,
        )

    def _quick(self) -> list[Task]:
        return self._downloaded(self._web.get(f"api/projects/{self._project}/export", {"exportType": "JSON"}))

    def _downloaded(self, answer: Answer) -> list[Task]:
        body = answer.body
        if body is None:
            # A server in front may serve the file as mere bytes.
            try:
                body = json.loads(answer.content)
            except ValueError:
                body = None
        return self._list(body, "an export in JSON")

    def _list(self, body: object, what: str) -> list[Task]:
        if not isinstance(body, list) or not all(isinstance(one, dict) for one in body):
            raise SourceError(
                f"the answer is not {what}; check that `url` is a Label Studio server", where=self._setup.name
            )
        return body


def connect(
    setup: Setup, *, transport: httpx.BaseTransport | None = None, sleep: Sleep = time.sleep
) -> LabelStudioConnector:
    """The connector of one project; `options`: `project`, and where it differs `text` and `auth` ("legacy").

    Raises:
        InputError: an option is absent, or `auth` is another word.
    """
    needed(setup)
    address = setup.url.rstrip("/")
    kind = setup.options.get("auth") or "personal"
    if kind not in ("personal", "legacy"):
        raise InputError(f"`auth` is {kind!r}; it is personal or legacy, as the token is", where=setup.name)
    legacy = kind == "legacy"
    web = Web(
        address,
        name=setup.name,
        auth=None if legacy else PersonalToken(address, setup.token),
        headers={"Authorization": f"Token {setup.token.reveal()}"} if legacy else None,
        transport=transport,
        sleep=sleep,
    )
    return LabelStudioConnector(web, setup, sleep=sleep)
