"""Does a release still answer as it did on the day of its promotion?"""

from collections.abc import Sequence
from typing import Final

from ecomintent.release.passport import Probe

CLOSE: Final = 1e-3
"""Confidence may differ by this much between machines."""


def differences(recorded: Sequence[Probe], told: Sequence[Probe]) -> list[str]:
    """One sentence for each answer that is not the recorded one; none where all are."""
    changed = [
        f"{now.text!r}: {before.intent} {before.confidence:.3f}, now {now.intent} {now.confidence:.3f}"
        for before, now in zip(recorded, told, strict=False)
        if before.intent != now.intent or abs(before.confidence - now.confidence) > CLOSE
    ]
    if len(recorded) != len(told):
        changed.append(f"{len(recorded)} answers recorded, {len(told)} given")
    return changed
