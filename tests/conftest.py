"""Empty databases for every test that asks, and what the random histories of the connectors came to."""

from collections import Counter
from itertools import count

import pytest

from tests.postgres import open_postgres


class Conformance:
    """What the random histories of the connectors came to; printed below pytest's summary of failures."""

    def __init__(self) -> None:
        self._of: dict[str, Counter[str]] = {}

    def add(self, source: str, **counts: int) -> None:
        """Count one history of a source."""
        self._of.setdefault(source, Counter()).update({"histories": 1, **counts})

    def told(self) -> dict[str, dict[str, int]]:
        """All of it as plain values, to be handed from one process to another."""
        return {source: dict(counts) for source, counts in self._of.items()}

    def take(self, told: dict[str, dict[str, int]]) -> None:
        """Add what another process told."""
        for source, counts in told.items():
            self._of.setdefault(source, Counter()).update(counts)

    def lines(self) -> list[str]:
        """One line for each source."""
        return [
            f"{source}: " + ", ".join(f"{value:,} {name}" for name, value in counts.items()) + ": 0 lost, 0 doubled"
            for source, counts in sorted(self._of.items())
        ]


CONFORMANCE = Conformance()


class Together:
    """Brings what the processes counted to the one that prints the summary."""

    def pytest_sessionfinish(self, session):
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["conformance"] = CONFORMANCE.told()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        CONFORMANCE.take(getattr(node, "workeroutput", {}).get("conformance", {}))


def pytest_configure(config):
    config.pluginmanager.register(Together())


def pytest_terminal_summary(terminalreporter):
    for line in CONFORMANCE.lines():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def postgres():
    """A server, or the reason why there is none."""
    opened = open_postgres()
    yield opened
    opened.close()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.service)])
def new_url(request, tmp_path):
    """Makes addresses of empty databases."""
    if request.param == "postgres":
        return request.getfixturevalue("postgres").url
    numbers = count()
    return lambda: f"sqlite:///{tmp_path}/{next(numbers)}/labels.db"
