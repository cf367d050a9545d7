"""One conversation as Intercom tells it -> a ticket with every change of its intent attribute, and who made each."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.tickets import Actor, ActorKind, Change, Message, Ticket

NEWEST_PARTS: Final = 500
"""How many Intercom tells of a conversation; what came before them is not told."""
CHANGED: Final = "conversation_attribute_updated_by_"
"""How the types of the parts begin that tell of an attribute."""
MERGED_AWAY: Final = "merged_secondary_conversation"
CUSTOMERS: Final = ("user", "lead", "contact")
MARKUP: Final = re.compile(r"\s*<[a-z]+[1-6]?\b[^<>]*>", re.IGNORECASE)

Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What tells who is who, and which attribute counts."""

    attribute: str
    """Its name, as in the settings of Intercom."""
    ours: frozenset[str]
    """Ids of accounts and codes of apps that write our answers back."""
    teammates: frozenset[str]
    """Ids of persons."""


def ticket_of(told: Told, known: Known) -> Ticket:
    """The ticket that a conversation is.

    Raises:
        InputError: it is not what Intercom documents.
    """
    name, parts = text_of(told.get("id")), _parts(told)
    whole = not is_cut(told)
    return Ticket(
        ticket_id=name,
        created_at=time_of(told.get("created_at")),
        subject=_subject(told),
        messages=_messages(told, parts if whole else []),
        changes=tuple(_changes(name, parts, known, whole=whole)),
        requester=_requester(told),
        channel=text_of(_map(told.get("source")).get("type")),
        tags=tuple(text_of(_map(tag).get("name")) for tag in _list(_map(told.get("tags")).get("tags"))),
        status=text_of(told.get("state")),
        closed_at=_closed_at(told, parts),
        deleted_at=max((time_of(part.get("created_at")) for part in _of_type(parts, MERGED_AWAY)), default=""),
    )


def is_cut(told: Told) -> bool:
    """Whether older parts may not have been told.

    `total_count` alone would not do: nobody says whether it counts those that are left out.
    """
    found = _map(told.get("conversation_parts"))
    shown, total = len(_parts(told)), found.get("total_count")
    return shown >= NEWEST_PARTS or (isinstance(total, int) and total > shown)


def time_of(value: object) -> str:
    """Seconds since 1970 as ISO 8601; anything else as it is, for the intake to refuse; empty where there is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        return text_of(value)
    try:
        return datetime.fromtimestamp(value, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return str(value)


def text_of(value: object) -> str:
    """An id or a word; Intercom's ids are texts, in some answers numbers."""
    return "" if value is None else str(value)


def _map(value: object) -> Told:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _parts(told: Told) -> list[Told]:
    """The parts, oldest first."""
    found = _map(told.get("conversation_parts")).get("conversation_parts")
    if not isinstance(found, list) or not all(isinstance(part, Mapping) and part.get("id") for part in found):
        raise InputError("the conversation has no list of parts with ids; look at it in Intercom", where="parts")
    return sorted(found, key=lambda part: at if isinstance(at := part.get("created_at"), int) else 0)


def _of_type(parts: Iterable[Told], kind: str) -> list[Told]:
    return [part for part in parts if part.get("part_type") == kind]


def _changes(name: str, parts: Iterable[Told], known: Known, *, whole: bool) -> Iterable[Change]:
    held = "" if whole else None
    for part in parts:
        if not text_of(part.get("part_type")).startswith(CHANGED):
            continue
        details = _map(part.get("event_details"))
        if not details:
            # Intercom left out which attribute it was.
            held = None
            continue
        if text_of(_map(details.get("attribute")).get("name")).strip() != known.attribute:
            continue
        value = _map(details.get("value"))
        # Older events have no `previous`, or null.
        previous = held if value.get("previous") is None else text_of(value["previous"])
        held = text_of(value.get("name"))
        yield Change(
            event_id=f"{name}:{part['id']}",
            at=time_of(part.get("created_at")),
            actor=_actor(part, known),
            value=held,
            previous=previous,
        )


def _actor(part: Told, known: Known) -> Actor:
    """Who made a change. A person only where nothing speaks against it.

    `_by_admin` is what Fin's changes are called too, and an app may write under a teammate's name.
    """
    author, how = _map(part.get("author")), text_of(part.get("part_type")).removeprefix(CHANGED)
    name, app = text_of(author.get("id")), text_of(part.get("app_package_code"))
    kind = ActorKind.UNKNOWN
    if {name, app} & known.ours:
        kind = ActorKind.SELF
    elif how == "workflow":
        kind = ActorKind.RULE
    elif app or author.get("type") == "bot" or author.get("from_ai_agent"):
        kind = ActorKind.BOT
    elif how == "admin" and author.get("type") == "admin" and name in known.teammates:
        kind = ActorKind.HUMAN
    return Actor(kind=kind, id=app if kind is ActorKind.BOT and app else name)


def _messages(told: Told, parts: list[Told]) -> tuple[Message, ...]:
    """The customer's, up to one that was redacted.

    A later message would be learned under the label of the one that is gone.
    """
    source = {**_map(told.get("source")), "created_at": told.get("created_at")}
    found = []
    for said in (source, *parts):
        if _map(said.get("author")).get("type") not in CUSTOMERS:
            continue
        if said.get("redacted"):
            break
        body = text_of(said.get("body"))
        found.append(
            Message(
                author="customer",
                body=body,
                # `display_as=plaintext` is not promised for every kind of message.
                is_html=bool(MARKUP.match(body)),
                created_at=time_of(said.get("created_at")),
                public=True,
            )
        )
    return tuple(found)


def _subject(told: Told) -> str:
    """The customer's own; what an agent or a campaign wrote above its message is none of theirs."""
    source = _map(told.get("source"))
    theirs = _map(source.get("author")).get("type") in CUSTOMERS and not source.get("redacted")
    return text_of(source.get("subject")) if theirs else ""


def _requester(told: Told) -> str:
    contacts = _list(_map(told.get("contacts")).get("contacts")) or [_map(told.get("source")).get("author")]
    return text_of(_map(contacts[0]).get("id"))


def _closed_at(told: Told, parts: list[Told]) -> str:
    if told.get("state") != "closed":
        return ""
    closed = _of_type(parts, "close")
    return time_of(closed[-1].get("created_at") if closed else _map(told.get("statistics")).get("last_close_at"))
