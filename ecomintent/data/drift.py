"""How far the label mix has moved since the snapshot that the champion learned from, and how much of it is chance."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ecomintent.errors import InputError

Mix = Mapping[str, int]
"""Intent -> tickets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The distance between two label mixes."""

    distance: float
    """Share of tickets (0-1) that would have to carry another label for the mixes to be equal."""
    by_chance: float
    """What that share is on average for two draws of these sizes from one and the same mix."""

    @property
    def beyond_chance(self) -> float:
        """The part of the distance that chance does not explain, 0-1."""
        return max(0.0, self.distance - self.by_chance)


def shift(now: Mix, last: Mix) -> Shift | None:
    """From `last` to `now`; None where either is empty, as there is nothing to compare.

    Source: total variation distance is half the sum of the differences, Levin and Peres, Markov Chains and Mixing
        Times, proposition 4.2. Its average under equal mixes: each difference of shares is nearly normal with
        variance p(1-p)(1/n + 1/m), and the mean of |normal| is sd * sqrt(2/pi). A snapshot that contains the last
        one moves less than two draws do, so the average is, if anything, too large.
    """
    n, m = sum(now.values()), sum(last.values())
    if not n or not m:
        return None
    names = sorted({*now, *last})
    differences = [abs(now.get(name, 0) / n - last.get(name, 0) / m) for name in names]
    pooled = [(now.get(name, 0) + last.get(name, 0)) / (n + m) for name in names]
    deviations = [math.sqrt(p * (1 - p) * (1 / n + 1 / m)) for p in pooled]
    return Shift(
        distance=math.fsum(differences) / 2,
        by_chance=math.fsum(deviations) * math.sqrt(2 / math.pi) / 2,
    )


def read_mix(path: Path) -> dict[str, int]:
    """The label mix of the champion's snapshot; {} where there is no champion or its mix is not known.

    Raises:
        InputError: the file is absent or holds something else.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"no label mix to compare with ({type(error).__name__}); run ecomintent retrain, or write {{}} into it",
            where=str(path),
        ) from error
    whole = isinstance(found, dict) and all(type(count) is int and count >= 0 for count in found.values())
    if not whole:
        raise InputError("it must hold an object of intent and number of tickets, or {}", where=str(path))
    return dict(found)
