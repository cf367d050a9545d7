"""What the loop needs from outside, as Protocols, on one page. Each has an adapter and a fake, under the same tests."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from ecomintent.records import (
    Correction,
    DayCount,
    ImportReport,
    LabelEvent,
    Recorded,
    Refused,
    RegisteredVersion,
    ReleaseEvent,
    Tombstone,
)
from ecomintent.tickets import Page


class Clock(Protocol):
    """The only source of the current time."""

    def now(self) -> str:
        """ISO 8601, UTC, to the second."""
        ...


class LabelStore(Protocol):
    """Append-only events of tickets, and the quarantine of rows that were refused."""

    def record(self, events: Iterable[LabelEvent]) -> Recorded:
        """Store what is new, in one transaction. An event is known by source, account and the source's own id of it.

        A deletion also removes the text from every event of its ticket.
        """
        ...

    def take(
        self, events: Iterable[LabelEvent], refused: Sequence[Refused], *, source: str, account: str, mark: str
    ) -> Recorded:
        """Store a page of a source and where to read on after it, in one transaction; what is known writes nothing."""
        ...

    def mark(self, source: str, account: str) -> str:
        """Where to read on in a source; empty before its first page."""
        ...

    def story(self, ticket_id: str) -> Sequence[LabelEvent]:
        """Everything that happened to the tickets of this id, by system and time."""
        ...

    def add(self, corrections: Iterable[Correction], refused: Sequence[Refused]) -> ImportReport:
        """Store what is new, in one transaction; what is already known changes nothing."""
        ...

    def corrections(self) -> Sequence[Correction]:
        """Every label of tickets that were not deleted, in a fixed order that does not depend on that of imports."""
        ...

    def coverage(self) -> Sequence[DayCount]:
        """How much each source told of each day, by day, source, account and kind: a day that is missing shows."""
        ...

    def quarantine(self) -> Sequence[Refused]:
        """Every refused row, ordered by file and line."""
        ...


class Erasure(Protocol):
    """Taking a customer's tickets out of the label store for good."""

    def erase(self, tombstone: Tombstone) -> list[Tombstone]:
        """Delete every event and refused row of the customer's tickets, or of the ticket, and keep out later ones.

        One transaction; again it changes nothing.

        Returns:
            One tombstone for each ticket there was, those of earlier calls included.
        """
        ...

    def tombstones(self) -> Sequence[Tombstone]:
        """Everything that was erased, by time."""
        ...


class Helpdesk(Protocol):
    """One account of a system in which people correct tickets, or of a file or query that tells of corrections."""

    source: str
    """The kind: zendesk, gorgias ..."""
    account: str
    """Which of several of that kind."""

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """What changed after `mark`, oldest first, each page with the mark to read on at once it is stored.

        A page may repeat what earlier pages told, under the same event ids; it never leaves out what came between.

        Args:
            mark: of the last page stored; empty for all from `since` on.
            since: a time as `cells.created_at` writes it; empty for everything the system still has.
        Raises:
            SourceError: the system refused, cannot be reached, or answers what it never should.
        """
        ...


class HeldReleases(Protocol):
    """Append-only record of who let which held labels train (`labels.guard`)."""

    def release(self, keys: Iterable[str], *, by: str, reason: str, at: str) -> int:
        """Record that `by` lets the labels of these keys (`labels.guard.key`) train, in one transaction.

        What was released before stays as it was said then; returns how many are new.
        """
        ...

    def released(self) -> frozenset[str]:
        """The keys of every label that somebody released."""
        ...


class History(Protocol):
    """Append-only record of who approved, promoted, rejected or rolled back what, each event linked to the last."""

    def append(self, event: ReleaseEvent) -> None:
        """Add `event` at the end; of two writers at once, one comes first and the other is linked to it."""
        ...

    def events(self) -> Sequence[ReleaseEvent]:
        """Oldest first."""
        ...

    def head(self) -> str:
        """Link of the last event (`release.chain.link`); 64 zeros where there is none."""
        ...

    def breaks(self) -> list[str]:
        """One sentence for each place where the chain of links is broken (`release.chain.breaks`)."""
        ...


class Registry(Protocol):
    """Versions of the model and the three aliases `candidate`, `champion`, `previous`."""

    def register(self, folder: Path, *, run_id: str, weights: str, tags: dict[str, str]) -> RegisteredVersion:
        """Store `folder` as a new version, or return the version that already holds these weights (tags updated)."""
        ...

    def version(self, version: str) -> RegisteredVersion | None: ...

    def versions(self) -> Sequence[RegisteredVersion]:
        """Newest first."""
        ...

    def aliases(self) -> dict[str, str]:
        """alias -> version, read in one call."""
        ...

    def point(self, alias: str, version: str) -> None:
        """Move `alias` to `version` in one write (created when absent)."""
        ...

    def drop(self, alias: str) -> None:
        """Remove `alias`; no error when absent."""
        ...

    def tag(self, version: str, tags: dict[str, str]) -> None: ...

    def fetch(self, version: str, into: Path) -> Path:
        """The version's folder, as a verified local copy under `into`; existing verified copies are reused.

        Raises:
            ReleaseError: no such version, or its bytes are not the registered ones.
        """
        ...


class Tracker(Protocol):
    """One record per retrain."""

    def record(
        self,
        *,
        key: str,
        name: str,
        params: dict[str, Any],
        metrics: dict[str, float],
        tags: dict[str, str],
        datasets: dict[str, str],
        artifacts: Sequence[Path],
    ) -> str:
        """Write the run and return its id; the run of the same `key` is completed, never doubled.

        Args:
            key: identity of the retrain; equal inputs give an equal key.
            datasets: role (snapshot, corpus, frozen_set) -> digest.
            artifacts: files and folders, stored under their own names.
        """
        ...

    def link(self, run_id: str) -> str:
        """Where a person can look at the run."""
        ...


class Pipeline(Protocol):
    """The dvc.yaml pipeline in one workspace."""

    def prepare(self) -> None:
        """Make the workspace ready: code, params, cache. Safe to repeat."""
        ...

    def lay_out(self) -> None:
        """Bring back what the workspace's lock names, as far as it is at hand."""

    def add(self, paths: Sequence[Path]) -> None:
        """Version input files or folders (workspace-relative)."""
        ...

    def fresh(self, upto: str) -> bool:
        """True when neither the stage `upto` nor any stage before it would run."""
        ...

    def reproduce(self, stage: str, *, pull: bool = False) -> bool:
        """Bring one stage up to date; `pull` also looks for an equal run's outcome in the remote.

        Returns:
            Whether its command ran; False where nothing had changed or the outcome of an equal run was at hand.
        Raises:
            PipelineError: the stage failed; quotes its last line.
        """
        ...

    def restore(self, out: Path, *, locked: Path, into: Path) -> None:
        """Lay a stage's output as it was versioned back then at the same place below `into`.

        Args:
            out: workspace-relative.
            locked: folder with the dvc.yaml and dvc.lock of that time.
        Raises:
            PipelineError: neither cache nor remote holds it.
        """
        ...

    def push(self, outs: Sequence[Path] = ()) -> None:
        """Copy these outputs, or everything the pipeline made, and the record of its runs to the remote."""
        ...
