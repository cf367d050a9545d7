"""What Prometheus may read: counts, times and names of versions. No text, no key, no ticket."""

from typing import Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)

from ecomintent.serving.lineup import InMemory
from ecomintent.serving.shadowing import Counts

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Metrics:
    """One server's, in a registry of its own."""

    def __init__(self) -> None:
        # One more line for each counter that nobody reads.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ecomintent_requests", "Requests answered.", ("route", "method", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "ecomintent_request_seconds", "Time to answer.", ("route",), registry=self._registry, buckets=SECONDS
        )
        self._tickets = Counter(
            "ecomintent_tickets", "Tickets by answer.", ("intent", "confidence", "version"), registry=self._registry
        )
        self._cut = Counter("ecomintent_truncated", "Tickets of which the end was not read.", registry=self._registry)
        self._ready = Gauge("ecomintent_ready", "1 while a release answers.", registry=self._registry)
        self._fallback = Gauge("ecomintent_fallback", "1 while it is not the champion.", registry=self._registry)
        self._release = Gauge("ecomintent_release", "1 at what answers.", ("version",), registry=self._registry)
        self._swaps = Gauge("ecomintent_swaps", "Releases taken up since start.", registry=self._registry)
        self._shadow = Gauge("ecomintent_shadow", "Tickets of shadow mode.", ("outcome",), registry=self._registry)

    def request(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """Count one request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def ticket(self, *, intent: str, confidence: str, version: str, truncated: bool) -> None:
        """Count one answered ticket."""
        self._tickets.labels(intent, confidence, version).inc()
        if truncated:
            self._cut.inc()

    def text(self, now: InMemory, shadow: Counts) -> bytes:
        """Everything, in Prometheus' text format."""
        serving = now.serving
        self._ready.set(serving is not None)
        self._fallback.set(serving is not None and serving.fallback)
        self._release.clear()
        if serving is not None:
            self._release.labels(serving.loaded.version).set(1)
        self._swaps.set(now.swaps)
        for outcome in ("asked", "differ", "dropped"):
            self._shadow.labels(outcome).set(getattr(shadow, outcome))
        return generate_latest(self._registry)
