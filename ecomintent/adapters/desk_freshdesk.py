"""`tagging.records.Desk` for Freshdesk: a drop-down of the form, or tags with a prefix."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx

from ecomintent.adapters import freshdesk_tickets as raw_tickets
from ecomintent.adapters.desk_asking import Asking, replaced, same_writer, with_prefix
from ecomintent.adapters.hook_accounts import HookAccount
from ecomintent.tagging.records import Found


class FreshdeskDesk:
    """One account."""

    def __init__(self, account: HookAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account, setup = account, account.setup
        self._asking = Asking(
            setup, f"{setup.url}/api/v2", auth=httpx.BasicAuth(setup.token.reveal(), "X"), transport=transport
        )

    def check(self) -> None:
        """As the port says: whose key it is."""
        same_writer((self._asking.get("agents/me") or {}).get("id"), self._account.writer)

    def read(self, ticket: str) -> Found | None:
        """As the port says."""
        row = self._asking.get(f"tickets/{ticket}")
        if row is None:
            return None
        told = raw_tickets.ticket_of(dict(row), changes=(), closed_at="")
        if row.get("deleted") or row.get("spam"):
            told = replace(told, messages=(), deleted_at=raw_tickets.updated_at(row) or told.created_at)
        return Found(ticket=told, held=self._held(row), raw=row)

    def write(self, found: Found, word: str, drop: Sequence[str]) -> None:
        """As the port says."""
        field = self._account.setup.field
        what: dict[str, Any] = {"custom_fields": {field: word or None}} if field else {}
        if not field:
            what = {"tags": replaced(found.raw.get("tags") or (), word, drop)}
        self._asking.change("PUT", f"tickets/{found.ticket.ticket_id}", what)

    def _held(self, row: Mapping[str, Any]) -> tuple[str, ...]:
        field = self._account.setup.field
        if not field:
            return with_prefix(row.get("tags") or (), self._account.tags)
        value = raw_tickets.held(dict(row), field)
        return (value,) if value else ()
