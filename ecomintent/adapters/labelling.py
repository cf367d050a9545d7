"""What connectors of labelling tools share: when a task last changed, and a task as a ticket of one message."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ecomintent.adapters.source_setup import Setup
from ecomintent.errors import InputError
from ecomintent.tickets import Change, Message, Ticket

OVERLAP: Final = timedelta(days=1)
"""Read again before the newest change known: longer than any pass, so that what came to light late is not lost."""


def when(value: object) -> str:
    """The time in UTC to the microsecond, always as wide, so that order of text is order of time; empty where none."""
    try:
        moment = datetime.fromisoformat(str(value))
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return moment.isoformat(timespec="microseconds")


def newest(values: Iterable[object]) -> str:
    """The latest of the times that can be read; empty where none can."""
    return max(map(when, values), default="")


def known(mark: str, of: str) -> dict[str, Any]:
    """What the mark says; nothing where it is another project's or dataset's."""
    place = json.loads(mark) if mark else {}
    return place if isinstance(place, dict) and place.get("of") == of else {}


def lowest(upto: str, since: str) -> str:
    """The time from which on changes are handed on.

    Args:
        upto: the newest change known, as `when` writes it; empty before the first sync.
        since: how far back the first sync reaches.
    """
    again = (datetime.fromisoformat(upto) - OVERLAP).isoformat(timespec="microseconds") if upto else ""
    return max(again, when(since) if since else "")


def needed(setup: Setup) -> None:
    """Say what is missing.

    Raises:
        InputError: no question is named.
    """
    if not setup.field:
        raise InputError("`field` is absent; name the question whose answer is the intent", where=setup.name)


def text_field(setup: Setup) -> str:
    """The field of a task that holds what the customer wrote."""
    return setup.options.get("text") or "text"


def ticket(ticket_id: str, created_at: str, text: Any, changes: Iterable[Change]) -> Ticket:
    """A task as a ticket in which a customer wrote once.

    Args:
        text: as the tool has it; what is no text counts as none.
    """
    body = text if isinstance(text, str) else ""
    said = Message(author="customer", body=body, is_html=False, created_at=created_at, public=True)
    in_order = sorted(changes, key=lambda change: (when(change.at), change.event_id))
    return Ticket(ticket_id=ticket_id, created_at=created_at, subject="", messages=(said,), changes=tuple(in_order))
