"""What became of candidates that were spoilt on purpose: the gate's own test, kept with every verdict."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from ecomintent.gate.outcomes import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Saboteur:
    """One doctored candidate and the gate's answer."""

    kind: str
    """swapped, dropped, recall_cut, noise or constant."""
    intents: tuple[str, ...]
    """Whose answers were doctored; empty where all were."""
    changed: int
    """Independent tickets whose answer was changed."""
    decision: Decision
    n: int
    """Independent tickets of the intent, of the rarer of two, or of the whole set."""
    tickets_needed: int | None
    """What `n` had to be for a BLOCK, in whole multiples of this set; only where it got REVIEW."""

    @property
    def caught(self) -> bool:
        """It was blocked."""
        return self.decision is Decision.BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """All saboteurs of one frozen set."""

    saboteurs: tuple[Saboteur, ...]
    not_applicable: tuple[str, ...]
    """Kind and intents of those that could not be made here."""

    @property
    def broken(self) -> tuple[Saboteur, ...]:
        """Those the gate would promote. Any one shows that it cannot be trusted."""
        return tuple(each for each in self.saboteurs if each.decision is Decision.PROMOTE)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; equal rehearsals give equal values."""
        return {
            "saboteurs": [asdict(each) | {"intents": list(each.intents)} for each in self.saboteurs],
            "not_applicable": list(self.not_applicable),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Self:
        """Read back what `to_json` gave; ValueError, TypeError or KeyError where it is something else."""
        return cls(
            saboteurs=tuple(
                Saboteur(**each | {"intents": tuple(each["intents"]), "decision": Decision(each["decision"])})
                for each in raw["saboteurs"]
            ),
            not_applicable=tuple(raw["not_applicable"]),
        )
