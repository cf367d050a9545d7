"""Looking at the frozen set without touching it: is it what was sealed, how worn is it, who else holds its tickets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ecomintent import params, taxonomy
from ecomintent.adapters.system import System
from ecomintent.data import frozen, frozen_ledger, frozen_reading
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.errors import InputError
from ecomintent.params import GateParams, PrepareParams


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What `frozen verify` found."""

    digest: str
    """Of the set that `current.json` names; empty where that cannot be read."""
    faults: list[str]
    """What differs from the sealed record; empty: nothing was tampered with."""
    corrections: list[str]
    """Ticket ids of stored corrections that copy a frozen ticket."""
    corpus: list[str]
    """`SOURCE row NUMBER` of base corpus rows that do."""


def verify(system: System) -> Examined:
    """Compare the set with its record, and look for copies of its tickets among what training reads.

    Raises:
        InputError: nothing was ever imported.
    """
    found = faults(system)
    if not found:
        path = system.frozen.intact()
        corrections, corpus = copies(system, frozen_reading.read_stored(path))
        return Examined(digest=path.stem, faults=[], corrections=corrections, corpus=corpus)
    try:
        current = system.frozen.current()
    except InputError:
        current = None
    return Examined(digest=current.digest if current else "", faults=found, corrections=[], corpus=[])


def left(system: System, rows: Sequence[FrozenRow]) -> list[FrozenRow]:
    """Tickets that left the set because their intent was split or retired, and that nobody has labelled anew.

    Args:
        rows: the current set.
    """
    held, found = {row.id for row in rows}, dict[str, FrozenRow]()
    for event in system.history.events():
        if event.event == frozen_ledger.SEALED and event.details["action"] == "taxonomy":
            path = system.frozen.file(event.details["parent"])
            for row in frozen_reading.read_stored(path) if path.is_file() else ():
                if row.id not in held and taxonomy.chain().today(row.label) is None:
                    found[row.id] = row
    return [found[name] for name in sorted(found)]


def faults(system: System) -> list[str]:
    """One sentence for each difference between the set and its record; none also where there never was a set."""
    events = system.history.events()
    last = frozen_ledger.last_sealed(events)
    try:
        current = system.frozen.current()
    except InputError as error:
        return [str(error)]
    if current is None:
        return [f"current.json is gone; the history names {last.details['frozen_set'][:12]}"] if last else []
    found = list(system.history.breaks())
    if last is None:
        found.append(f"current.json names {current.short}, which nobody sealed")
    elif last.details["frozen_set"] != current.digest:
        sealings = (event for event in events if event.event == frozen_ledger.SEALED)
        sealed_at = [event.at for event in sealings if event.details["frozen_set"] == current.digest]
        told = f"an older set, sealed {sealed_at[-1]}" if sealed_at else "which nobody sealed"
        named = f"{last.details['frozen_set'][:12]}, sealed by {last.by} on {last.at}"
        found.append(f"current.json names {current.short}, {told}; the history names {named}")
    wrong = content_faults(system.frozen.file(current.digest), current.digest)
    if not wrong:
        try:
            system.frozen.intact()
        except InputError as error:
            wrong = [f"its bytes are not those that were sealed, though its tickets are: {error}"]
    return [*found, *wrong]


def content_faults(path: Path, digest: str) -> list[str]:
    """What is wrong with a stored table that should hold the tickets of `digest`."""
    if not path.is_file():
        return [f"{path.name} is missing"]
    try:
        rows = [{name: getattr(row, name) for name in frozen.COLUMNS} for row in frozen_reading.read_stored(path)]
    except InputError as error:
        return [f"its bytes were changed: {error}"]
    held = frozen.sealed_digest(rows)
    return [] if held == digest else [f"{path.name} was changed: its tickets have the digest {held[:12]}"]


def copies(system: System, rows: Sequence[FrozenRow]) -> tuple[list[str], list[str]]:
    """Stored corrections and base corpus rows that are the same ticket as one of `rows`, or nearly; named for people.

    Training leaves them out (`data.preparation`).
    """
    from ecomintent.data.leakage import leaked
    from ecomintent.data.selection import likeness

    if not rows:
        return [], []
    settings = likeness(params.section(system.settings.params, "prepare", into=PrepareParams))
    corrections, texts = system.labels.corrections(), [row.text for row in rows]
    leaks = leaked([one.text for one in corrections], texts, **settings)
    corpus = corpus_rows(system)
    corpus_leaks = leaked([one["text"] for one in corpus], texts, **settings)
    return (
        list(dict.fromkeys(corrections[leak.row].ticket_id for leak in leaks)),
        [f"{corpus[leak.row]['source']} row {leak.row + 1}" for leak in corpus_leaks],
    )


def corpus_rows(system: System) -> list[dict[str, Any]]:
    """The base corpus, as `data.corpus.COLUMNS`; none before one was imported."""
    from ecomintent.data import corpus, parquet

    path = system.corpus.path()
    return parquet.require(path, corpus.COLUMNS) if path else []


def status(system: System) -> dict[str, Any]:
    """What the set holds and how worn it is, as JSON; `digest` is None before the first import."""
    path, gate = system.frozen.path(), params.section(system.settings.params, "gate", into=GateParams)
    rows = frozen_reading.read_stored(path) if path else []
    alone = frozen_reading.independent(rows)
    standing = frozen_ledger.standing(
        system.history.events(),
        path.stem if path else "",
        runs_allowed=gate.frozen_runs,
        share=gate.frozen_refresh_share,
    )
    return {
        "digest": path.stem if path else None,
        "origin": system.frozen.origin(),
        "rows": len(rows),
        "intents": dict(Counter(row.label for row in rows).most_common()),
        "independent": alone,
        "provenance": dict(Counter(row.provenance for row in rows).most_common()),
        "folded": len(rows) - sum(alone.values()),
        "runs": standing.runs,
        "runs_allowed": gate.frozen_runs,
        "refresh_due": standing.refresh_due,
        "since": standing.since,
        "fresh_share": round(standing.fresh_share, 4),
        "versions": [{"at": event.at, "by": event.by, **event.details} for event in standing.versions],
    }
