"""What the gate is asked and what it answers: frozen records, and the verdict's JSON form."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from ecomintent.errors import InputError
from ecomintent.gate.outcomes import (
    Comparison,
    Decision,
    IntentVerdict,
    LossTest,
    Outcome,
    OverallVerdict,
    Reason,
)
from ecomintent.gate.rehearsal import Rehearsal

__all__ = [
    "Comparison",
    "Decision",
    "FrozenTicket",
    "IntentVerdict",
    "LossTest",
    "Outcome",
    "OverallVerdict",
    "Reason",
    "Verdict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTicket:
    """One ticket of the frozen set."""

    id: str
    label: str
    group: str
    """Normalised-text hash or near-duplicate cluster: one group, one vote. Empty: the ticket stands alone."""
    text: str = ""
    provenance: str = ""
    """A `records.Provenance` value; empty when unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The gate's whole answer. Where a precondition failed there are no statistics: `intents` is empty."""

    overall: Decision
    cause: str
    """The one line that decided."""
    intents: dict[str, IntentVerdict]
    accuracy: OverallVerdict | None
    churn: float | None
    against_anchor: Comparison | None
    n: int
    n_independent: int
    """After near-duplicates were folded into one vote."""
    conflicts: tuple[str, ...]
    """Ids of tickets whose near-duplicates carry another label; any of them rules out PROMOTE."""
    warnings: tuple[str, ...]
    confidence: float
    """Of every interval, two-sided (0-1): 1 - 2 * alpha_pass."""
    evidence: dict[str, str] = field(default_factory=dict)
    """What the verdict is bound to: name -> digest or version."""
    discordant: int = 0
    """Independent tickets on which champion and candidate differ."""
    discordant_blind: int = 0
    """Of these, the ones labelled without sight of a model's answer."""
    rehearsal: Rehearsal | None = None
    """How the same gate judged candidates spoilt on purpose; None where that was not tried."""

    @property
    def may_be_approved(self) -> bool:
        """False for BLOCK: no approval can be asked for."""
        return self.overall is not Decision.BLOCK

    @property
    def has_champion(self) -> bool:
        """False on a first release, and where a precondition failed before any comparison."""
        return self.churn is not None

    @property
    def undecided(self) -> tuple[str, ...]:
        """Intents a person signs off one by one: INCONCLUSIVE against the champion or the anchor."""
        anchor = self.against_anchor.intents if self.against_anchor else {}
        tables = (self.intents, anchor)
        return tuple(
            name for name in self.intents if any(name in t and t[name].verdict is Outcome.INCONCLUSIVE for t in tables)
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; equal verdicts give equal values."""
        return asdict(self) | {
            "conflicts": list(self.conflicts),
            "warnings": list(self.warnings),
            "rehearsal": self.rehearsal.to_json() if self.rehearsal else None,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], *, where: str = "verdict.json") -> Self:
        """Read back what `to_json` gave.

        Raises:
            InputError: it is not a verdict.
        """
        try:
            anchor = raw["against_anchor"]
            typed = {
                "overall": Decision(raw["overall"]),
                "intents": _intents(raw["intents"]),
                "accuracy": _accuracy(raw["accuracy"]) if raw["accuracy"] else None,
                "against_anchor": _comparison(anchor) if anchor else None,
                "conflicts": tuple(raw["conflicts"]),
                "warnings": tuple(raw["warnings"]),
                "rehearsal": Rehearsal.from_json(raw["rehearsal"]) if raw.get("rehearsal") else None,
            }
            return cls(**{**raw, **typed})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(f"not a verdict ({error}); run the gate stage again", where=where) from error


def _intents(raw: dict[str, Any]) -> dict[str, IntentVerdict]:
    return {
        name: IntentVerdict(
            **value
            | {
                "verdict": Outcome(value["verdict"]),
                "reason": Reason(value["reason"]),
                "recall_guard": LossTest(**value["recall_guard"]) if value["recall_guard"] else None,
            }
        )
        for name, value in raw.items()
    }


def _accuracy(raw: dict[str, Any]) -> OverallVerdict:
    return OverallVerdict(**raw | {"verdict": Outcome(raw["verdict"]), "reason": Reason(raw["reason"])})


def _comparison(raw: dict[str, Any]) -> Comparison:
    return Comparison(intents=_intents(raw["intents"]), accuracy=_accuracy(raw["accuracy"]), churn=raw["churn"])
