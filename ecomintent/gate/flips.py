"""Tickets on which exactly one of the two models is right: what an approver reads before saying yes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ecomintent.gate.preconditions import Answers, fold
from ecomintent.gate.verdict import FrozenTicket


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """One independent ticket that turned wrong, or right."""

    id: str
    text: str
    label: str
    champion: str | None
    candidate: str | None
    champion_confidence: float | None
    """0-1; None when unknown."""
    candidate_confidence: float | None
    copies: int
    """Tickets of its near-duplicate group, itself included."""

    @property
    def negative(self) -> bool:
        """The champion was right and the candidate is not; else it is the other way round."""
        return self.champion == self.label


def collect(
    frozen: Sequence[FrozenTicket],
    champion: Answers,
    candidate: Answers,
    *,
    champion_confidence: Mapping[str, float],
    candidate_confidence: Mapping[str, float],
) -> list[Flip]:
    """Every flip, one per near-duplicate group, ordered by ticket id.

    Args:
        champion_confidence, candidate_confidence: ticket id -> 0-1; ids may be missing.
    """
    copies = Counter(ticket.group for ticket in frozen if ticket.group)
    return [
        Flip(
            id=ticket.id,
            text=ticket.text,
            label=ticket.label,
            champion=champion[ticket.id],
            candidate=candidate[ticket.id],
            champion_confidence=champion_confidence.get(ticket.id),
            candidate_confidence=candidate_confidence.get(ticket.id),
            copies=copies.get(ticket.group, 1),
        )
        for ticket in fold(frozen).tickets
        if (champion[ticket.id] == ticket.label) != (candidate[ticket.id] == ticket.label)
    ]
