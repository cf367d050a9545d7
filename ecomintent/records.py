"""The facts that rooms hand to each other. Frozen, typed, no I/O.

Over 200 lines: the facts, which know each other.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Provenance(StrEnum):
    """How a label came to be, most trusted first."""

    CONFIRMED = "confirmed"
    EDITED = "edited"
    SET_FROM_BLANK = "set_from_blank"
    UNCHANGED = "unchanged"
    RULE = "rule"
    BOT = "bot"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """An event: a person (or what `provenance` says) set a ticket's intent."""

    ticket_id: str
    text: str
    intent: str
    created_at: str
    """ISO 8601 in UTC, or empty where the source did not say."""
    agent: str
    source: str
    provenance: Provenance
    previous_intent: str
    """What the ticket carried before; empty when unknown or blank."""
    account: str = ""
    """Which of several systems of the kind `source`; empty where there is one."""
    requester: str = ""
    """The customer, as a keyed hash; empty where unknown."""
    macro: str = ""
    """The macro through which it was made; empty where there was none."""
    said: str = ""
    """The name the label was stored under; empty where it is `intent` itself."""


class EventKind(StrEnum):
    """What happened to a ticket."""

    SEEN = "seen"
    PREDICTED = "predicted"
    CORRECTED = "corrected"
    CONFIRMED = "confirmed"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelEvent:
    """One thing that happened to a ticket, where it happened; never changed, only followed by others."""

    source: str
    """The kind of system: zendesk, file ..."""
    account: str
    """Which of several systems of that kind; empty where there is one."""
    source_event: str
    """The system's own id of the event; empty where it gives none: then the content is the id."""
    kind: EventKind
    ticket_id: str
    at: str
    """ISO 8601 in UTC, or empty where the source did not say."""
    text: str = ""
    """Of the ticket; empty on a deletion, and on every event of a ticket that was deleted since."""
    intent: str = ""
    previous_intent: str = ""
    agent: str = ""
    provenance: Provenance | None = None
    """Of a label; None for what is none."""
    model_version: str = ""
    """Of a prediction."""
    requester: str = ""
    """The customer, as a keyed hash (`labels.intake`); empty where unknown."""
    macro: str = ""
    """The helpdesk's id of the macro through which a label was set; empty where there was none."""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many events of one kind a source told of one day."""

    day: str
    """YYYY-MM-DD in UTC; empty for events without a time."""
    source: str
    account: str
    kind: EventKind
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """What was erased and stays so: all tickets of a customer, or one ticket."""

    source: str
    account: str
    ticket_id: str
    """Empty where it stands for the customer."""
    requester: str
    """The customer as a keyed hash; empty where it stands for a ticket."""
    at: str
    by: str
    """Who asked for it in the name of the shop."""
    retrain_by: str
    """The day by which no model that was trained on it may serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of events that were handed to the store."""

    stored: int
    already_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One input row that was not taken, kept so that a person can mend it."""

    file: str
    line: int
    """1-based line of the file as an editor shows it (CSV, JSONL) or row number (Parquet)."""
    ticket_id: str
    reason: str
    excerpt: str
    """At most 80 characters of the text, control characters made visible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What one `labels import` did."""

    stored: int
    already_known: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A table named by its content: a snapshot, the frozen set, the base corpus."""

    digest: str
    """SHA-256 over the rows in their fixed order, hex."""
    rows: int

    @property
    def short(self) -> str:
        """First 12 characters, for people."""
        return self.digest[:12]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One classified text."""

    intent: str
    confidence: float
    """Softmax probability of `intent`, 0-1, uncalibrated."""
    scores: dict[str, float]
    """Probability of every intent; sums to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a candidate was made from; every value is a digest, a commit or a name."""

    git_commit: str
    """Commit of the checkout, with '+dirty' where files differ from it."""
    snapshot: str
    corpus: str
    frozen_set: str
    params: str
    lock: str
    encoder: str
    weights: str
    """Digest of the release folder (`files.folder_digest`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredVersion:
    """One version in the registry, as far as the loop needs to know it."""

    version: str
    run_id: str
    weights: str
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseEvent:
    """One line of the release history. Never changed, never deleted."""

    at: str
    """ISO 8601 in UTC."""
    event: str
    """approved, rejected, promoted, refused, rolled_back; others (judged, rehearsed ...) move nothing."""
    version: str
    by: str
    reason: str
    details: dict[str, str] = field(default_factory=dict)
    """Digests and versions the event is bound to."""
