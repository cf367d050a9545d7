"""Evidence per candidate, kept in the home: verdict, review page, reports, lineage, what DVC locked."""

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ecomintent import files, layout
from ecomintent.data import parquet, snapshot
from ecomintent.data.settling import ticket_of
from ecomintent.records import Correction, Lineage

KEPT: Final = (
    layout.VERDICT,
    layout.REVIEW_PAGE,
    layout.REPORT,
    layout.VALIDATION_REPORT,
    layout.VALIDATION_PAGE,
    layout.PREPARATION_REPORT,
    layout.EXPORT_REPORT,
)

SOURCES: Final = "sources.json"
"""Corrections of the snapshot and rows of the base corpus, counted by where they come from."""

KEY: Final = "key.txt"
DAY: Final = len("2026-11-21")
TICKETS: Final = "tickets.txt"
"""One digest a line of every ticket in the snapshot: who asks to be forgotten is found by it, and nobody else."""


class Evidence:
    """Folders named by the candidate's weights."""

    def __init__(self, home: Path) -> None:
        self._root = home / "evidence"

    def folder(self, weights: str) -> Path:
        """Where the evidence of these weights lies."""
        return self._root / weights[:16]

    def keep(self, workspace: Path, lineage: Lineage, key: str, draw: Callable[[Path], None]) -> Path:
        """Copy what the stages wrote in `workspace` and let `draw` add pictures; whole or not at all.

        Args:
            key: identity of the retrain; what is kept under an equal key stays as it is.
        """
        target = self.folder(lineage.weights)
        noted = target / KEY
        if noted.is_file() and noted.read_text(encoding="utf-8") == key:
            return target

        def fill(into: Path) -> None:
            _fill(into, workspace, lineage)
            draw(into)
            (into / KEY).write_text(key, encoding="utf-8")

        files.replace_folder(target, fill)
        return target

    def note_tickets(self, weights: str, tickets: Iterable[tuple[str, str, str]]) -> None:
        """Keep digests of the tickets (source, account, id) that these weights were trained on."""
        _note(self.folder(weights), tickets)

    def learned_from(self, weights: str, tickets: Collection[tuple[str, str, str]]) -> int | None:
        """How many of the tickets (source, account, id) are in the snapshot these weights were trained on.

        None where nothing is kept for these weights that could tell.
        """
        path = self.folder(weights) / TICKETS
        if not path.is_file():
            return None
        held = set(path.read_text(encoding="ascii").split())
        return sum(_digest(ticket) in held for ticket in tickets)

    def seen(self, weights: str, tickets: Iterable[tuple[str, str, str]]) -> frozenset[tuple[str, str, str]]:
        """Those of the tickets that are in the snapshot these weights were trained on; none where nothing is kept."""
        path = self.folder(weights) / TICKETS
        held = set(path.read_text(encoding="ascii").split()) if path.is_file() else set()
        return frozenset(ticket for ticket in tickets if _digest(ticket) in held)

    def verdict(self, weights: str) -> dict[str, Any]:
        """The stored verdict as plain JSON; empty when nothing is kept for these weights."""
        path = self.folder(weights) / layout.VERDICT.name
        if not path.is_file():
            return {}
        verdict: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return verdict

    def label_mix(self, weights: str) -> dict[str, int]:
        """Intent -> corrections that these weights learned from; empty where that is not known."""
        path = self.folder(weights) / f"{layout.VALIDATED.name}-{layout.VALIDATION_REPORT.name}"
        if not path.is_file():
            return {}
        # Evidence of before there was such a thing as a mix stays readable.
        mix: dict[str, int] = json.loads(path.read_text(encoding="utf-8")).get("label_mix", {}).get("now", {})
        return mix


def _fill(into: Path, workspace: Path, lineage: Lineage) -> None:
    for path in KEPT:
        shutil.copyfile(workspace / path, into / kept_name(path))
    for name in ("dvc.yaml", "dvc.lock", "params.yaml"):
        shutil.copyfile(workspace / name, into / name)
    rows = snapshot.read(workspace / layout.SNAPSHOT)
    _note(into, map(ticket_of, rows))
    origins = parquet.require(workspace / layout.CORPUS, {"source": "string"})
    counted = {"corrections": _counted(rows), "corpus": {"source": _most([row["source"] for row in origins])}}
    (into / SOURCES).write_text(json.dumps(counted, indent=2) + "\n", encoding="utf-8")
    (into / "lineage.json").write_text(json.dumps(asdict(lineage), indent=2) + "\n", encoding="utf-8")


def kept_name(path: Path) -> str:
    """What the workspace's file is called here: every stage has a report."""
    return f"{path.parent.name}-{path.name}" if path.name == "report.json" else path.name


def _counted(rows: Sequence[Correction]) -> dict[str, Any]:
    days = sorted(row.created_at[:DAY] for row in rows if row.created_at)
    return {
        "provenance": _most([row.provenance.value for row in rows]),
        "source": _most([row.source for row in rows]),
        "first": days[0] if days else "",
        "last": days[-1] if days else "",
    }


def _most(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0])))


def _note(folder: Path, tickets: Iterable[tuple[str, str, str]]) -> None:
    digests = sorted({_digest(ticket) for ticket in tickets})
    files.write_text(folder / TICKETS, "".join(f"{one}\n" for one in digests))


def _digest(ticket: tuple[str, str, str]) -> str:
    return hashlib.sha256(json.dumps(ticket).encode("ascii")).hexdigest()[:32]
