"""Freshdesk's lists, page by page, so that nothing is missed while tickets move within them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from ecomintent.adapters.freshdesk_tickets import updated_at
from ecomintent.adapters.web import Answer, Web
from ecomintent.errors import SourceError

PER_PAGE: Final = 100


def rows_of(answer: Answer, *, name: str) -> list[Any]:
    """The rows of a page.

    Raises:
        SourceError: the answer is no list.
    """
    if not isinstance(answer.body, list):
        raise SourceError("an answer is no list; check that `url` is the address of a Freshdesk account", where=name)
    return answer.body


def goes_on(answer: Answer) -> bool:
    """Whether the page has a next one."""
    return 'rel="next"' in answer.headers.get("link", "")


def asked(since: str) -> str:
    """A time as Freshdesk takes it, a second early: whether it lists what changed in that very second is not known."""
    return (datetime.fromisoformat(since) - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def tickets(web: Web, since: str, *, name: str, **more: str) -> Iterator[tuple[list[Any], bool]]:
    """Tickets updated since then, oldest update first; each page with whether there is a next one.

    A ticket that is updated meanwhile goes to the end, and all behind it move up by one: the first of the next page
    would be on none. So every page begins anew at the last update seen. Only within one second is there no such place;
    there pages are counted, which Freshdesk allows up to 300.

    Raises:
        SourceError: more than 300 pages of tickets were updated within one second, or the answer is no list.
    """
    start, page = asked(since), 1
    while True:
        order = {"updated_since": start, "order_by": "updated_at", "order_type": "asc", "per_page": PER_PAGE}
        allowed = (httpx.codes.BAD_REQUEST,) if page > 1 else ()
        answer = web.get("tickets", {**order, **more, "page": page}, allowed=allowed)
        if answer.status == httpx.codes.BAD_REQUEST:
            raise SourceError(
                f"page {page} of the tickets updated since {start} is refused (400); Freshdesk shows 300 pages, and "
                "more tickets than that were updated at once: ask its support how to list them",
                where=name,
            )
        rows, more_follow = rows_of(answer, name=name), goes_on(answer)
        yield rows, more_follow
        if not more_follow:
            return
        last = max((at for row in rows if (at := updated_at(row))), default="")
        if last and asked(last) > start:
            start, page = asked(last), 1
        else:
            page += 1
