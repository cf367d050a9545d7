"""Argilla 2: a dataset's submitted responses, read whole at each sync: the server cannot tell what changed since.

Records are searched in the order they were inserted in, which no later change touches. The plain list of records has
no order: there a record moves when it is answered, and others slip past the page that is read next. What is deleted
meanwhile moves the rest up, so each page begins with the last record of the page before, or is looked for further up.
"""

import json
import time
from collections.abc import Iterator
from typing import Any, Final

import httpx

from ecomintent.adapters.argilla_records import Question, Record, changed_at, read
from ecomintent.adapters.labelling import known, lowest, needed, when
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Sleep, Web
from ecomintent.errors import SourceError
from ecomintent.records import Refused
from ecomintent.tickets import Page, Ticket

LIMIT: Final = 100
"""Records of one page."""
STEPS_BACK: Final = 1000
"""In one pass, before the source is given up until its next sync."""
BY_INSERTION: Final = {"sort": [{"scope": {"entity": "record", "property": "inserted_at"}, "order": "asc"}]}
LABELS: Final = ("label_selection", "multi_label_selection")


class ArgillaConnector:
    """One dataset."""

    source = "argilla"

    def __init__(self, web: Web, setup: Setup) -> None:
        self.account = setup.account
        self._web, self._setup = web, setup
        self._dataset = f"api/v1/datasets/{setup.option('dataset')}"

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """As the port says; where nothing changed, what changed on the dataset's last day, under the same mark."""
        place = known(mark, self._dataset)
        upto, begun = place.get("upto", ""), place.get("reading", {})
        question, least = self._question(), lowest(upto, since)
        newest = begun.get("newest", upto)
        for records, at, total in self._passes(begun):
            changed = [record for record in records if not changed_at(record) or changed_at(record) >= least]
            if not begun:
                # A pass that goes on after a sync that died knows of no change to the records before.
                newest = max([newest, *map(changed_at, records)])
            finished = at + 1 >= total
            after: dict[str, Any] = {"of": self._dataset, "upto": newest if finished else upto}
            if not finished and (begun or newest != upto):
                after["reading"] = {"at": at, "last": _place(records[-1]), "newest": newest}
            if changed or (finished and (begun or newest != upto)):
                yield self._page(after, changed, question, total)

    def _passes(self, begun: dict[str, Any]) -> Iterator[tuple[list[Record], int, int]]:
        """Pages of records, where the last of each stands, and how many there are in all."""
        at, last = begun.get("at", 0), tuple(begun.get("last", ("", "")))
        back = 0
        while True:
            records, total = self._search(at)
            if at and not _joins(records, last):
                at, back = max(at - LIMIT, 0), back + 1
                if back > STEPS_BACK:
                    raise SourceError("records vanish faster than they can be read; sync again", where=self._setup.name)
                continue
            if not records:
                return
            end = at + len(records)
            yield records, end - 1, total
            if end >= total:
                return
            last, at = _place(records[-1]), max(end - 1, at + 1)

    def _page(self, place: dict[str, Any], records: list[Record], question: Question, total: int) -> Page:
        tickets: list[Ticket] = []
        refused: list[Refused] = []
        for record in records:
            one, rows = read(record, question, self._setup)
            tickets.append(one)
            refused += rows
        return Page(mark=json.dumps(place), tickets=tuple(tickets), refused=tuple(refused), total=total)

    def _search(self, at: int) -> tuple[list[Record], int]:
        asked = f"{self._dataset}/records/search?offset={at}&limit={LIMIT}&include=responses&include=suggestions"
        body = self._web.post(asked, BY_INSERTION).body
        items, total = self._items(body, "records"), body.get("total")
        records = [item["record"] for item in items if isinstance(item.get("record"), dict)]
        if len(records) < len(items) or not isinstance(total, int):
            raise self._strange("records")
        return records, total

    def _question(self) -> Question:
        questions = self._items(self._web.get(f"{self._dataset}/questions").body, "questions")
        asked = [one for one in questions if (one.get("settings") or {}).get("type") in LABELS]
        for one in asked:
            if one.get("name") == self._setup.field:
                return Question(id=str(one.get("id")), name=self._setup.field)
        there = ", ".join(repr(one.get("name")) for one in asked) or "none"
        raise SourceError(
            f"the dataset has no label question {self._setup.field!r}; it has {there}: set `field` to its name",
            where=self._setup.name,
        )

    def _items(self, body: Any, what: str) -> list[dict[str, Any]]:
        items = body.get("items") if isinstance(body, dict) else None
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise self._strange(what)
        return items

    def _strange(self, what: str) -> SourceError:
        return SourceError(
            f"the answer is no list of {what}; check that `url` is an Argilla server", where=self._setup.name
        )


def _place(record: Record) -> tuple[str, str]:
    return when(record.get("inserted_at")), str(record.get("id"))


def _joins(records: list[Record], last: tuple[str, str]) -> bool:
    """Whether nothing can stand between the last record read and these."""
    if not records:
        return False
    inserted, name = _place(records[0])
    return name == last[1] or inserted < last[0]


def connect(
    setup: Setup, *, transport: httpx.BaseTransport | None = None, sleep: Sleep = time.sleep
) -> ArgillaConnector:
    """The connector of one dataset; `options`: `dataset` (its id), and `text` where the field is named otherwise.

    Raises:
        InputError: an option is absent.
    """
    needed(setup)
    headers = {"X-Argilla-Api-Key": setup.token.reveal()}
    web = Web(setup.url.rstrip("/"), name=setup.name, headers=headers, transport=transport, sleep=sleep)
    return ArgillaConnector(web, setup)
