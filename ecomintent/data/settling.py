"""Which label counts when there are several: the latest of a ticket, the majority of a text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt

from ecomintent.data.facts import TRUST, UNKNOWN, Facts, Flags, gathered, instant
from ecomintent.records import Correction, Provenance

Weights = Mapping[str, float]
"""Loss weight by provenance; 0 means that such a correction takes no part in anything."""

Contents = Callable[[npt.NDArray[np.int64]], Sequence[Any]]
"""Positions -> what breaks a tie between corrections of one ticket: intent, text, agent; larger wins."""

Intent = TypeVar("Intent", str, int)

FACTS: Final = ("ticket_id", "text", "intent", "created_at", "source", "account", "provenance")


def precedence(correction: Correction) -> tuple[Any, ...]:
    """Sort key: later wins, at the same time the more trusted; the content breaks ties, never the input order."""
    content = (*ticket_of(correction), correction.intent, correction.text, correction.agent)
    return (instant(correction.created_at), -TRUST[correction.provenance], *content)


def ticket_of(correction: Correction) -> tuple[str, str, str]:
    """What names a ticket: two helpdesks number theirs alike."""
    return correction.source, correction.account, correction.ticket_id


def weighed(facts: Facts, weights: Weights) -> npt.NDArray[np.float64]:
    """(n,) loss weight of each correction; NaN where its provenance is none of ours."""
    return np.array([*(weights[provenance] for provenance in Provenance), np.nan])[facts.trust]


def latest(facts: Facts, eligible: Flags, contents: Contents) -> npt.NDArray[np.int64]:
    """Positions, ascending, of the correction that counts for each ticket among the eligible ones.

    The latest; at the same time the most trusted; then the larger content; of equal rows the first.
    """
    positions = np.flatnonzero(eligible)
    if not len(positions):
        return positions
    tickets = np.unique(facts.ticket[positions], return_inverse=True)[1]
    order = np.lexsort((-facts.trust[positions], facts.moment[positions], tickets))
    positions, tickets = positions[order], tickets[order]
    lasts = np.flatnonzero(np.concatenate([tickets[1:] != tickets[:-1], [True]]))
    last = np.repeat(positions[lasts], np.diff(np.concatenate([[-1], lasts])))
    ties = (facts.moment[positions] == facts.moment[last]) & (facts.trust[positions] == facts.trust[last])
    tied = np.add.reduceat(ties, np.concatenate([[0], lasts[:-1] + 1]), dtype=np.int64) > 1
    counting = positions[lasts]
    if tied.any():
        ties &= np.repeat(tied, np.diff(np.concatenate([[-1], lasts])))
        counting[tied] = _largest(tickets[ties], positions[ties], contents(positions[ties]))
    return np.sort(counting)


def disputed(facts: Facts, counting: npt.NDArray[np.int64], weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Those of the positions that count whose text another ticket labels otherwise without being outvoted.

    Where one intent has the majority of a text only the others are; where none has, all are.
    """
    if not len(counting):
        return counting
    order = np.argsort(facts.key[counting], kind="stable")
    positions = counting[order]
    keys, intents = facts.key[positions], facts.intent[positions]
    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    mixed = np.flatnonzero(np.minimum.reduceat(intents, starts) != np.maximum.reduceat(intents, starts))
    ends = np.concatenate([starts[1:], [len(positions)]])
    found: list[int] = []
    for start, end in zip(starts[mixed].tolist(), ends[mixed].tolist(), strict=True):
        members = positions[start:end]
        winner = majority(zip(intents[start:end].tolist(), weights[members].tolist(), strict=True))
        found += members[intents[start:end] != (-1 if winner is None else winner)].tolist()
    return np.sort(np.array(found, dtype=np.int64))


def counting(corrections: Sequence[Correction | None], weights: Weights) -> list[int]:
    """Positions of the corrections that count, ascending: the latest of each ticket among those with weight.

    Weightless ones are left out first, so that a rule or bot that touches a ticket later does not undo an
    agent's label. None stands for a row that cannot be read and takes no part.
    """
    there, facts = _facts(corrections)
    found = latest(facts, weighed(facts, weights) > 0, lambda positions: [_content(there[p][1]) for p in positions])
    return [there[position][0] for position in found.tolist()]


def conflicts(corrections: Sequence[Correction | None], weights: Weights) -> list[bool]:
    """For each row: does it count, and does another ticket with the same text say otherwise without being outvoted?"""
    there, facts = _facts(corrections)
    held = weighed(facts, weights)
    counts = latest(facts, held > 0, lambda positions: [_content(there[p][1]) for p in positions])
    against = {there[position][0] for position in disputed(facts, counts, held).tolist()}
    return [position in against for position in range(len(corrections))]


def majority(votes: Iterable[tuple[Intent, float]]) -> Intent | None:
    """The intent that holds more than half of the weight of all (intent, weight) votes, else None."""
    held: dict[Intent, Fraction] = {}
    for intent, weight in votes:
        # Through the decimal text: the sum must not depend on the order, and 0.3 + 0.3 + 0.3 is 0.9.
        held[intent] = held.get(intent, Fraction(0)) + Fraction(str(weight))
    total = sum(held.values())
    return next((intent for intent, weight in held.items() if 2 * weight > total), None)


def _facts(corrections: Sequence[Correction | None]) -> tuple[list[tuple[int, Correction]], Facts]:
    """The corrections that can be read with their positions, and what is known of them."""
    import pyarrow as pa

    there = [(position, one) for position, one in enumerate(corrections) if one is not None]
    columns = {name: pa.array([str(getattr(one, name)) for _, one in there], pa.string()) for name in FACTS}
    return there, gathered([pa.table(columns)])


def _content(correction: Correction) -> tuple[str, str, str]:
    return correction.intent, correction.text, correction.agent


def _largest(tickets: npt.NDArray[np.int64], positions: npt.NDArray[np.int64], contents: Sequence[Any]) -> list[int]:
    """Of each ticket, in their order, the position with the largest content; of equal contents the first."""
    best: dict[int, tuple[Any, int]] = {}
    for ticket, position, content in zip(tickets.tolist(), positions.tolist(), contents, strict=True):
        challenger = (content, -position)
        best[ticket] = max(best.get(ticket, challenger), challenger)
    return [-negative for _, negative in best.values()]


__all__ = ["UNKNOWN", "Weights", "conflicts", "counting", "disputed", "instant", "latest", "majority", "precedence"]
