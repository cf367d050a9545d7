"""Section `simulate` of params.yaml: how a history is spread over months, and when `on-drift` retrains.

Not among `params.SECTIONS`: no model depends on it, and the records of releases stay as they are.
"""

from dataclasses import dataclass

from ecomintent.params_checks import at_least, between


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateParams:
    """What `ecomintent simulate` is not told on its command line."""

    seed: int
    """Of the order in which labels without a time arrive."""
    look_days: int
    """How often the cadence on-drift looks at what is new."""
    drift: float
    """It retrains where the label mix moved by this share of the tickets (0-1) beyond chance (`data.drift`) ..."""
    drift_least: int
    """... among at least this many new labels ..."""
    new_labels: int
    """... or where there are this many new ones, whatever their mix."""

    def __post_init__(self) -> None:
        between(self, "simulate", 0.01, 1, "drift")
        at_least(self, "simulate", 1, "look_days", "drift_least", "new_labels")
