"""Fake of `watch.ports.Retrains`."""


class FakeRetrains:
    """Keeps the keys under which one was asked for; a key known already starts nothing."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def start(self, key: str) -> str:
        """As the port says."""
        if key not in self.keys:
            self.keys.append(key)
        return f"run {self.keys.index(key) + 1}"
