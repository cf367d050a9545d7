"""What a helpdesk or labelling tool tells of its tickets, before anything of ours was done to it. Frozen, no I/O."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from ecomintent.records import Refused

Author = Literal["customer", "agent", "bot", "system"]


class ActorKind(StrEnum):
    """Who changed a label, as far as the system tells."""

    HUMAN = "human"
    RULE = "rule"
    """The helpdesk's own automation: trigger, macro run by a trigger, workflow."""
    BOT = "bot"
    SELF = "self"
    """We did: the account that writes our answers back."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One who changed a label."""

    kind: ActorKind
    id: str
    """The system's id of the person or rule; never a name or an address."""
    macro: str = ""
    """Id of the macro through which a person did it; empty where there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation, as the helpdesk has it."""

    author: Author
    body: str
    is_html: bool
    created_at: str
    """In UTC as `cells.created_at` writes it, so that order of text is order of time; empty where unknown."""
    public: bool
    """Whether the customer sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The intent field of a ticket was set, changed or cleared."""

    event_id: str
    """The system's own id, or one made of what never changes; the same at every reading."""
    at: str
    actor: Actor
    value: str
    """As the system spells it; empty where the field was cleared."""
    previous: str | None
    """What it held before; empty: nothing; None: the system does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A ticket with all that ever happened to its intent, as far as the system still tells."""

    ticket_id: str
    created_at: str
    subject: str
    messages: tuple[Message, ...]
    """Those that are needed to find what the customer wrote first; the order is of no account."""
    changes: tuple[Change, ...]
    """Of the intent, oldest first."""
    requester: str = ""
    """The system's id of the customer."""
    channel: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    status: str = ""
    """As the system spells it."""
    closed_at: str = ""
    """When it was last solved or closed; empty while it is open."""
    deleted_at: str = ""
    """When it was deleted, merged away or marked as spam; then nothing else of it counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What is stored in one transaction."""

    mark: str
    """Where to read on once this page is stored; only its connector understands it."""
    tickets: tuple[Ticket, ...] = ()
    rows: tuple[tuple[int, dict[str, str | None]], ...] = ()
    """(line, cells by column) from sources that tell of labels only: files and queries."""
    rows_from: str = ""
    """What the rows come from, for the quarantine."""
    refused: tuple[Refused, ...] = ()
    total: int | None = None
    """How many tickets there are to come in all, where the system says so."""
