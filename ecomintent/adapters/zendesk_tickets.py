"""A Zendesk ticket and its audits -> what the label store takes in: who wrote what, and who set the intent field.

Pure. An audit is one update of a ticket by one author; its events are what the update did. A trigger that an update
sets off writes into the same audit, under the same author: only the event's own `via` tells it from the person.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ecomintent.tickets import Actor, ActorKind, Change, Message, Ticket

SYSTEM: Final = "-1"
"""Author of what Zendesk does by itself."""
RULES: Final = frozenset({"rule", "trigger", "automation", "system", "linked_problem", "merge", "8", "9", "19"})
PROGRAMS: Final = frozenset({"web_service", "resource_push", "5", "14"})
"""Beside every channel that ends in `api` or has `bot` in its name."""
PERSONS: Final = frozenset(
    {"web", "web_form", "batch", "mobile", "mail", "email", "chat", "native_messaging", "voice", "sms", "0", "4", "20"}
)
"""Channels in which an agent works; one that is in no list proves nothing. Some are written as their number."""
DELETED: Final = "deleted"
MERGED: Final = "closed_by_merge"
"""The tag that Zendesk puts on a ticket whose conversation went on in another."""
DONE: Final = frozenset({"solved", "closed"})
SETS: Final = frozenset({"Create", "Change"})
"""Events that give a field a value; of all other kinds, and of those Zendesk will invent, only `Comment` is read."""

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What tells the intent field and its authors apart."""

    field: str
    """Id of the intent field."""
    ours: frozenset[str]
    """Ids of the users that write our answers back."""
    is_agent: Callable[[str], bool]
    """Whether a user of this id is an agent or admin."""
    is_surely_agent: Callable[[str], bool]
    """The same, and dearer where the answer is no."""


def gone(row: Record) -> Ticket | None:
    """The ticket as deleted, where it was deleted, marked as spam or merged away; None where it is there."""
    if row.get("status") != DELETED and not _merged_away(row):
        return None
    # The time of the change itself: a deletion does not always move `updated_at`.
    changed = row.get("generated_timestamp")
    at = datetime.fromtimestamp(changed, UTC).isoformat() if isinstance(changed, int) else row["updated_at"]
    return Ticket(
        ticket_id=identity(row["id"]),
        # Nothing that could be odd about the row: what was deleted has to go.
        created_at="",
        subject="",
        messages=(),
        changes=(),
        deleted_at=at,
    )


def _merged_away(row: Record) -> bool:
    # A follow-up inherits the tags of the ticket it follows.
    follows = ((row.get("via") or {}).get("source") or {}).get("rel") == "follow_up"
    return row.get("status") == "closed" and MERGED in (row.get("tags") or ()) and not follows


def ticket_of(row: Record, audits: Sequence[Record], reader: Reader) -> Ticket:
    """The ticket with its conversation and every value that its intent field was given.

    Raises:
        AttributeError, KeyError, TypeError, ValueError: the records are not as documented.
    """
    happened = [(audit, event) for audit in audits for event in audit["events"]]
    customers = {identity(row.get("requester_id")), *_set_to("requester_id", happened)}
    return Ticket(
        ticket_id=identity(row["id"]),
        created_at=_text(row["created_at"]),
        subject=_text(row.get("subject")),
        messages=tuple(_messages(happened, customers, reader.is_agent)),
        changes=tuple(sorted(_changes(happened, reader), key=lambda change: change.at)),
        requester=identity(row.get("requester_id")),
        channel=_channel(row.get("via")),
        brand=identity(row.get("brand_id")),
        tags=tuple(_text(tag) for tag in row.get("tags") or ()),
        status=_text(row.get("status")),
        closed_at=_closed_at(happened),
    )


def identity(value: object) -> str:
    """An id, which is a number in some places and text in others; empty where there is none."""
    return "" if value is None else str(value)


def _text(value: object) -> str:
    """A text as it is; empty where there is none.

    Raises:
        TypeError: it is something else.
    """
    if value is not None and not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value or ""


Happened = Sequence[tuple[Record, Record]]
"""(audit, event), oldest first."""


def _set_to(name: str, happened: Happened) -> Iterator[str]:
    return (identity(e.get("value")) for _, e in happened if e.get("type") in SETS and e.get("field_name") == name)


def _messages(happened: Happened, customers: set[str], is_agent: Callable[[str], bool]) -> Iterator[Message]:
    for audit, event in happened:
        if event.get("type") != "Comment":
            continue
        author = identity(event.get("author_id") or audit["author_id"])
        html = _text(event.get("html_body"))
        yield Message(
            # An agent who once was the requester (a ticket opened by phone) is no customer.
            author="agent" if is_agent(author) else "customer" if author in customers else "system",
            body=html or _text(event.get("body")),
            is_html=bool(html),
            created_at=_text(audit["created_at"]),
            public=event.get("public") is True,
        )


def _changes(happened: Happened, reader: Reader) -> Iterator[Change]:
    for audit, event in happened:
        if event.get("type") not in SETS or identity(event.get("field_name")) != reader.field:
            continue
        yield Change(
            event_id=str(event["id"]),
            at=_text(audit["created_at"]),
            actor=_actor(audit, event, reader),
            value=_value(event.get("value")),
            previous=_previous(event),
        )


def _previous(event: Record) -> str | None:
    if event["type"] == "Create":
        return ""
    return _value(event["previous_value"]) if "previous_value" in event else None


def _value(found: object) -> str:
    """A drop-down's value; what other types of fields hold as JSON, which is an intent to nobody."""
    if found is None:
        return ""
    return found if isinstance(found, str) else json.dumps(found)


def _actor(audit: Record, event: Record, reader: Reader) -> Actor:
    author = identity(audit["author_id"])
    own = event.get("via")
    via = own or audit.get("via")
    channel = _channel(via)
    # What a trigger makes of our update is the trigger's; we did not answer it.
    if author in reader.ours and not (own and channel in RULES):
        return Actor(kind=ActorKind.SELF, id=author)
    if channel in RULES or author == SYSTEM:
        return Actor(kind=ActorKind.RULE, id=_rule(via) or author)
    if channel.endswith("api") or "bot" in channel or channel in PROGRAMS:
        return Actor(kind=ActorKind.BOT, id=author)
    # A value that a ticket is born with may be the field's default, which nobody chose.
    if event["type"] == "Change" and channel in PERSONS and reader.is_surely_agent(author):
        return Actor(kind=ActorKind.HUMAN, id=author, macro=_macro(audit["events"]))
    return Actor(kind=ActorKind.UNKNOWN, id=author)


def _channel(via: Record | None) -> str:
    return identity((via or {}).get("channel"))


def _rule(via: Record | None) -> str:
    source = (via or {}).get("source") or {}
    return identity((source.get("from") or {}).get("id"))


def _macro(events: Iterable[Record]) -> str:
    """The macro of an update; whether the field was changed by it or beside it, Zendesk does not say."""
    used = (event for event in events if event.get("type") == "AgentMacroReference")
    return next((identity(event.get("macro_id")) for event in used), "")


def _closed_at(happened: Happened) -> str:
    """When it was last solved: that Zendesk closes it days later is no second time."""
    at = ""
    for audit, event in happened:
        if event.get("type") in SETS and event.get("field_name") == "status":
            at = (at or _text(audit["created_at"])) if event.get("value") in DONE else ""
    return at
