"""A label as the poison guard sees it: whose, when, in which window, and whether a person let it through."""

import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction, Provenance

Name = TypeVar("Name", bound=Hashable)

BY_PERSONS: Final = frozenset(
    {Provenance.CONFIRMED, Provenance.EDITED, Provenance.SET_FROM_BLANK, Provenance.UNCHANGED}
)
"""Labels behind which a person stands; those of rules, bots and our own writes are not judged."""

DAY: Final = 86_400

UNDATED: Final = -(10**9)
"""The window of labels that have no time; nothing is its neighbour."""


class Rule(StrEnum):
    """Why a label is held, in the order in which it is asked."""

    BULK_EDIT = "bulk_edit"
    BURST = "burst"
    AGENT_SHARE = "agent_share"
    REQUESTER_SHARE = "requester_share"
    MACRO_SHARE = "macro_share"


Reasons = dict[int, tuple[Rule, str]]
"""Position of a label -> why it is held."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One label by a person."""

    position: int
    """Among all corrections given."""
    correction: Correction
    key: str
    released: bool
    moment: float
    """Seconds since 1970; -inf where unknown."""
    timed: bool
    """Whether the time of day is known, and the agent."""
    window: int
    """Windows since 1970-01-01; `UNDATED` without a time."""

    @property
    def age(self) -> tuple[float, str, str]:
        """Oldest first; content breaks ties, never the input order."""
        return self.moment, self.key, self.correction.text


def key(correction: Correction) -> str:
    """What a release names: digest of who said what of which ticket when, and how; without the text."""
    said = (
        correction.source,
        correction.account,
        correction.ticket_id,
        correction.agent,
        correction.said or correction.intent,
    )
    how = (correction.created_at, correction.provenance.value)
    return hashlib.sha256(json.dumps([*said, *how]).encode("ascii")).hexdigest()


def read(position: int, correction: Correction, params: LabelsParams, released: AbstractSet[str]) -> Label:
    """`correction` with its window; a time that validation will refuse is no time."""
    name, moment = key(correction), _moment(correction.created_at)
    dated = moment > -math.inf
    return Label(
        position=position,
        correction=correction,
        key=name,
        released=name in released,
        moment=moment,
        # A file that says only the day is read as midnight, and a day's work is no burst.
        timed=bool(correction.agent) and dated and moment % DAY != 0,
        window=int(moment // (params.window_days * DAY)) if dated else UNDATED,
    )


def when(window: int, params: LabelsParams) -> str:
    """The window, for people."""
    if window == UNDATED:
        return "without a date"
    first = date(1970, 1, 1) + timedelta(days=window * params.window_days)
    return f"in the {params.window_days} days from {first.isoformat()}"


def grouped(labels: Iterable[Label], by: Callable[[Label], Name]) -> dict[Name, list[Label]]:
    """Labels by what `by` says of them."""
    groups: dict[Name, list[Label]] = defaultdict(list)
    for label in labels:
        groups[by(label)].append(label)
    return groups


def _moment(created_at: str) -> float:
    try:
        moment = datetime.fromisoformat(created_at)
    except ValueError:
        return -math.inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
