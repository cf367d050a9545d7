"""Freshdesk's daily exports of ticket activities: which days are due, and what their files tell."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from ecomintent.adapters.freshdesk_activities import Reader, Told, read
from ecomintent.adapters.freshdesk_pages import PER_PAGE, goes_on, rows_of
from ecomintent.adapters.freshdesk_place import DAY
from ecomintent.adapters.web import Web
from ecomintent.errors import SourceError

log = logging.getLogger(__name__)

OVER: Final = timedelta(hours=36)
"""After its midnight in UTC a day is over in every time zone: whose day an export holds is not documented."""
PATIENCE: Final = timedelta(days=3)
"""How long the export of a day that is over is waited for."""
HISTORY_DAYS: Final = 7
"""Of days read before, to know what a field held when it was changed."""
PEOPLE: Final = (None, "support_agent", "field_agent", "collaborator")
"""Types of agents behind which there is a person."""
OFF: Final = 'or set `activities = "off"` for this source: then none of its labels counts as a correction'


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The days of one account, as they stand at one sync."""

    web: Web
    files: Web
    """Without credentials: files lie on a host that is not Freshdesk's."""
    reader: Reader
    now: datetime
    """By the clock of Freshdesk."""

    def due(self, day: date) -> tuple[date, dict[date, Told]]:
        """Days in a row that are over and whose export is there; and the day they begin or, if none is, will begin.

        That is `day`, or a later one where no export came in time.
        """
        found: dict[date, Told] = {}
        start, last = day, day
        while self._begins(last) + OVER <= self.now:
            told = self.told(last)
            if told is not None:
                found[last] = told
            elif found or self._begins(last) + OVER + PATIENCE > self.now:
                break
            else:
                start = last + DAY
            last += DAY
        if start > day:
            log.warning(
                "%s has no export of activities from %s to %s: labels set on these days are not known; where there "
                "never is one, have Freshdesk enable it (docs/connect.md)",
                self.reader.name,
                day,
                start - DAY,
            )
        return start, found

    def row(self, first: date, until: date) -> dict[date, Told]:
        """The days that are still there, both ends included."""
        days = (first + DAY * n for n in range((until - first).days + 1))
        return {day: told for day in days if (told := self.told(day)) is not None}

    def with_history(self, found: dict[date, Told], *, first: date) -> Told:
        """What the days tell, and changes of the days before, from `first` on."""
        start = min(found)
        whole = Told()
        for told in self.row(max(first, start - DAY * HISTORY_DAYS), start - DAY).values():
            whole.add(replace(told, refused=[]))
        for told in found.values():
            whole.add(told)
        return whole

    def told(self, day: date) -> Told | None:
        """What the export of a day tells; None where there is none, or none yet.

        Raises:
            SourceError: exports are not enabled, or an answer is not of the documented shape.
        """
        parts = [self._records(link, day) for link in self._links(day)]
        whole = [part for part in parts if part is not None]
        if not parts or len(whole) < len(parts):
            return None
        told = Told()
        for part in whole:
            # Each on its own: where one file is listed twice, nothing happened twice.
            told.add(read(part, self.reader, day=day.isoformat()))
        return told

    def _links(self, day: date) -> Iterator[str]:
        answer = self.web.get("export/ticket_activities", {"created_at": day.isoformat()}, allowed=(403, 404))
        if answer.status == httpx.codes.FORBIDDEN:
            raise SourceError(
                "the export of ticket activities is refused (403): have Freshdesk enable it and use the key of an "
                f"administrator, {OFF}",
                where=self.reader.name,
            )
        if answer.status == httpx.codes.NOT_FOUND:
            return
        export = answer.body.get("export", "absent") if isinstance(answer.body, dict) else "absent"
        for entry in export if isinstance(export, list) else [export] if export else []:
            link = entry.get("url") if isinstance(entry, dict) else None
            if not isinstance(link, str) or not _is_address(link):
                raise SourceError(f"the export of {day} has no link to a file; {OFF}", where=self.reader.name)
            yield link

    def _records(self, link: str, day: date) -> list[Any] | None:
        answer = self.files.get(link, allowed=(403, 404))
        if answer.status == httpx.codes.NOT_FOUND:
            return None
        try:
            body = json.loads(answer.content) if answer.status < httpx.codes.BAD_REQUEST else None
        except ValueError:
            body = None
        records = body.get("activities_data") if isinstance(body, dict) else None
        if not isinstance(records, list):
            raise SourceError(
                f"the file of activities of {day} is refused, cut off or holds no `activities_data`; its link is good "
                "for a short time only: sync again",
                where=self.reader.name,
            )
        return records

    @staticmethod
    def _begins(day: date) -> datetime:
        return datetime.combine(day, time(), UTC)


def _is_address(link: str) -> bool:
    try:
        return httpx.URL(link).scheme == "https"
    except httpx.InvalidURL:
        return False


def days_of(web: Web, files: Web, *, name: str, names: frozenset[str], ours: frozenset[str]) -> Days:
    """The days of the account as of now, and who works there.

    Raises:
        SourceError: the agents cannot be read.
    """
    agents: set[str] = set()
    page, answer = 0, None
    while answer is None or goes_on(answer):
        page += 1
        answer = web.get("agents", {"per_page": PER_PAGE, "page": page})
        rows = rows_of(answer, name=name)
        agents |= {
            str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row and row.get("type") in PEOPLE
        }
    try:
        now = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        raise SourceError("its answers carry no date, so no day can be known to be over", where=name) from None
    reader = Reader(name=name, field_names=names, agents=frozenset(agents), ours=ours)
    return Days(web=web, files=files, reader=reader, now=now.astimezone(UTC))
