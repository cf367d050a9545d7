"""Fake of `ports.HeldReleases`, in memory."""

from collections.abc import Iterable

from ecomintent.errors import InputError


class FakeReleases:
    """Key -> (by, reason, at) of the first who released it."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str, str]] = {}

    def release(self, keys: Iterable[str], *, by: str, reason: str, at: str) -> int:
        """As the port says; all or nothing."""
        for word in (by, reason):
            if "\0" in word or word.encode("utf-8", "replace").decode("utf-8") != word:
                raise InputError("it cannot be stored", where="fake")
        before = len(self.rows)
        for key in list(keys):
            self.rows.setdefault(key, (by, reason, at))
        return len(self.rows) - before

    def released(self) -> frozenset[str]:
        """Every key."""
        return frozenset(self.rows)
