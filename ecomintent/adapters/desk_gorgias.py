"""`tagging.records.Desk` for Gorgias: a tag with a prefix, the old one taken off before the new one is put on."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from ecomintent.adapters.desk_asking import Asking, same_writer, with_prefix
from ecomintent.adapters.gorgias_tickets import gone, gone_at, ticket_of
from ecomintent.adapters.hook_accounts import HookAccount
from ecomintent.tagging.records import Closed, Found


class GorgiasDesk:
    """One account."""

    def __init__(self, account: HookAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account, setup = account, account.setup
        token = setup.token.reveal()
        self._asking = Asking(
            setup,
            f"{setup.url}/api",
            auth=httpx.BasicAuth(setup.user, token) if setup.user else None,
            headers={} if setup.user else {"Authorization": f"Bearer {token}"},
            transport=transport,
        )

    def check(self) -> None:
        """As the port says; of a key, that the user `writer` has its e-mail address, of an OAuth token nothing."""
        user = self._account.setup.user
        if not user:
            return
        found = self._asking.get(f"users/{self._account.writer}")
        if found is None:
            raise Closed(f"Gorgias has no user {self._account.writer}; `writer` is the number of the key's user")
        if str(found.get("email", "")).casefold() != user.casefold():
            same_writer(f"of {user}", self._account.writer)

    def read(self, ticket: str) -> Found | None:
        """As the port says."""
        row = self._asking.get(f"tickets/{ticket}")
        if row is None:
            return None
        if ended := gone_at(row):
            return Found(ticket=gone(ticket, ended), held=(), raw=row)
        return Found(ticket=ticket_of(row, ()), held=with_prefix(_names(row), self._account.tags), raw=row)

    def write(self, found: Found, word: str, drop: Sequence[str]) -> None:
        """As the port says. Other tags are not touched: somebody may change them at the same time."""
        path = f"tickets/{found.ticket.ticket_id}/tags"
        if drop:
            self._asking.change("DELETE", path, {"names": list(drop)})
        if word and word.casefold() not in {name.casefold() for name in found.held}:
            self._asking.change("POST", path, {"names": [word]})


def _names(row: Mapping[str, Any]) -> list[str]:
    tags = row.get("tags")
    return [str(tag.get("name")) for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
