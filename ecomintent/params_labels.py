"""The `labels` section of params.yaml: when labels look like poison, and how doubtful ones are looked for."""

from dataclasses import dataclass

from ecomintent.params_checks import at_least, between


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelsParams:
    """What of the label store may train. The rules: docs/settling.md."""

    window_days: int
    """Length of the windows in which shares are counted and agents compared; aligned to 1970-01-01, UTC."""
    agent_share: float
    """Largest share (0.01-1) of a window's training labels that one agent may have; 1 switches the cap off."""
    requester_share: float
    """The same for one customer."""
    macro_share: float
    """The same for one macro."""
    share_floor: int
    """Labels of one agent, customer or macro that a window always lets through, whatever their share."""
    names_least: int
    """With fewer agents (customers, macros) in a window and the one before, a cap or burst is told, nothing is held."""
    burst_per_hour: int
    """Tickets one agent may label within an hour in any case."""
    burst_factor: float
    """Tickets within an hour above this multiple of the other agents' median busiest hour are a burst."""
    bulk_tickets: int
    """This many tickets put under one intent by one agent within `bulk_seconds` are a bulk edit."""
    bulk_seconds: int
    folds: int
    """Parts of the cross-validation behind `labels issues` and `labels agents`: each is judged by the others."""
    seed: int
    """Of the split into folds."""
    erasure_days: int
    """Days from a customer's request until no model that learned from their tickets may serve."""

    def __post_init__(self) -> None:
        between(self, "labels", 0.01, 1, "agent_share", "requester_share", "macro_share")
        between(self, "labels", 1, 1000, "burst_factor")
        at_least(self, "labels", 0, "share_floor", "bulk_seconds")
        at_least(self, "labels", 1, "window_days", "names_least", "burst_per_hour", "erasure_days")
        at_least(self, "labels", 2, "bulk_tickets", "folds")
