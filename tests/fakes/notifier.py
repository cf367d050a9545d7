"""Fakes of `watch.ports.Notifier` and `watch.ports.Sent`."""

from collections.abc import Sequence

from ecomintent.errors import SourceError
from ecomintent.watch.notices import Notice


class FakeNotifier:
    """Places by name; one in `down` takes nothing as often as it says."""

    def __init__(self, *names: str) -> None:
        self.names, self.down = list(names), dict.fromkeys(names, 0)
        self.got: list[tuple[str, str]] = []
        self.tries = 0

    def places(self, notice: Notice) -> Sequence[str]:
        """All of them."""
        return self.names

    def send(self, place: str, notice: Notice) -> None:
        """As the port says."""
        self.tries += 1
        if self.down[place]:
            self.down[place] -= 1
            raise SourceError("it did not take the notice", where=place)
        self.got.append((place, notice.title))


class FakeSent:
    """In memory."""

    def __init__(self) -> None:
        self._rows: set[tuple[str, str]] = set()

    def claim(self, key: str, place: str, at: str) -> bool:
        """As the port says."""
        new = (key, place) not in self._rows
        self._rows.add((key, place))
        return new

    def give_up(self, key: str, place: str) -> None:
        """As the port says."""
        self._rows.discard((key, place))
