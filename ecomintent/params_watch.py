"""Section `watch` of params.yaml: when drift, corrections or the audit speak, and what is done then.

Not among `params.SECTIONS`: no model depends on it, and the records of releases stay as they are.
"""

from dataclasses import dataclass
from typing import Final

from ecomintent.errors import ParamsError
from ecomintent.params_checks import at_least, between

ROLLBACKS: Final = ("never", "audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchParams:
    """What `ecomintent watch` holds a champion to. Source of the values: docs/watch.md."""

    reference_days: int
    """Whole days from the day after the promotion on: what a champion meets then is what it is compared with."""
    window_days: int
    """Length of one window after them; whole weeks hold every weekday once."""
    windows: int
    """Of so many windows, the last ones, ..."""
    windows_loud: int
    """... so many must have moved before drift speaks."""
    least_tickets: int
    """Below it, a window, the reference days, or corrected tickets of the reference say nothing."""
    alpha: float
    """Chance (0-0.5) that a kind of reading raises one false alarm within a year in which nothing changes."""
    drift_tolerated: float
    """A population stability index up to this is no drift, however sure it is."""
    correction_rise: float
    """The share of corrected among judged tickets (0-1) may rise by this above that of the reference days."""
    audit_fall: float
    """Accuracy (0-1) in the blind audit may lie this far below the one the release was promoted with."""
    new_labels: int
    """Trusted labels since the last retrain that are reason enough for the next."""
    least_labels: int
    """Fewer than this, and nothing starts a retrain."""
    pause_hours: int
    """Between two retrains that watch asks for."""
    label_noise: float
    """Share (0-0.5) of labels that are themselves wrong: so much disagreement teaches nothing."""
    probe_alpha: float
    """Chance (0-0.5) that label noise alone is taken for something to learn."""
    probe_labels: int
    """New labels that the champion is asked about at most, the newest."""
    probe_scheduled: bool
    """Whether a retrain by schedule or by hand is skipped too where there is nothing to learn."""
    rollback: str
    """`never`, or `audit`: back to the previous release where the blind audit speaks."""

    def __post_init__(self) -> None:
        at_least(self, "watch", 1, "reference_days", "window_days", "windows", "windows_loud", "pause_hours")
        at_least(self, "watch", 1, "least_tickets", "new_labels", "least_labels", "probe_labels")
        between(self, "watch", 1e-6, 0.5, "alpha", "probe_alpha")
        between(self, "watch", 0, 0.5, "label_noise")
        between(self, "watch", 0, 1, "drift_tolerated", "correction_rise", "audit_fall")
        if self.windows_loud > self.windows:
            raise ParamsError(
                f"{self.windows_loud} of {self.windows} windows can never be; it must be {self.windows} or less",
                where="params.yaml: watch.windows_loud",
            )
        if self.rollback not in ROLLBACKS:
            raise ParamsError(
                f"{self.rollback!r}; allowed are {', '.join(ROLLBACKS)}", where="params.yaml: watch.rollback"
            )
