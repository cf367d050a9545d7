"""Gorgias: tickets by their last update, and what people made of their intent tags.

Two lists say what changed: the tickets, newest update first, and the events, for what the first cannot show: tickets
that are there no more. A ticket that moves while its list is read is missed there, but is then newer than the mark.
"""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

from ecomintent.adapters.gorgias_history import Names, told
from ecomintent.adapters.gorgias_lists import Directory, Lists, Row
from ecomintent.adapters.gorgias_tickets import BEGINNING, gone, gone_at, moment, ticket_of
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Sleep, Web
from ecomintent.errors import InputError
from ecomintent.labels.tables import excerpt
from ecomintent.records import Refused
from ecomintent.tickets import Page, Ticket

TOGETHER: Final = 25
"""Tickets of a page: each costs two requests, and what is not stored yet is read again after a failure."""
OVERLAP: Final = timedelta(minutes=5)
"""Read again behind the mark: a list may show a change only some time after the moment it bears."""
AHEAD: Final = timedelta(days=1)
"""A ticket may be imported with any time; one further in the future does not move the mark."""
SPEAKING: Final = (
    "ticket-tags-added",
    "ticket-tags-removed",
    "ticket-trashed",
    "ticket-marked-spam",
    "ticket-merged",
    "ticket-deleted",
)
"""Types of events after which a ticket is read again, whatever the list of tickets says."""


def connect(
    setup: Setup, *, transport: httpx.BaseTransport | None = None, sleep: Sleep = time.sleep
) -> "GorgiasConnector":
    """A connector to one account: with `user`, the token is the API key of that e-mail address, else an OAuth token.

    Raises:
        InputError: no prefix of intent tags is given.
    """
    if not setup.field:
        raise InputError(
            "`field` is absent; write what the names of intent tags begin with: intent__", where=setup.name
        )
    secret = setup.token.reveal()
    web = Web(
        f"{setup.url.rstrip('/')}/api",
        name=setup.name,
        auth=httpx.BasicAuth(setup.user, secret) if setup.user else None,
        headers={"Accept": "application/json"} | ({} if setup.user else {"Authorization": f"Bearer {secret}"}),
        transport=transport,
        sleep=sleep,
    )
    return GorgiasConnector(setup, web)


class GorgiasConnector:
    """`ports.Helpdesk` for one Gorgias account."""

    source = "gorgias"

    def __init__(self, setup: Setup, web: Web) -> None:
        """Nothing is sent yet."""
        self.account = setup.account
        self._setup = setup
        self._lists = Lists(web, setup.name)

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """As the port says. The mark is the time of the newest update that is stored with all before it."""
        reached = moment(json.loads(mark)["updated"]) if mark else None
        start = reached - OVERLAP if reached else moment(since)
        changed = self._listed(start)
        # Before the first mark nothing is known of any ticket, so none can be missed by being gone.
        newest = max((at for at in changed.values() if at <= self._lists.served + AHEAD), default=reached)
        for ticket, at in self._spoken_of(start).items() if reached and start else ():
            changed[ticket] = max(at, changed.get(ticket, at))
        in_order = sorted(changed, key=lambda ticket: (changed[ticket], ticket))
        names = self._names()
        for first in range(0, len(in_order), TOGETHER):
            some = in_order[first : first + TOGETHER]
            read = [self._read(ticket, changed[ticket], names) for ticket in some]
            done = max(reached or BEGINNING, min(changed[some[-1]], newest or BEGINNING))
            yield Page(
                mark=mark if done == reached else json.dumps({"updated": done.isoformat()}),
                tickets=tuple(ticket for ticket, _ in read if ticket),
                refused=tuple(row for _, rows in read for row in rows),
                total=len(in_order),
            )

    def _listed(self, start: datetime | None) -> dict[str, datetime]:
        """Ticket -> its last update, of those updated from `start` on."""
        asked = {"order_by": "updated_datetime:desc", "trashed": "true"}
        found = dict[str, datetime]()
        last = start or BEGINNING
        for row in self._lists.rows("tickets", asked, enough=_older(start, "updated_datetime")):
            # One without a time that can be read changed at about the time of its neighbour.
            last = moment(row.get("updated_datetime")) or last
            if start is None or last >= start:
                ticket = str(row.get("id"))
                found[ticket] = max(last, found.get(ticket, last))
        return found

    def _spoken_of(self, start: datetime) -> dict[str, datetime]:
        """Ticket -> the last event about it that matters here, from `start` on."""
        asked = {
            "object_type": "Ticket",
            "types": list(SPEAKING),
            "created_datetime[gte]": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "order_by": "created_datetime:desc",
        }
        found = dict[str, datetime]()
        for event in self._lists.rows("events", asked, enough=_older(start, "created_datetime")):
            at = moment(event.get("created_datetime")) or start
            if event.get("type") not in SPEAKING or at < start:
                continue
            merged = _tickets_in(event.get("data")) if event["type"] == "ticket-merged" else []
            for ticket in (str(event.get("object_id")), *merged):
                found[ticket] = max(at, found.get(ticket, at))
        return found

    def _names(self) -> Names:
        directory = Directory(self._lists)
        return Names(prefix=self._setup.field, ours=self._setup.ours, tag=directory.tag, role=directory.role)

    def _read(self, ticket: str, at: datetime, names: Names) -> tuple[Ticket | None, list[Refused]]:
        if not (ticket.isascii() and ticket.isdigit()):
            return None, [self._refused(ticket, "not the number of a ticket; nothing can be read of it")]
        found = self._lists.one(f"tickets/{ticket}")
        if found is None or str(found.get("id")) != ticket:
            return gone(ticket, at.isoformat()), []
        if ended := gone_at(found):
            return gone(ticket, ended), []
        asked = {"object_type": "Ticket", "object_id": ticket}
        events = [row for row in self._lists.rows("events", asked) if str(row.get("object_id")) == ticket]
        story = told(found, events, names)
        return ticket_of(found, story.changes), [self._refused(ticket, reason) for reason in story.refused]

    def _refused(self, ticket: str, reason: str) -> Refused:
        return Refused(file=self._setup.name, line=0, ticket_id=excerpt(ticket), reason=reason, excerpt="")


def _older(start: datetime | None, key: str) -> Callable[[list[Row]], bool]:
    """Whether all of a page is older than `start`; a single row may stand out of order."""

    def enough(page: list[Row]) -> bool:
        times = [moment(row.get(key)) for row in page]
        return start is not None and all(at is not None and at < start for at in times)

    return enough


def _tickets_in(data: object, *, named: bool = False) -> Iterator[str]:
    """Numbers below any key that speaks of tickets; which keys a merge has, Gorgias does not document."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _tickets_in(value, named="ticket" in str(key) or (named and key in ("id", "ids")))
    elif isinstance(data, list):
        for value in data:
            yield from _tickets_in(value, named=named)
    elif named and isinstance(data, int) and not isinstance(data, bool):
        yield str(data)
