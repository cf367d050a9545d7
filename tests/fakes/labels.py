"""Fakes of `ports.LabelStore` and `ports.History`, in memory."""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace

from ecomintent.errors import InputError
from ecomintent.records import Correction, ImportReport, Refused, ReleaseEvent
from ecomintent.release import chain


class FakeLabelStore:
    """Append-only; `imports` counts the adds that succeeded."""

    def __init__(self) -> None:
        self._corrections: set[Correction] = set()
        self._refused: set[Refused] = set()
        self.imports = 0

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """As the port says; all or nothing."""
        given = [_storable(correction) for correction in corrections]
        fresh = set(given) - self._corrections
        self._corrections |= fresh
        self._refused |= {_visible(row) for row in refused}
        self.imports += 1
        return ImportReport(stored=len(fresh), already_known=len(given) - len(fresh), refused=tuple(refused))

    def corrections(self) -> Sequence[Correction]:
        """Ordered by ticket, time and content."""
        return sorted(self._corrections, key=lambda c: (c.ticket_id, c.created_at, astuple(c)))

    def quarantine(self) -> Sequence[Refused]:
        """Ordered by file and line."""
        return sorted(self._refused, key=astuple)


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
