"""`tagging.records.Desk` for Zendesk: a drop-down field, or tags with a prefix.

A write names the time of the version that was read (`safe_update`), so that an agent who was faster is not overwritten.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from ecomintent.adapters.desk_asking import Asking, replaced, same_writer, with_prefix
from ecomintent.adapters.hook_accounts import HookAccount
from ecomintent.adapters.zendesk_tickets import gone, identity
from ecomintent.tagging.records import Closed, Found
from ecomintent.taxonomy import NAMES
from ecomintent.tickets import Message, Ticket


class ZendeskDesk:
    """One account."""

    def __init__(self, account: HookAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account, setup = account, account.setup
        token = setup.token.reveal()
        self._asking = Asking(
            setup,
            f"{setup.url}/api/v2",
            auth=httpx.BasicAuth(f"{setup.user}/token", token) if setup.user else None,
            headers={} if setup.user else {"Authorization": f"Bearer {token}"},
            transport=transport,
        )

    def check(self) -> None:
        """As the port says: whose token it is, and whether the field is a drop-down that has all values."""
        same_writer(_map((self._asking.get("users/me.json") or {}).get("user")).get("id"), self._account.writer)
        field = self._account.setup.field
        if not field:
            return
        found = _map((self._asking.get(f"ticket_fields/{field}.json") or {}).get("ticket_field"))
        if found.get("type") != "tagger":
            raise Closed(f"ticket field {field} is {found.get('type', 'not there')}; it must be a drop-down (`field`)")
        options = {_map(option).get("value") for option in found.get("custom_field_options") or ()}
        lacking = sorted({self._account.rules.words[name] for name in NAMES} - options)
        if options and lacking:
            raise Closed(f"ticket field {field} has no value {', '.join(lacking)}; add it there, or name it in `words`")

    def read(self, ticket: str) -> Found | None:
        """As the port says."""
        row = _map((self._asking.get(f"tickets/{ticket}.json") or {}).get("ticket"))
        if not row:
            return None
        if ended := gone(row):
            return Found(ticket=ended, held=(), raw=row)
        return Found(ticket=_ticket(row), held=self._held(row), raw=row)

    def write(self, found: Found, word: str, drop: Sequence[str]) -> None:
        """As the port says."""
        field = self._account.setup.field
        if field:
            what: dict[str, Any] = {"custom_fields": [{"id": int(field), "value": word or None}]}
        else:
            what = {"tags": replaced(found.raw.get("tags") or (), word, drop)}
        guard = {"safe_update": True, "updated_stamp": found.raw.get("updated_at")}
        self._asking.change("PUT", f"tickets/{found.ticket.ticket_id}.json", {"ticket": {**what, **guard}})

    def _held(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        field = self._account.setup.field
        if not field:
            return with_prefix(row.get("tags") or (), self._account.tags)
        values = (
            _map(one).get("value") for one in row.get("custom_fields") or () if identity(_map(one)["id"]) == field
        )
        return tuple(value for value in values if isinstance(value, str) and value)


def _ticket(row: Mapping[str, Any]) -> Ticket:
    """The description is the first comment; the customer's where no agent opened the ticket."""
    theirs = row.get("submitter_id") == row.get("requester_id")
    said = Message(
        author="customer" if theirs else "agent",
        body=str(row.get("description") or ""),
        is_html=False,
        created_at=str(row.get("created_at") or ""),
        public=row.get("is_public") is not False,
    )
    return Ticket(
        ticket_id=identity(row["id"]),
        created_at=str(row.get("created_at") or ""),
        subject=str(row.get("subject") or ""),
        messages=(said,),
        changes=(),
    )


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
