"""`tagging.records.Desk` for Intercom: an attribute of the conversation."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from ecomintent.adapters.desk_asking import Asking, same_writer
from ecomintent.adapters.hook_accounts import HookAccount
from ecomintent.adapters.intercom import VERSION
from ecomintent.adapters.intercom_conversation import Known, text_of, ticket_of
from ecomintent.errors import InputError
from ecomintent.tagging.records import Found, Never


class IntercomDesk:
    """One workspace."""

    def __init__(self, account: HookAccount, transport: httpx.BaseTransport | None = None) -> None:
        self._account, setup = account, account.setup
        headers = {"Authorization": f"Bearer {setup.token.reveal()}", "Intercom-Version": VERSION}
        self._asking = Asking(setup, setup.url, headers=headers, reset="x-ratelimit-reset", transport=transport)

    def check(self) -> None:
        """As the port says: whose token it is."""
        same_writer((self._asking.get("me") or {}).get("id"), self._account.writer)

    def read(self, ticket: str) -> Found | None:
        """As the port says."""
        told = self._asking.get(f"conversations/{ticket}", {"display_as": "plaintext"})
        if told is None:
            return None
        known = Known(attribute=self._account.setup.field, ours=frozenset(), teammates=frozenset())
        try:
            ticket_told = ticket_of(told, known)
        except InputError as error:
            raise Never(f"{error}; then: ecomintent tag repeat") from None
        value = text_of(_map(told.get("custom_attributes")).get(self._account.setup.field))
        return Found(ticket=ticket_told, held=(value,) if value else (), raw=told)

    def write(self, found: Found, word: str, drop: Sequence[str]) -> None:
        """As the port says."""
        attributes = {self._account.setup.field: word or None}
        self._asking.change("PUT", f"conversations/{found.ticket.ticket_id}", {"custom_attributes": attributes})


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
