"""Which label counts when there are several: the latest of a ticket, the majority of a text."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any, Final

from ecomintent.data.leakage import text_key
from ecomintent.records import Correction, Provenance

Weights = Mapping[str, float]
"""Loss weight by provenance; 0 means that such a correction takes no part in anything."""

UNKNOWN: Final = -math.inf

TRUST: Final = {provenance: -rank for rank, provenance in enumerate(Provenance)}


def instant(created_at: str) -> float:
    """Seconds since 1970 (UTC; assumed where no offset is given); -inf for an empty time: older than all others.

    Raises:
        ValueError: not ISO 8601.
    """
    if not created_at:
        return UNKNOWN
    moment = datetime.fromisoformat(created_at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def precedence(correction: Correction) -> tuple[Any, ...]:
    """Sort key: later wins, at the same time the more trusted; the content breaks ties, never the input order."""
    content = (*ticket_of(correction), correction.intent, correction.text, correction.agent)
    return (instant(correction.created_at), TRUST[correction.provenance], *content)


def ticket_of(correction: Correction) -> tuple[str, str, str]:
    """What names a ticket: two helpdesks number theirs alike."""
    return correction.source, correction.account, correction.ticket_id


def counting(corrections: Sequence[Correction | None], weights: Weights) -> list[int]:
    """Positions of the corrections that count, ascending: the latest of each ticket among those with weight.

    Weightless ones are left out first, so that a rule or bot that touches a ticket later does not undo an
    agent's label. None stands for a row that cannot be read and takes no part.
    """
    latest: dict[tuple[str, str, str], tuple[tuple[Any, ...], int]] = {}
    for position, correction in enumerate(corrections):
        if correction is None or weights[correction.provenance] <= 0:
            continue
        challenger = (precedence(correction), -position)
        ticket = ticket_of(correction)
        latest[ticket] = max(latest.get(ticket, challenger), challenger)
    return sorted(-negative for _, negative in latest.values())


def majority(votes: Iterable[tuple[str, float]]) -> str | None:
    """The intent that holds more than half of the weight of all (intent, weight) votes, else None."""
    held: dict[str, Fraction] = {}
    for intent, weight in votes:
        # Through the decimal text: the sum must not depend on the order, and 0.3 + 0.3 + 0.3 is 0.9.
        held[intent] = held.get(intent, Fraction(0)) + Fraction(str(weight))
    total = sum(held.values())
    return next((intent for intent, weight in held.items() if 2 * weight > total), None)


def conflicts(corrections: Sequence[Correction | None], weights: Weights) -> list[bool]:
    """For each row: does it count, and does another ticket with the same text say otherwise without being outvoted?

    Where one intent has the majority of a text only the others conflict; where none has, all do.
    """
    found = [False] * len(corrections)
    same_text: dict[str, list[tuple[int, Correction]]] = {}
    for position in counting(corrections, weights):
        correction = corrections[position]
        if correction is not None:
            same_text.setdefault(text_key(correction.text), []).append((position, correction))
    for members in same_text.values():
        winner = majority((correction.intent, weights[correction.provenance]) for _, correction in members)
        for position, correction in members:
            found[position] = correction.intent != winner
    return found
