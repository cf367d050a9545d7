"""Which labels are held back because they look like poison: bulk edits, bursts, one hand that outweighs all others.

Nothing here judges whether a label is right. What is held waits for a named person (`ecomintent labels release`), and
what was released is never held again. The answer depends on the labels alone: not on their order, not on the clock.
The rules with examples: docs/settling.md.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from ecomintent.labels.guard_haste import bulk_edits, bursts
from ecomintent.labels.guard_labels import BY_PERSONS, Rule, key, read
from ecomintent.labels.guard_shares import over_share
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Correction

__all__ = ("Held", "HeldLabel", "Rule", "hold", "key")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldLabel:
    """One label that does not train until somebody releases it."""

    correction: Correction
    key: str
    rule: Rule
    reason: str
    """What was seen; never a customer's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Every label given, sorted into two; each side in the order given."""

    trains: tuple[Correction, ...]
    held: tuple[HeldLabel, ...]
    reported: tuple[str, ...]
    """What would be held, were there enough agents (customers, macros) to compare with."""


def hold(corrections: Sequence[Correction], params: LabelsParams, released: AbstractSet[str]) -> Held:
    """Sort `corrections` into those that train and those that wait; the first rule that holds a label names it.

    Args:
        released: keys that a person let through: never held, but part of every total.
    """
    labels = [
        read(position, correction, params, released)
        for position, correction in enumerate(corrections)
        if correction.provenance in BY_PERSONS
    ]
    fast, reported = bursts(labels, params)
    hasty = fast | bulk_edits(labels, params)
    # Haste is judged with the released ones, or releasing a few would free all others.
    found = {
        label.position: hasty[label.position] for label in labels if label.position in hasty and not label.released
    }
    shares, told = over_share([label for label in labels if label.position not in found], params)
    found |= shares
    return Held(
        trains=tuple(correction for position, correction in enumerate(corrections) if position not in found),
        held=tuple(
            HeldLabel(correction=corrections[at], key=key(corrections[at]), rule=found[at][0], reason=found[at][1])
            for at in sorted(found)
        ),
        reported=tuple(sorted(reported | told)),
    )
