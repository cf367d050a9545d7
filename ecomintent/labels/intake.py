"""From a ticket as a helpdesk tells it to the events that are stored: cleaned, redacted, with provenance, or refused.

Pure: what is known about the shop comes in as `Rules`. No text is ever logged.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.cleaning import clean, said_first
from ecomintent.labels.exclusion import WHY, reason_to_leave_out
from ecomintent.labels.ladder import provenance
from ecomintent.labels.reading import corrections_in
from ecomintent.labels.rules import Rules, value_key
from ecomintent.labels.tables import Row, excerpt
from ecomintent.records import Correction, EventKind, LabelEvent, Provenance, Refused
from ecomintent.tickets import ActorKind, Change, Ticket

NO_LINE: Final = 0
"""A ticket of a helpdesk has no line in a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one ticket."""

    events: tuple[LabelEvent, ...] = ()
    refused: tuple[Refused, ...] = ()
    left_out: str = ""
    """Why nothing of it is kept: erased, filtered, empty, auto_reply, not_english, frozen; empty where something is."""


def take(ticket: Ticket, rules: Rules) -> Taken:
    """The events of one ticket. The same ticket read again gives the same events under the same names.

    Every change of its intent ends in an event or in a refused row, but for those that clear the field, and those
    of a ticket that the filters of the source leave out.
    """
    try:
        return _taken(_normalised(ticket), rules)
    except InputError as error:
        return Taken(refused=(_refused(ticket.ticket_id, str(error), rules),))


def _taken(found: Ticket, rules: Rules) -> Taken:
    blank = _blank_event(found, rules)
    if found.deleted_at:
        return Taken(
            events=(
                replace(blank, kind=EventKind.DELETED, source_event=f"{found.ticket_id}:deleted", at=found.deleted_at),
            )
        )
    if blank.requester in rules.erased:
        return Taken(left_out="erased")
    if not rules.include.wants(found):
        return Taken(left_out="filtered")
    text, reason = _text(found, rules)
    if reason:
        told = found.changes and _refused(found.ticket_id, WHY[reason], rules, text)
        return Taken(refused=(told,) if told else (), left_out=reason)
    seen = replace(blank, kind=EventKind.SEEN, source_event=f"{found.ticket_id}:seen", at=found.created_at, text=text)
    events, refused = [seen], list[Refused]()
    for said in _said(found, replace(blank, text=text), rules):
        (events if isinstance(said, LabelEvent) else refused).append(said)  # type: ignore[arg-type]
    return Taken(events=tuple(events), refused=tuple(refused))


def take_rows(rows: Iterable[tuple[int, Row]], name: str, rules: Rules) -> tuple[list[Correction], list[Refused]]:
    """The corrections in rows of a file or query, under the names of `reading.COLUMNS`; each is one or is refused.

    Args:
        name: of where the rows come from, for the quarantine.
    """
    translated = ((line, {**row, **_translated(row, rules)}) for line, row in rows)
    corrections, refused = corrections_in(translated, name, in_frozen_set=rules.in_frozen_set)
    return [replace(one, source=rules.source, account=rules.account) for one in corrections], refused


def _translated(row: Row, rules: Rules) -> Row:
    said = {name: row[name] or "" for name in ("intent", "previous_intent") if name in row}
    return {name: rules.intents.get(value_key(value), value) for name, value in said.items()}


def _normalised(ticket: Ticket) -> Ticket:
    """The ticket with its times in UTC and its ids checked.

    Raises:
        InputError: a time or id that cannot be stored.
    """
    name = cells.field(ticket.ticket_id, name="ticket_id")
    if not name:
        raise InputError("empty; a ticket needs one", where="ticket_id")
    messages = (replace(message, created_at=cells.created_at(message.created_at)) for message in ticket.messages)
    changes = (
        replace(
            change,
            event_id=cells.field(change.event_id, name="event id"),
            at=cells.created_at(change.at),
            value=cells.field(change.value, name="intent").strip(),
        )
        for change in ticket.changes
    )
    return replace(
        ticket,
        messages=tuple(messages),
        changes=tuple(changes),
        created_at=cells.created_at(ticket.created_at),
        closed_at=cells.created_at(ticket.closed_at),
        deleted_at=cells.created_at(ticket.deleted_at),
    )


def _blank_event(ticket: Ticket, rules: Rules) -> LabelEvent:
    return LabelEvent(
        source=rules.source,
        account=rules.account,
        source_event="",
        kind=EventKind.SEEN,
        ticket_id=ticket.ticket_id,
        at="",
        requester=rules.pseudonym(ticket.requester) if ticket.requester else "",
        channel=cells.field(ticket.channel, name="channel"),
    )


def _text(ticket: Ticket, rules: Rules) -> tuple[str, str]:
    """(what the customer wrote first, cleaned and redacted; why the ticket is left out)."""
    body, both = said_first(ticket)
    text = rules.redact(clean(both, is_html=False))
    reason = reason_to_leave_out(text) if body else "empty"
    return text, reason or ("frozen" if rules.in_frozen_set(text) else "")


def _said(ticket: Ticket, blank: LabelEvent, rules: Rules) -> Iterator[LabelEvent | Refused]:
    last: LabelEvent | None = None
    for change in ticket.changes:
        if not change.value:
            last = None
            continue
        intent = rules.intents.get(value_key(change.value), "")
        rung = provenance(change.actor.kind, intent, _previous(change, rules))
        if not intent or rung is None:
            reason = _unknown_value(change, rules) if not intent else _unknown_actor(change)
            yield _refused(ticket.ticket_id, reason, rules, blank.text)
            last = None
            continue
        last = _label(change, intent, rung, blank, rules)
        yield last
    if last is not None and last.kind is EventKind.PREDICTED and ticket.closed_at > last.at:
        yield replace(
            last,
            kind=EventKind.CONFIRMED,
            source_event=f"{ticket.ticket_id}:closed:{ticket.closed_at}",
            at=ticket.closed_at,
            previous_intent=last.intent,
            provenance=Provenance.UNCHANGED,
        )


def _label(change: Change, intent: str, rung: Provenance, blank: LabelEvent, rules: Rules) -> LabelEvent:
    own = change.actor.kind is ActorKind.SELF
    kind = EventKind.CONFIRMED if rung is Provenance.CONFIRMED else EventKind.CORRECTED
    return replace(
        blank,
        kind=EventKind.PREDICTED if own else kind,
        source_event=change.event_id,
        at=change.at,
        intent=intent,
        previous_intent=_previous(change, rules) or "",
        agent="" if own else cells.field(change.actor.id, name="agent"),
        provenance=rung,
        macro=cells.field(change.actor.macro, name="macro"),
    )


def _previous(change: Change, rules: Rules) -> str | None:
    if change.previous is None:
        return None
    return rules.intents.get(value_key(change.previous), "")


def _unknown_value(change: Change, rules: Rules) -> str:
    return f"{excerpt(change.value)!r} is no intent in the map of {rules.name}; add it to `intents` of this source"


def _unknown_actor(change: Change) -> str:
    return (
        f"event {excerpt(change.event_id)}: nobody knows who set the label, so it is no correction; "
        "where it was a person, let the source's token see the agents"
    )


def _refused(ticket_id: str, reason: str, rules: Rules, text: str = "") -> Refused:
    return Refused(file=rules.name, line=NO_LINE, ticket_id=excerpt(ticket_id), reason=reason, excerpt=excerpt(text))
