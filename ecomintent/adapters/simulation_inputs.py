"""What a replay is made of: the files it was asked to use, the folder that is its own, the labels by their arrival."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.adapters import frozen_set, tables
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.simulated_shop import SimulatedShop, Stages
from ecomintent.data import cadence, frozen_reading, snapshot
from ecomintent.data.cadence import Arrival
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.params_simulate import SimulateParams
from ecomintent.records import Sealed
from ecomintent.release.stand_in import OnReview

ASKED: Final = "asked.json"
SHARED: Final = "shared"
"""Folder with what the cadences have in common."""
SEALED_BY: Final = "ecomintent simulate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the outcome depends on; a folder holds one of these."""

    events: tuple[Path, ...]
    source_map: str | None
    frozen: Path
    corpus: Path | None
    """Beside the bundled starter corpus; None: that one alone."""
    alone: bool
    """Without the starter corpus."""
    split: int | None
    """Months to spread all labels over; None: each at its own time."""
    on_review: OnReview

    def digests(self, settings: Settings) -> dict[str, Any]:
        """All of it, by the names a person would give the parts, with params and the code of the stages.

        Raises:
            InputError: a file is not there.
        """
        stages = Stages.read(settings.project / "dvc.yaml")
        corpus = _digest(self.corpus) if self.corpus else None
        return {
            "events": [_digest(path) for path in self.events],
            "label map": self.source_map,
            "frozen set": _digest(self.frozen),
            "corpus": [corpus, self.alone],
            "split": self.split,
            "rule for REVIEW": self.on_review.value,
            "params.yaml": _digest(settings.params),
            "code": {path.as_posix(): _digest(settings.project / path) for path in stages.code},
        }


def default_frozen(settings: Settings) -> Path:
    """The frozen set of the shop, or the bundled sample where it has none."""
    sealed = SealedTables(settings.home, "frozen")
    return sealed.intact() if sealed.current() else settings.project / tables.SAMPLES / "frozen.jsonl"


def claim(out: Path, asked: Asked, settings: Settings) -> None:
    """Make `out` the folder of this replay, or find that it is.

    Raises:
        InputError: it belongs to the shop, to another replay or to somebody else, or cannot be written.
    """
    where = f"--out {out}"
    if out == settings.project or out.is_relative_to(settings.home) or settings.home.is_relative_to(out):
        raise InputError("a replay never writes where the shop keeps its own; choose another folder", where=where)
    found, note = asked.digests(settings), out / ASKED
    if note.is_file():
        before: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
        if other := [name for name, digest in found.items() if before.get(name) != digest]:
            told = f"it holds a replay with another {', '.join(other)}; give the same again, or choose another folder"
            raise InputError(told, where=where)
        return
    if out.is_dir() and any(out.iterdir()):
        raise InputError("it holds other files; choose an empty or a new folder", where=where)
    try:
        files.write_text(note, json.dumps(found, indent=2) + "\n")
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}); choose another folder", where=where) from error


def arrivals(asked: Asked, simulate: SimulateParams, *, shared: Path) -> tuple[list[Arrival], list[Mapping[str, Any]]]:
    """When each label of the files arrives, and the rows of them that `labels import` would refuse, too.

    Raises:
        InputError: a file cannot be read or has no label, or labels have no time and are not to be spread.
    """
    stored, note = shared / "events.parquet", shared / "refused.json"
    if not note.is_file():
        from ecomintent.labels.reading import read_labels

        frozen = frozenset(text_key(ticket.text) for ticket in frozen_reading.read_tickets(asked.frozen).rows)
        read = [
            read_labels(path, source_map=asked.source_map, in_frozen_set=lambda text: text_key(text) in frozen)
            for path in asked.events
        ]
        snapshot.write([label for labels, _ in read for label in labels], stored)
        told = [asdict(row) for _, rows in read for row in rows]
        files.write_text(note, json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    labels = snapshot.read(stored)
    refused: list[Mapping[str, Any]] = json.loads(note.read_text(encoding="utf-8"))
    if asked.split is None:
        return cadence.dated(labels), refused
    return cadence.spread(labels, months=asked.split, seed=simulate.seed), refused


def furnish(shop: SimulatedShop, asked: Asked) -> tuple[Sealed, Sealed]:
    """Frozen set and base corpus, imported as a shop does; what they are.

    Raises:
        InputError: a file cannot be used.
    """
    system = shop.system
    frozen = system.frozen.current() or frozen_set.import_frozen(system, asked.frozen, by=SEALED_BY)[0]
    corpus = system.corpus.current()
    if corpus is None and asked.corpus:
        corpus, _ = tables.import_corpus(system, asked.corpus, None, with_starter=not asked.alone)
    return frozen, corpus or tables.use_starter(system)[0]


def _digest(path: Path) -> str:
    """Of a file, or of all files of a folder.

    Raises:
        InputError: there is neither.
    """
    if path.is_dir():
        return files.folder_digest(path)
    if not path.is_file():
        raise InputError("no such file; check the path", where=str(path))
    return files.digest(path)
