"""Everything one server works with, put together once and handed to the pages."""

from dataclasses import dataclass, field

from ecomintent.ports import Clock
from ecomintent.served import RouteTable
from ecomintent.serving.access import Door
from ecomintent.serving.keeping import NoPicks, Picks
from ecomintent.serving.lineup import Holder
from ecomintent.serving.metrics import Metrics
from ecomintent.serving.shadowing import Shadow
from ecomintent.serving.watching import Watcher
from ecomintent.serving.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One server."""

    holder: Holder
    watcher: Watcher
    workers: Workers
    shadow: Shadow
    door: Door
    table: RouteTable
    metrics: Metrics
    clock: Clock
    most_texts: int
    """Of one batch."""
    most_bytes: int
    """Of one body."""
    started_at: str
    picks: Picks = field(default_factory=NoPicks)
    """Who is told of every answer, and draws tickets for the audit."""
