"""What a replay of a shop's history came to: its steps, and what they add up to."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, Self

from ecomintent.errors import InputError
from ecomintent.release.stand_in import Ruling

HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one stage took when it ran. None where that was never seen: it ended in the moment of a crash."""

    wall_s: float | None
    cpu_s: float | None
    """Seconds of processor time of the stage and all its processes: core-seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One candidate and what the gate said of it. F1 and accuracy are fractions (0-1), on the frozen set."""

    version: str
    verdict: str
    cause: str
    undecided: tuple[str, ...]
    bill: dict[str, int]
    """Undecided intent -> tickets still to be labelled for a decision; where more would not help it is not named."""
    f1: float
    """Macro-F1."""
    accuracy: float
    intents: dict[str, float | None]
    """F1 of each intent."""
    champion: str
    """The version it was compared with; empty for none."""
    champion_f1: float | None
    training_rows: int
    held: int
    """Labels that waited for a person, as they look like poison."""
    spent: dict[str, Spent]
    """Of each stage, also where its outcome was taken from an equal run of another cadence."""

    @property
    def cpu_s(self) -> float:
        """Core-seconds of all stages of which they are known."""
        return sum(one.cpu_s or 0.0 for one in self.spent.values())

    @property
    def wall_s(self) -> float:
        """Likewise, seconds of wall time."""
        return sum(one.wall_s or 0.0 for one in self.spent.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One look of a shop at its labels."""

    name: str
    at: str
    """End of the period, ISO 8601."""
    fresh: int
    """Labels since the last retrain."""
    labels: int
    """All so far."""
    why: str
    """Why it retrained; empty where it did not."""
    judged: Judged | None
    ruling: Ruling | None
    champion: str
    """The version that serves from here on; empty for none."""
    f1: float | None
    """Its macro-F1."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], *, where: str) -> Self:
        """Read back what `to_json` gave.

        Raises:
            InputError: it is no step.
        """
        try:
            judged = judged_from(raw["judged"], where=where) if raw["judged"] else None
            ruling = Ruling(raw["ruling"]) if raw["ruling"] else None
            return cls(**{**raw, "judged": judged, "ruling": ruling})
        except (ValueError, TypeError, KeyError) as error:
            raise _damaged(error, where) from error


BEFORE_ALL: Final = Step(name="", at="", fresh=0, labels=0, why="", judged=None, ruling=None, champion="", f1=None)
"""Of a shop that has no model yet."""


def judged_from(raw: Mapping[str, Any], *, where: str) -> Judged:
    """Read back a `Judged` from what `asdict` gave.

    Raises:
        InputError: it is none.
    """
    try:
        spent = {stage: Spent(**one) for stage, one in raw["spent"].items()}
        return Judged(**{**raw, "undecided": tuple(raw["undecided"]), "spent": spent})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(error, where) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What a cadence came to."""

    looks: int
    retrains: int
    promoted: int
    held: int
    blocked: int
    labels: int
    f1_first: float | None
    """Macro-F1 of the first champion; None where there never was one."""
    f1_last: float | None
    f1_served: float | None
    """Macro-F1 of what served, averaged over the days on which something did."""
    bill_last: int
    """Tickets that the last verdict asks for."""
    core_s: float
    wall_s: float
    cost: float
    """Core-hours times the price of one."""
    unknown: int
    """Stage runs whose seconds are not known, and not in the sums."""


def totals(steps: Sequence[Step], *, core_hour_price: float) -> Totals:
    """Add up the steps of one cadence, oldest first; at least one."""
    judged = [step.judged for step in steps if step.judged]
    rulings = [step.ruling for step in steps]
    champions = [step.f1 for step in steps if step.f1 is not None]
    core_s = sum(one.cpu_s for one in judged)
    return Totals(
        looks=len(steps),
        retrains=len(judged),
        promoted=rulings.count(Ruling.APPROVED),
        held=rulings.count(Ruling.HELD),
        blocked=rulings.count(Ruling.BLOCKED),
        labels=steps[-1].labels,
        f1_first=champions[0] if champions else None,
        f1_last=steps[-1].f1,
        f1_served=_over_time(steps),
        bill_last=sum(judged[-1].bill.values()) if judged else 0,
        core_s=core_s,
        wall_s=sum(one.wall_s for one in judged),
        cost=core_s / HOUR * core_hour_price,
        unknown=sum(spent.cpu_s is None for one in judged for spent in one.spent.values()),
    )


def _over_time(steps: Sequence[Step]) -> float | None:
    """What a step brings serves from its end to the end of the next; the last one has not served yet."""
    served = [
        (step.f1, (datetime.fromisoformat(after.at) - datetime.fromisoformat(step.at)).total_seconds())
        for step, after in pairwise(steps)
        if step.f1 is not None
    ]
    whole = sum(seconds for _, seconds in served)
    return sum(f1 * seconds for f1, seconds in served) / whole if whole else None


def _damaged(error: Exception, where: str) -> InputError:
    return InputError(f"damaged ({type(error).__name__}: {error}); choose another folder", where=where)
