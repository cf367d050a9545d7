"""A ticket as Gorgias has it -> `tickets.Ticket`. Pure; nothing is cleaned or judged here."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ecomintent.tickets import Author, Change, Message, Ticket

FALSE: Final = frozenset({"false", "0", "no", "none", "null", ""})
"""What Gorgias' templates make of False, in lower case: a text, and every text is true."""
BODIES: Final = (("stripped_text", False), ("body_text", False), ("body_html", True))
"""(where a message's text may be, whether it is HTML), the one without quotes and signatures first."""
BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any ticket."""

Row = Mapping[str, Any]


def moment(value: object) -> datetime | None:
    """A time as Gorgias writes it: with microseconds unless they are 0, with an offset or, in UTC, without."""
    try:
        found = datetime.fromisoformat(str(value))
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def ticket_of(found: Row, changes: tuple[Change, ...]) -> Ticket:
    """The ticket with what its events tell; closed only while it is."""
    customer = _id(found.get("customer"))
    messages = found.get("messages")
    tags = found.get("tags")
    return Ticket(
        ticket_id=str(found.get("id")),
        created_at=_text(found, "created_datetime"),
        subject=_text(found, "subject"),
        messages=tuple(_message(row, customer) for row in _rows(messages)),
        changes=changes,
        requester=customer,
        channel=_text(found, "channel"),
        tags=tuple(_text(tag, "name") for tag in _rows(tags)),
        status=_text(found, "status"),
        closed_at=_text(found, "closed_datetime") if found.get("status") == "closed" else "",
    )


def gone(ticket_id: str, at: str) -> Ticket:
    """A ticket that is there no more: deleted, merged away, in the trash, or spam."""
    return Ticket(ticket_id=ticket_id, created_at="", subject="", messages=(), changes=(), deleted_at=at)


def gone_at(found: Row) -> str:
    """When the ticket went into the trash or became spam; empty where it did not."""
    trashed = _text(found, "trashed_datetime")
    return trashed or (_text(found, "updated_datetime") if is_true(found.get("spam")) else "")


def is_true(value: object) -> bool:
    """Whether a boolean of Gorgias is true, be it a boolean or the text of one."""
    return value.strip().casefold() not in FALSE if isinstance(value, str) else bool(value)


def _message(row: Row, customer: str) -> Message:
    body, is_html = next(((row[key], is_html) for key, is_html in BODIES if _text(row, key).strip()), ("", False))
    return Message(
        author=_author(row, customer),
        body=body,
        is_html=is_html,
        created_at=_text(row, "created_datetime"),
        public=is_true(row.get("public", True)),
    )


def _author(row: Row, customer: str) -> Author:
    if row.get("rule_id"):
        return "bot"
    if row.get("from_agent") is not None:
        return "agent" if is_true(row["from_agent"]) else "customer"
    # Some integrations leave it out; then only who sent the message tells.
    return "customer" if customer and _id(row.get("sender")) == customer else "system"


def _rows(found: object) -> list[Row]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _text(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _id(person: object) -> str:
    found = person.get("id") if isinstance(person, dict) else None
    return "" if found is None else str(found)
