"""The three lists of Intercom that say what to read: its teammates, conversations that changed, and deleted ones."""

from collections.abc import Mapping
from typing import Any, Final

from ecomintent.adapters.intercom_conversation import text_of
from ecomintent.adapters.web import Web
from ecomintent.errors import SourceError

FOUND_AT_ONCE: Final = 150
DELETED_AT_ONCE: Final = 60
DAY_SECONDS: Final = 86_400
"""Searched further back, in case Intercom rounds times to days as it does for contacts."""
YEAR_2100: Final = 4_102_444_800

Listed = list[tuple[int, str]]
"""(when, in seconds since 1970; id of the conversation), oldest first."""


class Lists:
    """Of one workspace; each read to its end."""

    def __init__(self, web: Web, name: str) -> None:
        self._web, self._name = web, name

    def teammates(self) -> frozenset[str]:
        """Ids of the persons who are in the workspace now."""
        told = self._rows(self._web.get("admins").body, "admins")
        return frozenset(text_of(one["id"]) for one in told if one.get("type") == "admin")

    def changed(self, floor: int) -> Listed:
        """Conversations that were updated at `floor` or since.

        Nobody promises the order of the search, and a conversation that changes meanwhile may move within it: hence
        all of it is fetched before anything is read. It holds no parts; this is one request for 150 conversations.
        """
        found: dict[str, int] = {}
        cursor = ""
        while True:
            body = self._web.post("conversations/search", _query(floor - DAY_SECONDS, cursor)).body
            for one in self._rows(body, "conversations"):
                found[text_of(one["id"])] = _time(one.get("updated_at"), floor)
            after = text_of(_map(_map(body.get("pages")).get("next")).get("starting_after"))
            if not after:
                return sorted((at, name) for name, at in found.items() if at >= floor)
            if after == cursor:
                raise SourceError("the search gave the same page twice; sync again", where=self._name)
            cursor = after

    def deleted(self, floor: int, *, settled: int) -> tuple[Listed, int]:
        """Conversations that were deleted at `floor` or since, and how many were deleted in all.

        The list comes newest first, says an example of the documentation, not its text. So the rest of it is left
        alone only where an old one was reached and as many new ones were found as there must be.

        Args:
            settled: how many were deleted before `floor`; may be too low.
        """
        found: dict[str, int] = {}
        page, total = 1, 0
        while True:
            asked = {"page": page, "per_page": DELETED_AT_ONCE, "order": "desc"}
            body = self._web.get("conversations/deleted", asked).body
            rows = self._rows(body, "conversations")
            total = total or _whole(body.get("total_count"), 0)
            # Without its time, deleted is deleted all the same.
            told = [(_time(one.get("deleted_at"), floor), text_of(one["id"])) for one in rows]
            found.update({name: when for when, name in told if when >= floor})
            ends = not rows or page >= _whole(_map(body.get("pages")).get("total_pages"), page + 1)
            if ends or (told[-1][0] < floor and 0 < total <= settled + len(found)):
                return sorted((when, name) for name, when in found.items()), total
            page += 1

    def _rows(self, body: Any, key: str) -> list[Mapping[str, Any]]:
        rows = _map(body).get(key)
        if not isinstance(rows, list) or not all(isinstance(one, Mapping) and one.get("id") for one in rows):
            raise SourceError(
                f"an answer has no list of {key} with ids, as Intercom documents it; check `url`", where=self._name
            )
        return rows


def _query(after: int, cursor: str) -> dict[str, Any]:
    # ">" means "greater or equal" here.
    wanted = {"field": "updated_at", "operator": ">", "value": str(max(after, 0))}
    paging = {"per_page": FOUND_AT_ONCE} | ({"starting_after": cursor} if cursor else {})
    return {"query": {"operator": "AND", "value": [wanted]}, "pagination": paging}


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _time(value: object, otherwise: int) -> int:
    """Seconds since 1970. What lies far ahead is a mistake: as a watermark it would hide everything to come."""
    found = _whole(value, otherwise)
    return found if 0 <= found < YEAR_2100 else otherwise


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) else otherwise
