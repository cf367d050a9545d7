"""The intent of a Gorgias ticket through time, rebuilt from the events of its tags. Pure.

Gorgias keeps no previous value: it tells that tags were added or removed, by number, and a correction is one of ours
removed and another added, in either order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ecomintent.adapters.gorgias_tickets import BEGINNING, moment
from ecomintent.tickets import Actor, ActorKind, Change

PEOPLE: Final = frozenset({"admin", "agent", "lead-agent", "basic-agent", "lite-agent", "observer-agent"})
"""Roles of those who work for the shop; `internal-agent` works for Gorgias."""
BOT_ROLE: Final = "bot"

Event = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the numbers in events stand for."""

    prefix: str
    """Of the names of tags that are intents."""
    ours: frozenset[str]
    """Numbers of the users that write our answers back."""
    tag: Callable[[object], str | None]
    """The name of a tag; None where nobody knows it any more."""
    role: Callable[[object], str | None]
    """The role of a user; None where nobody knows them."""

    def intent(self, number: object) -> str | None:
        """What a tag says of the intent; empty where it is no tag of ours, None where nobody knows."""
        name = self.tag(number)
        return None if name is None else self.within(name)

    def within(self, name: str) -> str:
        """The intent in the name of a tag; empty where there is none."""
        return name[len(self.prefix) :] if name.casefold().startswith(self.prefix.casefold()) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the events of a ticket tell."""

    changes: tuple[Change, ...]
    refused: tuple[str, ...]
    """One sentence for each event that nobody can read."""


def told(ticket: Mapping[str, Any], events: Iterable[Event], names: Names) -> Told:
    """Every change of the intent, oldest first.

    Args:
        ticket: as Gorgias gives it.
        events: of this ticket, in any order, perhaps some twice.
    """
    in_order = sorted({str(event.get("id")): event for event in events}.values(), key=_place)
    history = _History(names=names, events=in_order)
    changes = [*history.before(ticket), *(change for event in in_order for change in history.after(event))]
    return Told(changes=tuple(changes), refused=tuple(history.refused))


def _place(event: Event) -> tuple[datetime, int]:
    number = event.get("id")
    return moment(event.get("created_datetime")) or BEGINNING, number if isinstance(number, int) else 0


def _data(event: Event) -> Mapping[str, Any]:
    data = event.get("data")
    return data if isinstance(data, dict) else {}


def _tags(event: Event, which: str) -> list[object]:
    found = _data(event).get(which)
    return found if isinstance(found, list) else []


@dataclass
class _History:
    """What is on the ticket while its events are gone through."""

    names: Names
    events: Sequence[Event]
    held: list[str | None] = field(default_factory=list)
    """Intents, the newest last; None for a tag that may be one."""
    taken: tuple[Actor, object, str | None] | None = None
    """Who last removed an intent that nothing has replaced yet, in which context, and which one."""
    refused: list[str] = field(default_factory=list)

    def before(self, ticket: Mapping[str, Any]) -> Iterator[Change]:
        """Intents that no event speaks of: the ticket came with them, and nobody says from whom."""
        spoken_of = {str(tag) for event in self.events for tag in _tags(event, "tags_added")}
        tags = ticket.get("tags")
        for tag in tags if isinstance(tags, list) else []:
            number, name = (str(tag.get("id")), str(tag.get("name"))) if isinstance(tag, dict) else ("", "")
            value = self.names.within(name)
            if value and number not in spoken_of:
                self.held.append(value)
                yield _change(f"{ticket.get('id')}:{number}", ticket.get("created_datetime"), NOBODY, value, None)

    def after(self, event: Event) -> Iterator[Change]:
        """What an event changes."""
        if event.get("type") == "ticket-tags-added":
            yield from self._added(event)
        elif event.get("type") == "ticket-tags-removed":
            yield from self._removed(event)

    def _added(self, event: Event) -> Iterator[Change]:
        meant = {tag: self.names.intent(tag) for tag in map(str, _tags(event, "tags_added"))}
        unknown = sorted(tag for tag, value in meant.items() if value is None)
        values = {tag: value for tag, value in meant.items() if value}
        if unknown:
            self.refused.append(
                f"event {event.get('id')}: tag {', '.join(unknown)} is not in Gorgias any more, so nobody knows "
                "whether it was an intent; rename tags of intents, but neither delete nor merge them"
            )
        if len(values) > 1:
            self.refused.append(
                f"event {event.get('id')}: {len(values)} intents were set at once, and a ticket has one; "
                "correct the rule, macro or person that does so"
            )
        at, number = event.get("created_datetime"), event.get("id")
        if len(values) == 1:
            [(tag, value)] = values.items()
            actor = self._actor(event)
            yield _change(f"{number}:{tag}", at, actor, value, self._previous(actor, event))
        elif values or unknown:
            # Nobody can say what stands there now, so what stood there before was not kept.
            yield _change(f"{number}:", at, NOBODY, "", self._newest())
        self.held += [None] * len(unknown) + list(values.values())
        self.taken = None if values else self.taken

    def _removed(self, event: Event) -> Iterator[Change]:
        tags = list(map(str, _tags(event, "tags_removed")))
        values = [value for value in map(self.names.intent, tags) if value != ""]
        if not values:
            return
        was = self._newest() or values[-1]
        for value in values:
            if value in self.held:
                self.held.remove(value)
        actor = self._actor(event)
        self.taken = (actor, event.get("context"), was)
        # What was on the ticket beside it stands, but that nobody said.
        if was and was != self._newest():
            yield _change(f"{event.get('id')}:{tags[0]}", event.get("created_datetime"), actor, "", was)

    def _newest(self) -> str | None:
        return next((value for value in reversed(self.held) if value), None)

    def _previous(self, actor: Actor, event: Event) -> str | None:
        """What the actor saw on the ticket, or has just removed from it; None where nobody knows."""
        if newest := self._newest():
            return newest
        if self.taken is not None:
            who, context, value = self.taken
            together = bool(context) and context == event.get("context")
            if together or (who == actor and actor != NOBODY):
                return value
        return None if self.held else ""

    def _actor(self, event: Event) -> Actor:
        """As Gorgias' own pages decide it, but for our own account, which comes first, and for what a merge moved."""
        user = "" if event.get("user_id") is None else str(event.get("user_id"))
        if user in self.names.ours:
            return Actor(kind=ActorKind.SELF, id=user)
        rule = self._sibling(event, "rule-executed")
        if rule is not None:
            return Actor(kind=ActorKind.RULE, id=str(_data(rule).get("id") or ""))
        if _data(event).get("type") == "system":
            return Actor(kind=ActorKind.BOT, id="system")
        role = self.names.role(user) if user else None
        if role == BOT_ROLE:
            return Actor(kind=ActorKind.BOT, id=user)
        if role in PEOPLE and self._sibling(event, "ticket-merged") is None:
            return Actor(kind=ActorKind.HUMAN, id=user)
        return Actor(kind=ActorKind.UNKNOWN, id=user)

    def _sibling(self, event: Event, kind: str) -> Event | None:
        """What caused the event: one of the same context and not younger. Of what it caused itself, the context is
        the same too: a person's tag that sets off a rule is that person's."""
        context, place = event.get("context"), _place(event)[0]
        alike = (other for other in self.events if context and other.get("context") == context)
        return next((other for other in alike if other.get("type") == kind and _place(other)[0] <= place), None)


NOBODY: Final = Actor(kind=ActorKind.UNKNOWN, id="")


def _change(event_id: str, at: object, actor: Actor, value: str, previous: str | None) -> Change:
    return Change(event_id=event_id, at=str(at or ""), actor=actor, value=value, previous=previous)
