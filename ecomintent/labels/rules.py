"""What one source is read by: which tickets, what its values mean, what must not be stored as it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ecomintent.tickets import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Include:
    """Which tickets are wanted; empty fields want all."""

    statuses: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    brands: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    """At least one of them."""
    without_tags: frozenset[str] = frozenset()
    """None of them."""
    created_from: str = ""
    """Time in UTC, inclusive."""
    created_before: str = ""

    def wants(self, ticket: Ticket) -> bool:
        """Whether the ticket passes every filter; one without a time passes those of time."""
        held = set(ticket.tags)
        return (
            all(
                not wanted or value in wanted
                for wanted, value in (
                    (self.statuses, ticket.status),
                    (self.channels, ticket.channel),
                    (self.brands, ticket.brand),
                )
            )
            and (not self.tags or bool(self.tags & held))
            and not self.without_tags & held
            and not (ticket.created_at and ticket.created_at < self.created_from)
            and not (self.created_before and ticket.created_at >= self.created_before)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one source is read by."""

    source: str
    account: str
    intents: Mapping[str, str]
    """The system's spelling of a value, folded by `value_key` -> intent."""
    redact: Callable[[str], str]
    pseudonym: Callable[[str], str]
    """The system's id of a customer -> the keyed hash that is stored."""
    in_frozen_set: Callable[[str], bool]
    include: Include = field(default_factory=Include)
    erased: frozenset[str] = frozenset()
    """Keyed hashes of customers of whom nothing is kept."""

    @property
    def name(self) -> str:
        """As it stands in the quarantine and in reports."""
        return f"{self.source}:{self.account}" if self.account else self.source


def value_key(value: str) -> str:
    """A label's spelling without what systems change about it: case, blanks, dashes."""
    return "_".join(value.replace("-", " ").replace("_", " ").casefold().split())
