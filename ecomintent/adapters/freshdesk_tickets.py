"""From a ticket as Freshdesk's list shows it to ours. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.tickets import Actor, ActorKind, Change, Message, Ticket

SOLVED: Final = (4, 5)
STATUSES: Final = {2: "open", 3: "pending", 4: "resolved", 5: "closed"}
"""The shop's own statuses keep their number."""
OUTBOUND: Final = 10
CHANNELS: Final = {1: "email", 2: "portal", 3: "phone", 7: "chat", 9: "feedback_widget", OUTBOUND: "outbound_email"}


def ticket_id(raw: Any) -> str:
    """Empty where it is no ticket."""
    found = raw.get("id") if isinstance(raw, dict) else None
    return str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""


def updated_at(raw: Any) -> str:
    """As `cells.created_at` writes it; empty where there is no such time."""
    return _time(raw, "updated_at") if isinstance(raw, dict) else ""


def created_at(raw: Any) -> str:
    """As `updated_at`."""
    return _time(raw, "created_at") if isinstance(raw, dict) else ""


def held(raw: dict[str, Any], field: str) -> str:
    """What the intent field holds now; empty where nothing."""
    fields = raw.get("custom_fields")
    return _text(fields, field) if isinstance(fields, dict) else ""


def solved_at(raw: dict[str, Any]) -> str:
    """When the ticket was solved; empty while it is open. That it is closed for good later is the same solving."""
    stats = raw.get("stats")
    if raw.get("status") not in SOLVED or not isinstance(stats, dict):
        return ""
    return _time(stats, "resolved_at") or _time(stats, "closed_at")


def ticket_of(raw: dict[str, Any], *, changes: Sequence[Change], closed_at: str) -> Ticket:
    """The ticket with what is known of its intent."""
    tags = raw.get("tags")
    return Ticket(
        ticket_id=ticket_id(raw),
        created_at=_text(raw, "created_at"),
        subject=_text(raw, "subject"),
        messages=(_description(raw),),
        changes=tuple(changes),
        requester=_shown(raw.get("requester_id")),
        channel=_named(raw.get("source"), CHANNELS),
        brand=_shown(raw.get("product_id")),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        status=_named(raw.get("status"), STATUSES),
        closed_at=closed_at,
    )


def gone(raw: dict[str, Any]) -> Ticket:
    """A ticket that was deleted or marked as spam, with an `updated_at`; nothing that it says is taken."""
    return Ticket(
        ticket_id=ticket_id(raw),
        created_at=_text(raw, "created_at"),
        subject="",
        messages=(),
        changes=(),
        deleted_at=updated_at(raw),
    )


def by_nobody(raw: dict[str, Any], field: str) -> tuple[Change, ...]:
    """That the intent field holds a value: all that a ticket tells where no export says who set it, and when."""
    value = held(raw, field)
    if not value:
        return ()
    actor = Actor(kind=ActorKind.UNKNOWN, id="")
    seen = Change(
        event_id=f"{ticket_id(raw)}:holds:{value}", at=_text(raw, "updated_at"), actor=actor, value=value, previous=None
    )
    return (seen,)


def _description(raw: dict[str, Any]) -> Message:
    plain = _text(raw, "description_text")
    return Message(
        # What opens an outbound ticket was written here.
        author="agent" if raw.get("source") == OUTBOUND else "customer",
        body=plain or _text(raw, "description"),
        is_html=not plain,
        created_at=_text(raw, "created_at"),
        public=True,
    )


def _time(found: dict[str, Any], name: str) -> str:
    try:
        return cells.created_at(_text(found, name))
    except InputError:
        return ""


def _text(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    return value if isinstance(value, str) else ""


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _named(value: Any, names: dict[int, str]) -> str:
    return names.get(value, _shown(value)) if isinstance(value, int) else _shown(value)
