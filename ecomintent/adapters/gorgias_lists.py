"""Gorgias' lists page by page, and what it names by number only: tags and users."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from ecomintent.adapters.web import Web
from ecomintent.errors import SourceError

ROWS: Final = 100
"""Of a page; Gorgias gives no more."""
STARTS: Final = 10
"""Of one list whose cursor expired each time."""
NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Later than any time there is."""

Row = Mapping[str, Any]


def to_the_end(page: list[Row]) -> bool:
    """Read every page."""
    return False


class Lists:
    """Everything in a list, though its cursors live for a short time only."""

    def __init__(self, web: Web, name: str) -> None:
        """Nothing is sent yet.

        Args:
            name: of the source, for messages: "gorgias:acme".
        """
        self._web = web
        self._name = name
        self.served = NEVER
        """Gorgias' clock at its last answer to a list; `NEVER` where it does not say."""

    def rows(
        self, path: str, params: Mapping[str, Any], *, enough: Callable[[list[Row]], bool] = to_the_end
    ) -> Iterator[Row]:
        """Every row, some of them twice: where a cursor has expired, the list is read from its top again.

        Args:
            enough: told each page; True where none behind it is wanted.
        Raises:
            SourceError: no list, or one whose cursors expire sooner than they can be used.
        """
        cursor, starts = "", 1
        while True:
            asked = {**params, "limit": ROWS, **({"cursor": cursor} if cursor else {})}
            answer = self._web.get(path, asked, allowed=(httpx.codes.BAD_REQUEST,) if cursor else ())
            if answer.status == httpx.codes.BAD_REQUEST:
                cursor, starts = "", starts + 1
                if starts > STARTS:
                    raise SourceError(
                        f"the list {path!r} broke off {STARTS} times with 400, as expired cursors do; "
                        "nothing is lost: the next sync goes on here",
                        where=self._name,
                    )
                continue
            page, cursor = self._page(path, answer.body)
            self.served = _time(answer.headers.get("date", ""))
            yield from page
            if not cursor or not page or enough(page):
                return

    def one(self, path: str) -> Row | None:
        """A single thing; None where there is none, or none any more.

        Raises:
            SourceError: the answer is something else.
        """
        gone = (httpx.codes.NOT_FOUND, httpx.codes.GONE)
        answer = self._web.get(path, allowed=gone)
        if answer.status in gone:
            return None
        if not isinstance(answer.body, dict):
            raise SourceError(_not_documented(path, "an object"), where=self._name)
        return answer.body

    def _page(self, path: str, body: Any) -> tuple[list[Row], str]:
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            raise SourceError(_not_documented(path, "`data` with a list of objects"), where=self._name)
        meta = body.get("meta")
        return data, str((meta.get("next_cursor") or "") if isinstance(meta, dict) else "")


class Directory:
    """Names of tags and roles of users: read once, and asked for one by one where a number is newer than that."""

    def __init__(self, lists: Lists) -> None:
        """Nothing is sent before the first question."""
        self._lists = lists
        self._known: dict[str, dict[str, Row | None]] = {}

    def tag(self, number: object) -> str | None:
        """The name of a tag; None where Gorgias does not know it any more."""
        found = self._found("tags", number)
        name = found.get("name") if found else None
        return name if isinstance(name, str) else None

    def role(self, number: object) -> str | None:
        """The role of one who works for the shop; None where Gorgias knows no such person."""
        found = self._found("users", number)
        role = found.get("role") if found else None
        name = role.get("name") if isinstance(role, dict) else None
        return name if isinstance(name, str) else None

    def _found(self, path: str, number: object) -> Row | None:
        if path not in self._known:
            self._known[path] = {str(row.get("id")): row for row in self._lists.rows(path, {})}
        known = self._known[path]
        key = str(number)
        if key not in known:
            known[key] = self._lists.one(f"{path}/{key}") if key.isascii() and key.isdigit() else None
        return known[key]


def _not_documented(path: str, expected: str) -> str:
    return f"the answer to GET {path} is not {expected}, as Gorgias documents it; check that `url` is that of Gorgias"


def _time(header: str) -> datetime:
    try:
        return parsedate_to_datetime(header).astimezone(UTC)
    except ValueError:
        return NEVER
