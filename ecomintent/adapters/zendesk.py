"""Zendesk: which tickets changed, from the cursor-based export; who set their intent, from the audits of each."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Final

import httpx

from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Sleep
from ecomintent.adapters.zendesk_api import NOT_FOUND, PER_REQUEST, Agents, Zendesk, api_of
from ecomintent.adapters.zendesk_tickets import Reader, Record, gone, identity, ticket_of
from ecomintent.records import Refused
from ecomintent.tickets import Page, Ticket

EXPORT: Final = "api/v2/incremental/tickets/cursor.json"
PER_PAGE: Final = 25
"""Tickets stored at once: each takes a request of its own, which a kill would lose."""
OVERLAP_SECONDS: Final = 60
"""How far before the newest stored ticket to start again where a cursor has expired."""
EXPIRED: Final = (400, 404, 410, 422)
"""Answers to a cursor that is good no more; Zendesk does not write down which of them it gives."""
NO_START: Final = (400, 422)
TOO_RECENT: Final = "StartTimeTooRecent"

Key = tuple[int, int]
"""When a ticket was last changed by anybody, the system as well (`generated_timestamp`), and its id."""
NOTHING: Final[Key] = (-1, -1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to read on in the export."""

    cursor: str
    """Empty: from `start` on."""
    start: int
    """Seconds since 1970, for when there is no cursor or it has expired."""
    last: Key
    """Up to here what lies behind the cursor is stored: no count, for a ticket that changes leaves its place."""

    @classmethod
    def of(cls, mark: str, *, since: str) -> "Place":
        """The place that was stored; without one, `since`."""
        if not mark:
            start = int(datetime.fromisoformat(since).timestamp()) if since else 0
            return cls(cursor="", start=start, last=NOTHING)
        found = json.loads(mark)
        changed, ticket = found["last"]
        return cls(cursor=found["cursor"], start=found["start"], last=(changed, ticket))

    def mark(self) -> str:
        """As text to be stored."""
        return json.dumps(asdict(self))


class ZendeskConnector:
    """One Zendesk account."""

    source = "zendesk"

    def __init__(self, zendesk: Zendesk, *, account: str, field: str, ours: frozenset[str]) -> None:
        self.account = account
        self._zendesk, self._field, self._ours = zendesk, field, ours

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """As `ports.Helpdesk`. A ticket comes whole whenever anything about it changed."""
        if not mark:
            self._zendesk.require_drop_down(self._field)
        agents = Agents(self._zendesk)
        reader = Reader(field=self._field, ours=self._ours, is_agent=agents.has, is_surely_agent=agents.surely_has)
        place, told = Place.of(mark, since=since), frozenset[Key]()
        while (exported := self._exported(place)) is not None:
            place, body = exported
            rows, nameless = _in_order(body["tickets"])
            ends, behind = self._behind(place, body, rows)
            # Pages of the export overlap; what the last one told need not be asked for again.
            new = {key: row for key, row in rows.items() if key > place.last and key not in told}
            yield from self._stored(place, behind, new, nameless, reader)
            if ends:
                return
            place, told = behind, frozenset(rows)

    def _exported(self, place: Place) -> tuple[Place, Mapping[str, Any]] | None:
        """The place that was asked for, which is an earlier one where the cursor has expired, and the answer.

        None where the start is so recent that Zendesk does not tell of it yet.
        """
        if place.cursor:
            answer = self._zendesk.ask(EXPORT, {"cursor": place.cursor, "per_page": PER_REQUEST}, allowed=EXPIRED)
            if answer.status not in EXPIRED:
                return place, self._zendesk.body(answer, EXPORT, "tickets")
            place = Place(cursor="", start=max(place.start - OVERLAP_SECONDS, 0), last=NOTHING)
        answer = self._zendesk.ask(EXPORT, {"start_time": place.start, "per_page": PER_REQUEST}, allowed=NO_START)
        if answer.status in NO_START and isinstance(answer.body, dict) and answer.body.get("error") == TOO_RECENT:
            return None
        return place, self._zendesk.body(answer, EXPORT, "tickets")

    def _behind(self, place: Place, body: Mapping[str, Any], rows: Mapping[Key, Record]) -> tuple[bool, Place]:
        """(whether the export ends here for now, the place behind this answer)."""
        after = body.get("after_cursor") or place.cursor
        ends = bool(body.get("end_of_stream")) or (not body["tickets"] and after == place.cursor)
        cursor = str(after) if ends else self._zendesk.onward(EXPORT, place.cursor, after)
        return ends, Place(cursor=cursor, start=max([place.start, *(changed for changed, _ in rows)]), last=NOTHING)

    def _stored(
        self, place: Place, behind: Place, new: Mapping[Key, Record], nameless: int, reader: Reader
    ) -> Iterator[Page]:
        refused = tuple(self._refused("", "a ticket without an id") for _ in range(nameless))
        if refused and not new:
            yield Page(mark=behind.mark(), refused=refused)
        keys = list(new)
        for first in range(0, len(keys), PER_PAGE):
            some = keys[first : first + PER_PAGE]
            here = behind if some[-1] == keys[-1] else replace(place, last=some[-1])
            told = [self._told(new[key], reader) for key in some]
            yield Page(
                mark=here.mark(),
                tickets=tuple(one for one in told if isinstance(one, Ticket)),
                refused=(*refused, *(one for one in told if isinstance(one, Refused))),
            )
            refused = ()

    def _told(self, row: Record, reader: Reader) -> Ticket | Refused:
        try:
            if ticket := gone(row):
                return ticket
            audits = self._zendesk.listed(f"api/v2/tickets/{row['id']}/audits.json", "audits", allowed=(NOT_FOUND,))
            if audits is None:
                return self._refused(row["id"], "it has no audits (404): deleted just now, or hidden from the token")
            return ticket_of(row, audits, reader)
        # Zendesk's records are wide and old: one odd ticket must not hold up all that come after it.
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            return self._refused(row["id"], f"its records are not as Zendesk documents them ({type(error).__name__})")

    def _refused(self, ticket: object, reason: str) -> Refused:
        return Refused(file=self._zendesk.name, line=0, ticket_id=identity(ticket), reason=reason, excerpt="")


def connect(
    setup: Setup, *, transport: httpx.BaseTransport | None = None, sleep: Sleep = time.sleep
) -> ZendeskConnector:
    """A connector to the account of `setup`; nothing is sent yet.

    Raises:
        InputError: `field` is no id.
    """
    zendesk = api_of(setup, transport=transport, sleep=sleep)
    return ZendeskConnector(zendesk, account=setup.account, field=setup.field, ours=setup.ours)


def _in_order(rows: Sequence[object]) -> tuple[dict[Key, Record], int]:
    """(tickets by when they changed and their id, each once; how many have no id)."""
    found = dict[Key, Record]()
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("id"), int):
            changed = row.get("generated_timestamp")
            found[changed if isinstance(changed, int) else 0, row["id"]] = row
    named = sum(isinstance(row, dict) and isinstance(row.get("id"), int) for row in rows)
    return dict(sorted(found.items())), len(rows) - named
