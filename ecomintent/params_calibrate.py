"""The `calibrate` section of params.yaml: what a wrong answer costs, and how confidence is fitted and measured."""

from dataclasses import dataclass

from ecomintent.errors import ParamsError
from ecomintent.params_checks import at_least, between
from ecomintent.taxonomy import carried


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrateParams:
    """How confidence is fitted, measured and turned into a decision. The rules: docs/calibration.md."""

    person_cost: float
    """Cost of a ticket that a person reads, above 0; the unit is yours."""
    wrong_costs: dict[str, float]
    """Intent -> cost of a ticket that was answered with it and is not of it, in the same unit."""
    min_corrections: int
    """Validation rows from corrections from which they alone are fitted on; with fewer, all validation rows are."""
    min_answers: int
    """Validation rows answered with an intent from which its threshold may be raised on them."""
    overstated_alpha: float
    """A threshold is raised where so many errors had at most this chance (0-1) if its confidences were right."""
    bins: int
    """Of the calibration error: equally many tickets in each."""
    resamples: int
    """Draws behind its interval and behind what chance alone would show."""
    seed: int

    def __post_init__(self) -> None:
        carried(self.wrong_costs, max, where="params.yaml: calibrate.wrong_costs")
        for name, cost in self.wrong_costs.items():
            if cost < 0:
                raise ParamsError(f"{cost}; a cost is 0 or more", where=f"params.yaml: calibrate.wrong_costs.{name}")
        if self.person_cost <= 0:
            raise ParamsError(f"{self.person_cost}; it must be above 0", where="params.yaml: calibrate.person_cost")
        between(self, "calibrate", 0, 1, "overstated_alpha")
        at_least(self, "calibrate", 1, "min_corrections", "min_answers")
        at_least(self, "calibrate", 2, "bins")
        at_least(self, "calibrate", 40, "resamples")

    def costs(self) -> dict[str, float]:
        """`wrong_costs` of the intents in force; one that came from others and has no entry has their highest."""
        return carried(self.wrong_costs, max, where="params.yaml: calibrate.wrong_costs")
