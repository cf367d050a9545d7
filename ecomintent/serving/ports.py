"""What the server needs from the outside, as Protocols. None of it needs MLflow or the label store's database."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from ecomintent.release.passport import Passport
from ecomintent.served import ApiKey, Disagreement, Lineup, Named, ServingEvent


class Releases(Protocol):
    """What promotion handed over: who shall serve, and what proves that they may."""

    def lineup(self) -> Lineup:
        """Who shall serve.

        Raises:
            ReleaseError: nobody said so yet, or what says so cannot be read.
        """
        ...

    def folder(self, version: str) -> Path:
        """Where the release lies, whether it is there or not."""
        ...

    def passport(self, named: Named) -> Passport:
        """Its passport, signed by a trusted key, for exactly this version and these weights.

        Raises:
            ReleaseError: there is none that can be trusted.
            InputError: a file among the trusted keys is no key.
        """
        ...


class ApiKeys(Protocol):
    """The keys that were made, revoked ones included."""

    def all(self) -> Mapping[str, ApiKey]:
        """By id, as of now: a key that somebody revoked a moment ago says so."""
        ...


class ServingHistory(Protocol):
    """Append-only record of which release answered from when on."""

    def append(self, event: ServingEvent) -> None:
        """Add `event` at the end."""
        ...

    def latest(self, count: int) -> Sequence[ServingEvent]:
        """Newest first."""
        ...


class Disagreements(Protocol):
    """Tickets on which champion and candidate differ; the oldest give way."""

    def add(self, found: Disagreement) -> None:
        """Keep one; the same request again, or the same words about the same candidate, change nothing."""
        ...
