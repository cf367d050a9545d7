"""Intercom: conversations that changed, each with the changes of its intent attribute, and those that were deleted."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Final
from urllib.parse import quote

import httpx

from ecomintent.adapters.intercom_conversation import NEWEST_PARTS, Known, is_cut, text_of, ticket_of, time_of
from ecomintent.adapters.intercom_lists import Lists
from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Sleep, Web
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.records import Refused
from ecomintent.tickets import Page, Ticket

VERSION: Final = "2.16"
"""Of the API; the first that tells of deleted conversations."""
READ_AT_ONCE: Final = 25
TOLD_AT_ONCE: Final = 500
OVERLAP_SECONDS: Final = 600
"""Read again before a watermark: the search may lag behind, and takes its time on a first sync."""
CUT: Final = (
    f"the conversation has more parts than the newest {NEWEST_PARTS}, which is all Intercom tells: changes of the "
    "intent before them are known only where an earlier sync read them; sync often enough to see every change"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """Where to read on."""

    updated: int
    """Everything that was updated before has been read; seconds since 1970, as all times here."""
    deleted: int
    settled: int
    """How many deletions there are from before `deleted` and the overlap."""

    def text(self) -> str:
        return json.dumps(asdict(self))


class IntercomConnector:
    """One workspace."""

    source = "intercom"

    def __init__(self, setup: Setup, web: Web) -> None:
        self.account = setup.account
        self._name, self._field, self._ours = setup.name, setup.field.strip(), setup.ours
        # Intercom no longer lists those who left.
        self._former = frozenset(setup.options.get("former_teammates", "").replace(",", " ").split())
        self._web, self._lists = web, Lists(web, setup.name)

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """What changed after `mark`, oldest first, then what was deleted; see `ports.Helpdesk`."""
        first = _unix(since)
        at = _Mark(**json.loads(mark)) if mark else _Mark(updated=first, deleted=first, settled=0)
        back = OVERLAP_SECONDS if mark else 0
        known = Known(attribute=self._field, ours=self._ours, teammates=self._former | self._lists.teammates())
        changed = self._lists.changed(at.updated - back)
        for some in _in_pieces(changed, READ_AT_ONCE):
            at = replace(at, updated=max(at.updated, some[-1][0]))
            yield self._read_all([name for _, name in some], known, at.text(), len(changed))
        # Asked for last, so that what went away while the others were read is among them.
        deleted, in_all = self._lists.deleted(at.deleted - OVERLAP_SECONDS, settled=at.settled)
        for some in _in_pieces(deleted, TOLD_AT_ONCE):
            at = replace(at, deleted=max(at.deleted, some[-1][0]))
            gone = tuple(_gone(name, when) for when, name in some)
            yield Page(mark=at.text(), tickets=gone, total=len(changed) + len(deleted))
        settled = in_all - sum(when >= at.deleted - OVERLAP_SECONDS for when, _ in deleted)
        if settled != at.settled:
            yield Page(mark=replace(at, settled=settled).text())

    def _read_all(self, names: list[str], known: Known, mark: str, total: int) -> Page:
        read = [row for name in names for row in self._read(name, known)]
        return Page(
            mark=mark,
            tickets=tuple(row for row in read if isinstance(row, Ticket)),
            refused=tuple(row for row in read if isinstance(row, Refused)),
            total=total,
        )

    def _read(self, name: str, known: Known) -> list[Ticket | Refused]:
        answer = self._web.get(f"conversations/{quote(name, safe='')}", {"display_as": "plaintext"}, allowed=(404,))
        if answer.status == httpx.codes.NOT_FOUND:
            # Deleted after it was found; the list of deleted ones tells of it.
            return []
        if not isinstance(answer.body, Mapping) or text_of(answer.body.get("id")) != name:
            return [self._refused(name, "Intercom answered with something else than the conversation; sync again")]
        try:
            ticket = ticket_of(answer.body, known)
        except InputError as error:
            return [self._refused(name, str(error))]
        return [ticket, self._refused(name, CUT)] if is_cut(answer.body) else [ticket]

    def _refused(self, name: str, reason: str) -> Refused:
        return Refused(file=self._name, line=0, ticket_id=name, reason=reason, excerpt="")


def connect(
    setup: Setup, *, transport: httpx.BaseTransport | None = None, sleep: Sleep = time.sleep
) -> IntercomConnector:
    """A connector to the workspace of an access token; nothing is sent yet.

    Raises:
        InputError: the name of the intent attribute is absent.
    """
    if not setup.field.strip():
        raise InputError("`field` is absent; write the name of the conversation attribute", where=setup.name)
    headers = {"Authorization": f"Bearer {setup.token.reveal()}", "Intercom-Version": VERSION}
    web = Web(setup.url, name=setup.name, headers=headers, reset="x-ratelimit-reset", transport=transport, sleep=sleep)
    return IntercomConnector(setup, web)


def _gone(name: str, when: int) -> Ticket:
    return Ticket(ticket_id=name, created_at="", subject="", messages=(), changes=(), deleted_at=time_of(when))


def _unix(since: str) -> int:
    return int(datetime.fromisoformat(cells.created_at(since)).timestamp()) if since else 0


def _in_pieces(rows: list[tuple[int, str]], size: int) -> Iterator[list[tuple[int, str]]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
