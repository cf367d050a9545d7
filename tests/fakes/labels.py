"""Fakes of `ports.LabelStore` and `ports.History`, in memory."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace

from ecomintent.errors import InputError
from ecomintent.records import (
    Correction,
    DayCount,
    EventKind,
    ImportReport,
    LabelEvent,
    Provenance,
    Recorded,
    Refused,
    ReleaseEvent,
)
from ecomintent.release import chain

WORDS = ("source", "account", "ticket_id", "text", "intent", "previous_intent", "agent", "requester", "macro")


class FakeLabelStore:
    """Append-only; `imports` counts the adds that succeeded."""

    def __init__(self) -> None:
        self._events: dict[object, LabelEvent] = {}
        self._refused: set[Refused] = set()
        self._marks: dict[tuple[str, str], str] = {}
        self.imports = 0

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """As the port says; all or nothing."""
        done = self.record(_event(_storable(correction)) for correction in corrections)
        self._refused |= {_visible(row) for row in refused}
        self.imports += 1
        return ImportReport(stored=done.stored, already_known=done.already_known, refused=tuple(refused))

    def record(self, events: Iterable[LabelEvent]) -> Recorded:
        """As the port says; all or nothing."""
        given = list(events)
        known = dict(self._events)
        for event in given:
            _no_half_characters(*(str(value) for value in astuple(event)))
            known.setdefault(_id(event), event)
        stored = len(known) - len(self._events)
        gone = {_ticket(event) for event in known.values() if event.kind is EventKind.DELETED}
        self._events = {
            name: replace(event, text="") if _ticket(event) in gone else event for name, event in known.items()
        }
        return Recorded(stored=stored, already_known=len(given) - stored)

    def take(
        self, events: Iterable[LabelEvent], refused: Sequence[Refused], *, source: str, account: str, mark: str
    ) -> Recorded:
        """As the port says; all or nothing."""
        _no_half_characters(mark)
        done = self.record(events)
        self._refused |= {_visible(row) for row in refused}
        self._marks[source, account] = mark
        return done

    def mark(self, source: str, account: str) -> str:
        """Empty before the first page."""
        return self._marks.get((source, account), "")

    def story(self, ticket_id: str) -> Sequence[LabelEvent]:
        """By system and time."""
        found = [event for event in self._events.values() if event.ticket_id == ticket_id]
        return sorted(found, key=lambda e: (e.source, e.account, e.at))

    def corrections(self) -> Sequence[Correction]:
        """Ordered by ticket, time and content."""
        gone = {_ticket(event) for event in self._events.values() if event.kind is EventKind.DELETED}
        found = [
            _correction(event)
            for event in self._events.values()
            if event.kind in (EventKind.CORRECTED, EventKind.CONFIRMED) and _ticket(event) not in gone
        ]
        return sorted(found, key=lambda c: (c.ticket_id, c.created_at, astuple(c)))

    def coverage(self) -> Sequence[DayCount]:
        """By day, source, account and kind."""
        counts = Counter((event.at[:10], event.source, event.account, event.kind) for event in self._events.values())
        return [
            DayCount(day=day, source=source, account=account, kind=kind, events=count)
            for (day, source, account, kind), count in sorted(counts.items())
        ]

    def quarantine(self) -> Sequence[Refused]:
        """Ordered by file and line."""
        return sorted(self._refused, key=astuple)


def _id(event: LabelEvent) -> object:
    return (event.source, event.account, event.source_event) if event.source_event else event


def _ticket(event: LabelEvent) -> tuple[str, str, str]:
    return event.source, event.account, event.ticket_id


def _event(correction: Correction) -> LabelEvent:
    confirmed = correction.provenance is Provenance.CONFIRMED
    words = {name: getattr(correction, name) for name in WORDS}
    kind = EventKind.CONFIRMED if confirmed else EventKind.CORRECTED
    return LabelEvent(source_event="", kind=kind, at=correction.created_at, provenance=correction.provenance, **words)


def _correction(event: LabelEvent) -> Correction:
    words = {name: getattr(event, name) for name in WORDS}
    return Correction(created_at=event.at, provenance=event.provenance or Provenance.OWN, **words)


class FakeHistory:
    """Events in the order they came, each with its link; change `rows` to tamper with them."""

    def __init__(self) -> None:
        self.rows: list[tuple[ReleaseEvent, str]] = []

    def append(self, event: ReleaseEvent) -> None:
        """Add one event at the end."""
        _no_half_characters(event.at, event.event, event.version, event.by, event.reason, *event.details.values())
        kept = replace(event, details=dict(event.details))
        self.rows.append((kept, chain.link(self.head(), kept)))

    def events(self) -> Sequence[ReleaseEvent]:
        """Oldest first."""
        return [replace(event, details=dict(event.details)) for event, _ in self.rows]

    def head(self) -> str:
        """The last link."""
        return self.rows[-1][1] if self.rows else chain.START

    def breaks(self) -> list[str]:
        """One sentence for each break."""
        return chain.breaks(self.rows)


def _storable(correction: Correction) -> Correction:
    _no_half_characters(*astuple(correction))
    return correction


def _no_half_characters(*values: str) -> None:
    for value in values:
        if "\0" in value or value.encode("utf-8", "replace").decode("utf-8") != value:
            raise InputError("it cannot be stored", where="fake")


def _visible(row: Refused) -> Refused:
    def shown(value: str) -> str:
        return value.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")

    return replace(
        row, file=shown(row.file), ticket_id=shown(row.ticket_id), reason=shown(row.reason), excerpt=shown(row.excerpt)
    )
