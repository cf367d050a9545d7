"""The machine's clock."""

from datetime import UTC, datetime


class SystemClock:
    """`ports.Clock` on the system time."""

    def now(self) -> str:
        """ISO 8601, UTC, to the second."""
        return datetime.now(UTC).isoformat(timespec="seconds")
