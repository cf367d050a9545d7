"""Freshdesk: tickets in the order of their last update, joined with the daily exports of who changed their intent.

One listing serves both. Where no new export is there, it goes on after the last update seen and tells of tickets
only; where one is, it goes back to the first record of the new days, for whoever changed a ticket also updated it.
"""

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

import httpx

from ecomintent.adapters import freshdesk_pages as lists
from ecomintent.adapters import freshdesk_tickets as raw_tickets
from ecomintent.adapters.freshdesk_activities import Told, folded, not_assumed
from ecomintent.adapters.freshdesk_exports import Days, days_of
from ecomintent.adapters.freshdesk_place import DAY, Place
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Sleep, Web
from ecomintent.errors import InputError
from ecomintent.records import Refused
from ecomintent.tickets import Page, Ticket

KEPT_DAYS: Final = "30"
"""How long exports are kept, unless the option `activities_days` says otherwise."""
ON, OFF = "on", "off"
LAG: Final = timedelta(minutes=5)
"""By how much a record may be later than the update of its ticket."""
GONE: Final = ("deleted", "spam")


class FreshdeskConnector:
    """One account."""

    source = "freshdesk"

    def __init__(self, web: Web, files: Web, setup: Setup) -> None:
        """Nothing is asked yet.

        Args:
            files: carries no credentials.
        """
        self.account = setup.account
        self._web, self._files, self._setup = web, files, setup
        self._names = frozenset(folded(name) for name in (setup.field, setup.options.get("label") or setup.field))
        self._exported = _one_of(setup, "activities", (ON, OFF)) == ON
        self._kept = DAY * _number(setup, "activities_days", KEPT_DAYS)

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """As the port says; changes of a ticket come once the export of their day is there."""
        place, told = Place.of(mark, since), None
        if self._exported:
            days = days_of(self._web, self._files, name=self._setup.name, names=self._names, ours=self._setup.ours)
            place, told = self._told(self._begun(place, days, since), days, since)
        place = yield from self._tickets(place, told)
        for kind in GONE:
            place = yield from self._gone(place, kind)

    def _begun(self, place: Place, days: Days, since: str) -> Place:
        """With the first day whose export is asked for, once there is a ticket."""
        if place.next:
            return place
        order = {"updated_since": lists.asked(place.tickets), "order_by": "created_at", "order_type": "asc"}
        oldest = lists.rows_of(self._web.get("tickets", {**order, "per_page": 1}), name=self._setup.name)
        if not oldest:
            return place
        # The day before, for whose day an export holds is not known.
        starts = [datetime.fromisoformat(at).date() - DAY for at in (raw_tickets.created_at(oldest[0]), since) if at]
        return place.begun(max([(days.now - self._kept).date(), *starts]))

    def _told(self, place: Place, days: Days, since: str) -> tuple[Place, Told | None]:
        """What the exports tell that are due, and from where on tickets have to be listed for them."""
        if not place.next:
            return place, None
        start = date.fromisoformat(place.next)
        if place.until:
            found = days.row(start, date.fromisoformat(place.until))
            return place, days.with_history(found, first=date.fromisoformat(place.first)) if found else None
        begin, found = days.due(start)
        if begin > start:
            place = place.begun(begin)
        if not found:
            return place, None
        told = days.with_history(found, first=date.fromisoformat(place.first))
        firsts = [datetime.fromisoformat(day.first) - LAG for day in found.values() if day.first]
        back = min([place.tickets, *(at.isoformat(timespec="seconds") for at in firsts)])
        return replace(place, until=max(found).isoformat(), tickets=max(back, since)), told

    def _tickets(self, place: Place, told: Told | None) -> Generator[Page, None, Place]:
        refused = told.refused if told else []
        web, name = self._web, self._setup.name
        for rows, more in lists.tickets(web, place.tickets, name=name, include="description,stats"):
            place = place.listed(max(map(raw_tickets.updated_at, rows), default=""), to_the_end=not more)
            found = [self._one(row, told) for row in rows]
            refused = [*refused, *(row for row in found if isinstance(row, Refused))]
            if told:
                refused += [row for raw in rows if (row := self._untold(raw, told))]
            yield Page(
                mark=place.mark(),
                tickets=tuple(one for one in found if isinstance(one, Ticket)),
                refused=tuple(refused),
            )
            refused = []
        return place

    def _one(self, raw: Any, told: Told | None) -> Ticket | Refused:
        ticket = raw_tickets.ticket_id(raw)
        if not ticket:
            return self._refused("", "what Freshdesk lists as a ticket has no id; nothing can be learned from it")
        if not self._exported:
            return raw_tickets.ticket_of(raw, changes=raw_tickets.by_nobody(raw, self._setup.field), closed_at="")
        # Later than the last record it may have been solved on top of a change that is not told yet.
        solved = raw_tickets.solved_at(raw)
        known = told is not None and solved <= told.last
        return raw_tickets.ticket_of(raw, changes=told.of(ticket) if told else (), closed_at=solved if known else "")

    def _untold(self, raw: Any, told: Told) -> Refused | None:
        """That a ticket holds an intent though all activities of its life are told, and none of them set it."""
        ticket = raw_tickets.ticket_id(raw)
        if not ticket or not raw_tickets.held(raw, self._setup.field) or told.changes.get(ticket):
            return None
        if not told.whole(raw_tickets.created_at(raw), raw_tickets.updated_at(raw)):
            return None
        return self._refused(ticket, not_assumed("the ticket holds an intent, yet no activity of it set one"))

    def _gone(self, place: Place, kind: str) -> Generator[Page, None, Place]:
        """Tickets that were deleted or marked as spam."""
        for rows, _ in lists.tickets(self._web, getattr(place, kind), name=self._setup.name, filter=kind):
            last = max([getattr(place, kind), *map(raw_tickets.updated_at, rows)])
            place = replace(place, **{kind: last})
            known = [row for row in rows if raw_tickets.ticket_id(row) and raw_tickets.updated_at(row)]
            odd = [row for row in rows if row not in known]
            reason = f"a ticket among the {kind} ones has no id or no `updated_at`; remove its text by hand"
            yield Page(
                mark=place.mark(),
                tickets=tuple(map(raw_tickets.gone, known)),
                refused=tuple(self._refused(raw_tickets.ticket_id(row), reason) for row in odd),
            )
        return place

    def _refused(self, ticket: str, reason: str) -> Refused:
        return Refused(file=self._setup.name, line=0, ticket_id=ticket, reason=reason, excerpt="")


def connect(
    setup: Setup, *, transport: httpx.BaseTransport | None = None, sleep: Sleep = time.sleep
) -> FreshdeskConnector:
    """A connector to the account.

    Raises:
        InputError: the setup lacks something, or says what is not understood.
    """
    if not setup.field:
        raise InputError("`field` is absent; write the name of the intent field, such as cf_intent", where=setup.name)
    root = f"{setup.url.rstrip('/')}/api/v2"
    auth = httpx.BasicAuth(setup.token.reveal(), "X")
    web = Web(root, name=setup.name, auth=auth, transport=transport, sleep=sleep)
    # The files of the exports lie on another host, which must not see the key.
    return FreshdeskConnector(web, Web(root, name=setup.name, transport=transport, sleep=sleep), setup)


def _one_of(setup: Setup, name: str, allowed: tuple[str, ...]) -> str:
    value = setup.options.get(name) or allowed[0]
    if value not in allowed:
        raise InputError(f"`{name}` is {value!r}; allowed are {', '.join(allowed)}", where=setup.name)
    return value


def _number(setup: Setup, name: str, usual: str) -> int:
    value = setup.options.get(name) or usual
    if not value.isdecimal() or not int(value):
        raise InputError(f"`{name}` is {value!r}; write a number of days, such as {usual}", where=setup.name)
    return int(value)
