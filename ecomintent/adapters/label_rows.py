"""Label events, refused rows and marks as rows of tables, and the name each event is known by."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any, Final

import sqlalchemy as sa

from ecomintent.adapters.sql_database import storable, visible
from ecomintent.records import Correction, EventKind, LabelEvent, Provenance, Refused

METADATA: Final = sa.MetaData()

EVENTS: Final = sa.Table(
    "label_events",
    METADATA,
    sa.Column("event_id", sa.String(64), primary_key=True),
    sa.Column("source", sa.Text),
    sa.Column("account", sa.Text),
    sa.Column("source_event", sa.Text),
    sa.Column("kind", sa.String(10)),
    sa.Column("ticket_id", sa.Text),
    sa.Column("at", sa.String(40)),
    sa.Column("text", sa.Text),
    sa.Column("intent", sa.String(64)),
    sa.Column("previous_intent", sa.String(64)),
    sa.Column("agent", sa.Text),
    sa.Column("provenance", sa.String(20)),
    sa.Column("model_version", sa.String(40)),
    sa.Column("requester", sa.Text),
    sa.Column("macro", sa.Text),
    sa.Column("channel", sa.Text),
)
"""As `migrations` makes it."""

REFUSED: Final = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("row_id", sa.String(64), primary_key=True),
    sa.Column("file", sa.Text),
    sa.Column("line", sa.Integer),
    sa.Column("ticket_id", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("excerpt", sa.Text),
)

MARKS: Final = sa.Table(
    "marks",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("mark", sa.Text),
)

LABELS: Final = (EventKind.CORRECTED, EventKind.CONFIRMED)

CONTENT: Final = tuple(field.name for field in fields(LabelEvent))

LATER: Final = ("requester", "macro", "channel")
"""Columns that events did not have at first; where empty they take no part in an event's name."""

FILE_ROW: Final = (
    "ticket_id",
    "text",
    "intent",
    "created_at",
    "agent",
    "source",
    "provenance",
    "previous_intent",
)
"""What names a correction from a file."""

# What a label was said under is the stored intent itself; `said` is for those who read it under another name.
CORRECTION: Final = tuple(
    "at" if field.name == "created_at" else field.name for field in fields(Correction) if field.name != "said"
)
"""Columns of the table that a correction is read from."""

KEY: Final = ("source", "account", "ticket_id")
"""What names a ticket."""


def event_of(correction: Correction) -> LabelEvent:
    """The event that an imported correction tells of."""
    confirmed = correction.provenance is Provenance.CONFIRMED
    return LabelEvent(
        source=correction.source,
        account=correction.account,
        source_event="",
        kind=EventKind.CONFIRMED if confirmed else EventKind.CORRECTED,
        ticket_id=correction.ticket_id,
        at=correction.created_at,
        text=correction.text,
        intent=correction.intent,
        previous_intent=correction.previous_intent,
        agent=correction.agent,
        provenance=correction.provenance,
        requester=correction.requester,
        macro=correction.macro,
    )


def row_of(event: LabelEvent) -> dict[str, Any]:
    where = visible(f"ticket {event.ticket_id}")
    content = {name: storable(str(getattr(event, name) or ""), where=where) for name in CONTENT}
    return {"event_id": _event_id(event, content), **content}


def _event_id(event: LabelEvent, content: dict[str, str]) -> str:
    """Digest of the source's own name for the event; where it gives none, of what the event says."""
    if event.source_event:
        return _digest([event.source, event.account, event.source_event])
    if event.kind in LABELS and not event.account and not event.model_version and not event.requester:
        # As corrections were named before there were other events: the same file imported again stays the same.
        return _digest({name: content["at"] if name == "created_at" else content[name] for name in FILE_ROW})
    return _digest({name: value for name, value in content.items() if value or name not in LATER})


def event_from(row: Mapping[str, Any]) -> LabelEvent:
    provenance = Provenance(row["provenance"]) if row["provenance"] else None
    return LabelEvent(**{**row, "kind": EventKind(row["kind"]), "provenance": provenance})


def correction_from(row: dict[str, Any]) -> Correction:
    return Correction(created_at=row.pop("at"), provenance=Provenance(row.pop("provenance")), **row)


def refused_row(refused: Refused) -> dict[str, Any]:
    content = {name: visible(value) if isinstance(value, str) else value for name, value in asdict(refused).items()}
    return {"row_id": _digest(content), **content}


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode("ascii")).hexdigest()
