"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """`ports.Clock` on the system time."""

    def now(self) -> str:
        """ISO 8601, UTC, to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds")


class SimulatedClock:
    """`ports.Clock` that stands still until it is set."""

    def __init__(self) -> None:
        self.at = datetime.fromtimestamp(0, UTC)

    def now(self) -> str:
        """ISO 8601, UTC, to the second."""
        return self.at.astimezone(UTC).isoformat(timespec="seconds")
