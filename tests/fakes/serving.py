"""Fakes of `serving.ports`, in memory, and a reader that answers by the words of a ticket."""

import re
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from ecomintent.errors import InputError, ReleaseError
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.records import Prediction
from ecomintent.release.passport import Passport
from ecomintent.served import ApiKey, Disagreement, Lineup, Named, Scope, ServingEvent, secret_digest
from ecomintent.taxonomy import NAMES, version

AMOUNT = re.compile(r"0\.[0-9]{1,4}")


def named(version: str) -> Named:
    """A version with weights of its own."""
    return Named(version=version, weights=version * 64)


class FakeReader:
    """WISMO for what has `parcel` in it, CANCEL_ORDER for `cancel`, else OTHER; `says` answers everything alike.

    The confidence is the first fraction in the text (`at 0.4`), else `confidence`.
    """

    def __init__(
        self, *, says: str = "", confidence: float = 0.9, thresholds: Mapping[str, float] | None = None
    ) -> None:
        self._says, self._confidence = says, confidence
        self.note = ReleaseNote(
            taxonomy=version(),
            base="fake",
            max_tokens=16,
            intents=NAMES,
            thresholds=dict.fromkeys(NAMES, 0.8) if thresholds is None else dict(thresholds),
        )
        self.seen: list[str] = []
        self.seconds = 0.0
        """How long an answer takes."""

    def read(self, text: str) -> tuple[Prediction, bool]:
        """As `Classifier.read`; one token a word."""
        self.seen.append(text)
        if self.seconds:
            time.sleep(self.seconds)
        words = text.split()
        told = [float(word) for word in words if AMOUNT.fullmatch(word)]
        confidence = told[0] if told else self._confidence
        found = "WISMO" if "parcel" in text else "CANCEL_ORDER" if "cancel" in text else "OTHER"
        best = self._says or found
        rest = (1 - confidence) / (len(NAMES) - 1)
        scores = {name: confidence if name == best else rest for name in NAMES}
        return Prediction(intent=best, confidence=confidence, scores=scores), len(words) > self.note.max_tokens - 2


class FakeReleases:
    """What promotion handed over; `problem` makes it unreadable."""

    def __init__(self, champion: str | None = None, previous: str | None = None, candidate: str | None = None) -> None:
        self.problem = ""
        self.set(champion, previous, candidate)

    def set(self, champion: str | None, previous: str | None = None, candidate: str | None = None) -> None:
        """Name who shall serve from now on."""
        self._lineup = Lineup(
            champion=named(champion) if champion else None,
            previous=named(previous) if previous else None,
            candidate=named(candidate) if candidate else None,
        )

    def lineup(self) -> Lineup:
        """As the port says."""
        if self.problem:
            raise ReleaseError(self.problem)
        return self._lineup

    def folder(self, version: str) -> Path:
        """Nowhere."""
        return Path("nowhere") / version

    def passport(self, named: Named) -> Passport:
        """None of them has one."""
        raise ReleaseError(f"version {named.version} has no passport")


class FakeKeys:
    """Keys by id; `problem` makes them unreadable."""

    def __init__(self) -> None:
        self.problem = ""
        self._known: dict[str, ApiKey] = {}

    def add(self, identity: str, *scopes: Scope, per_minute: int = 0, revoked: bool = False) -> str:
        """Make a key; what its user sends."""
        self._known[identity] = ApiKey(
            id=identity,
            name=identity,
            scopes=frozenset(scopes),
            per_minute=per_minute,
            digest=secret_digest(f"secret-of-{identity}"),
            created_at="2026-11-21T09:00:00+00:00",
            revoked_at="2026-11-21T10:00:00+00:00" if revoked else "",
        )
        return f"eik_{identity}_secret-of-{identity}"

    def all(self) -> Mapping[str, ApiKey]:
        """As the port says."""
        if self.problem:
            raise InputError(self.problem, where="keys")
        return dict(self._known)


class FakeServingHistory:
    """Events in order; `problem` makes it unwritable and unreadable."""

    def __init__(self) -> None:
        self.problem = ""
        self.events: list[ServingEvent] = []

    def append(self, event: ServingEvent) -> None:
        """As the port says."""
        self._check()
        self.events.append(event)

    def latest(self, count: int) -> Sequence[ServingEvent]:
        """As the port says."""
        self._check()
        return self.events[::-1][:count]

    def _check(self) -> None:
        if self.problem:
            raise InputError(self.problem, where="history")


class FakeDisagreements:
    """What was kept, by request."""

    def __init__(self) -> None:
        self.kept: dict[str, Disagreement] = {}
        self.added = threading.Event()

    def add(self, found: Disagreement) -> None:
        """As the port says."""
        if all((one.text, one.candidate) != (found.text, found.candidate) for one in self.kept.values()):
            self.kept.setdefault(found.request_id, found)
        self.added.set()

    def latest(self, count: int) -> Sequence[Disagreement]:
        """Newest first."""
        return list(self.kept.values())[::-1][:count]


class FakeWorker:
    """Counts how often it was woken."""

    def __init__(self, *, here: bool = True) -> None:
        self.here, self.woken, self.problem = here, 0, ""

    def wake(self) -> None:
        """As the port says."""
        self.woken += 1
