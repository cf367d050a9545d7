"""What a day's export of Freshdesk's ticket activities tells of the intent field. Pure.

A record has no id, and Freshdesk documents no keys of its `activity`. Assumed, here and nowhere else: a change of a
field is `{field: new}` or `{field: [old, new]}`, where the field goes by its label or its name, and a value is text,
or null where there is none; `automation` among the keys means that a rule did it. Not verified on a live account;
what does not fit is refused.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.records import Refused
from ecomintent.tickets import Actor, ActorKind, Change

TIME: Final = re.compile(r"(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})", re.ASCII)
RULE: Final = "automation"
PERSONS: Final = ("user", "agent")
"""Kinds of performer behind which a customer or an agent may stand."""
MACHINES: Final = {"system": ActorKind.RULE, "bot": ActorKind.BOT}


class UnfitError(Exception):
    """A record is not of the form that is assumed; the text says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """By what records are read."""

    name: str
    """Of the source, for refused rows."""
    field_names: frozenset[str]
    """Of the intent field, folded."""
    agents: frozenset[str]
    ours: frozenset[str]


@dataclass(slots=True, kw_only=True)
class Told:
    """What the exports of days in a row tell; days are added oldest first."""

    changes: dict[str, list[Change]] = field(default_factory=dict)
    """Ticket -> changes of its intent, in the order they came."""
    first: str = ""
    """Time of the earliest record of any kind; empty where there is none."""
    last: str = ""
    refused: list[Refused] = field(default_factory=list)

    def add(self, later: "Told") -> None:
        """Take over what a later day tells."""
        for ticket, changes in later.changes.items():
            known = {change.event_id for change in self.changes.get(ticket, ())}
            self.changes.setdefault(ticket, []).extend(one for one in changes if one.event_id not in known)
        self.first = min(filter(None, (self.first, later.first)), default="")
        self.last = max(self.last, later.last)
        self.refused.extend(later.refused)

    def of(self, ticket: str) -> tuple[Change, ...]:
        """Oldest first, each with what the field held before where that is known."""
        done: list[Change] = []
        for change in sorted(self.changes.get(ticket, ()), key=lambda one: one.at):
            before = done[-1].value if done else None
            done.append(change if change.previous is not None else replace(change, previous=before))
        return tuple(done)

    def whole(self, since: str, until: str) -> bool:
        """Whether everything between the two times is told."""
        return bool(self.first) and self.first <= since and until <= self.last


def folded(name: str) -> str:
    """A field's name or label without what the two differ in: "cf_ticket_intent", "Ticket intent"."""
    return re.sub(r"[\W_]+", "_", name.casefold()).strip("_").removeprefix("cf_")


def read(records: Iterable[Any], reader: Reader, *, day: str) -> Told:
    """What one day's records tell."""
    told, equal = Told(), Counter[str]()
    for record in records:
        try:
            at = _performed_at(record)
            told.first = min(filter(None, (told.first, at)))
            told.last = max(told.last, at)
            found = _intent(record, reader.field_names)
        except UnfitError as error:
            reason = not_assumed(f"an activity of {day} {error}")
            told.refused.append(
                Refused(file=reader.name, line=0, ticket_id=_ticket_id(record), reason=reason, excerpt="")
            )
            continue
        if found is not None:
            digest = _digest(record)
            equal[digest] += 1
            change = Change(
                event_id=f"{digest}-{equal[digest]}",
                at=at,
                actor=_actor(record, reader),
                value=found[0],
                previous=found[1],
            )
            told.changes.setdefault(_ticket_id(record), []).append(change)
    return told


def not_assumed(fault: str) -> str:
    """A sentence for the quarantine."""
    return f"{fault}; docs/connect.md says what is assumed of the export, and what to do where it is otherwise"


def _performed_at(record: Any) -> str:
    if not isinstance(record, dict):
        raise UnfitError(f"is a {type(record).__name__}, not an object")
    found = record.get("performed_at")
    if not isinstance(found, str):
        raise UnfitError("has no text for `performed_at`")
    matched = TIME.fullmatch(found)
    day, month, year, time, offset = matched.groups() if matched else ("", "", "", "", "")
    try:
        return cells.created_at(f"{year}-{month}-{day}T{time}{offset}" if matched else found)
    except InputError:
        raise UnfitError("has a `performed_at` that is no time") from None


def _intent(record: dict[str, Any], names: frozenset[str]) -> tuple[str, str | None] | None:
    """(new, old) of the intent field, old None where it is not told; None where the record is about something else."""
    activity = record.get("activity")
    if not isinstance(activity, dict):
        raise UnfitError("has no object for `activity`")
    told = [value for key, value in activity.items() if folded(key) in names]
    if not told:
        return None
    if len(told) > 1:
        raise UnfitError("names the intent field twice")
    if not _ticket_id(record):
        raise UnfitError("changes the intent of no ticket")
    match told[0]:
        case str() | None as new:
            return new or "", None
        case [str() | None as old, str() | None as new]:
            return new or "", old or ""
    raise UnfitError(f"holds a {type(told[0]).__name__} for the intent field, not text nor [old, new]")


def _actor(record: dict[str, Any], reader: Reader) -> Actor:
    performer, kind = record.get("performer_id"), record.get("performer_type")
    name = "" if performer is None else str(performer)
    if name in reader.ours:
        return Actor(kind=ActorKind.SELF, id=name)
    if RULE in record["activity"]:
        return Actor(kind=ActorKind.RULE, id=name)
    if isinstance(kind, str) and kind.casefold() in MACHINES:
        return Actor(kind=MACHINES[kind.casefold()], id=name)
    # A customer is a "user" as well: only the list of agents proves who works here.
    proven = isinstance(kind, str) and kind.casefold() in PERSONS and name in reader.agents
    return Actor(kind=ActorKind.HUMAN if proven else ActorKind.UNKNOWN, id=name)


def _ticket_id(record: Any) -> str:
    found = record.get("ticket_id") if isinstance(record, dict) else None
    return str(found) if isinstance(found, int | str) and not isinstance(found, bool) else ""


def _digest(record: dict[str, Any]) -> str:
    return sha256(json.dumps(record, sort_keys=True).encode("ascii")).hexdigest()[:32]
