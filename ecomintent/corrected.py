"""The facts of labelling at the server's own pages: tickets kept for a person, what the person said. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ecomintent.records import EventKind, LabelEvent, Provenance
from ecomintent.taxonomy import chain

SOURCE: Final = "ecomintent"
"""Source of the label events that come from here."""


class Why(StrEnum):
    """Why a ticket is kept for a person."""

    LOW = "low"
    """The release was not sure of it."""
    DISAGREEMENT = "disagreement"
    """Champion and candidate answer it differently."""
    BLIND = "blind"
    """Drawn for the audit: nobody sees what was predicted before a person has said what it is."""


class Channel(StrEnum):
    """How a correction came."""

    PAGE = "page"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTicket:
    """A ticket that waits for a person."""

    ticket_id: str
    """The id of the request that classified it."""
    at: str
    """When it was classified, ISO 8601 in UTC."""
    text: str
    """Redacted, as everything that is stored."""
    why: frozenset[Why]
    intent: str
    """The best one by the release."""
    confidence: float
    version: str
    candidate_intent: str = ""
    """What a candidate said, where it was asked and differs."""

    @property
    def blind(self) -> bool:
        """Whether its prediction must not be shown."""
        return Why.BLIND in self.why


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """One classified ticket, as it is counted."""

    day: str
    """YYYY-MM-DD in UTC."""
    intent: str
    level: str
    """high, medium or low."""
    confidence: float
    version: str
    """Of the release that answered."""
    shape: Mapping[str, str]
    """Kind -> bin (`watch.shapes`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A correction that somebody handed in."""

    channel: Channel
    event_id: str
    """The sender's own name for it: the same one again is the same correction."""
    ticket_id: str
    text: str
    intent: str
    predicted: str
    """What the ticket carried before, or was predicted; empty where unknown."""
    shown: bool
    """Whether the person saw that."""
    blind: bool
    """It answers a ticket of the audit."""
    agent: str
    at: str
    version: str
    """Of the release that predicted; empty where unknown."""

    def event(self) -> LabelEvent:
        """As the label store keeps it; the same correction always gives the same event."""
        previous = self.predicted if self.shown else ""
        rung = Provenance.SET_FROM_BLANK
        if previous:
            same = previous == self.intent or chain().today(previous) == chain().today(self.intent)
            rung = Provenance.CONFIRMED if same else Provenance.EDITED
        return LabelEvent(
            source=SOURCE,
            account="",
            source_event=f"{self.channel.value}:{self.event_id}",
            kind=EventKind.CONFIRMED if rung is Provenance.CONFIRMED else EventKind.CORRECTED,
            ticket_id=self.ticket_id,
            at=self.at,
            text=self.text,
            intent=self.intent,
            previous_intent=previous,
            agent=self.agent,
            provenance=rung,
            model_version=self.version,
            channel=self.channel.value,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayVolume:
    """Classified tickets of one day, intent and level."""

    day: str
    intent: str
    level: str
    tickets: int
    confidence: float
    """Their mean, 0-1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """Tickets that a person put an intent on, by what was predicted."""

    predicted: str
    intent: str
    blind: bool
    tickets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in; the password itself is kept nowhere."""

    name: str
    digest: str
    """scrypt of the password, with its cost and salt."""
    stamp: str
    """Changes with the password: sessions of before end."""
    created_at: str
    approver: bool = False
    """Whether it may decide about releases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictNote:
    """One verdict of the gate, as it is told to a support lead."""

    key: str
    """Beginning of the digest of the weights that were judged."""
    at: str
    """ISO 8601 in UTC."""
    overall: str
    cause: str
    digest: str
    """Of the verdict: what a decision at the page is bound to."""
    undecided: tuple[str, ...]
    bill: dict[str, int]
    """Intent -> tickets that would have to be labelled for the gate to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchNote:
    """The last look of the watch, as it is told to a support lead."""

    at: str
    """ISO 8601 in UTC."""
    champion: str
    action: str
    """NOTHING, RETRAIN, ALERT or ROLLBACK."""
    reasons: tuple[str, ...]
    readings: tuple[tuple[str, bool, str], ...]
    """Name, whether it speaks, what it rests on."""
