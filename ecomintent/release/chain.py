"""The rule that makes the release history tamper-evident: every event carries a digest of all before it."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from itertools import accumulate
from typing import Any, Final

from ecomintent.records import ReleaseEvent

START: Final = "0" * 64
"""What the first event is linked to."""


def canonical(value: Any) -> str:
    """The one JSON text of plain `value`: names sorted, no spaces, everything but ASCII escaped."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def event_digest(event: ReleaseEvent) -> str:
    """SHA-256 of the event's canonical JSON, hex."""
    return _sha256(asdict(event))


def link(previous: str, event: ReleaseEvent) -> str:
    """SHA-256 over the link before and the event, hex: it stands for the event and everything before it."""
    return _sha256([previous, event.at, event.event, event.version, event.by, event.reason, event.details])


def links(events: Sequence[ReleaseEvent]) -> list[str]:
    """`START`, then the link of each event as an untouched history has it."""
    return list(accumulate(events, link, initial=START))


def breaks(rows: Sequence[tuple[ReleaseEvent, str]]) -> list[str]:
    """One sentence for each event that does not carry the link it must; none where nothing was touched.

    Rows cut off at the end leave no trace here: a passport notes the last link of its day.

    Args:
        rows: events oldest first, each with the link stored beside it.
    """
    before = [START, *(stored for _, stored in rows)]
    return [
        f"position {position} ({event.event}, version {event.version}, {event.at}) does not follow from what stands "
        "before it: it was changed or moved, or an event before it was changed, removed or moved"
        for position, ((event, stored), previous) in enumerate(zip(rows, before, strict=False), start=1)
        if link(previous, event) != stored
    ]


def _sha256(value: Any) -> str:
    return hashlib.sha256(canonical(value).encode("ascii")).hexdigest()
