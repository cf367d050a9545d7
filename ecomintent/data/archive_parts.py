"""The scored parts of an archive in a folder beside the answer, so that a killed run goes on where it was.

`manifest.jsonl` says first what was scored with what, then one line for each finished part with the digests of its
files. A line is written after its files; one that a kill tore, or whose files are not what it says, is as if not there.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files
from ecomintent.data import answer_file, parquet
from ecomintent.data.archive import PART, REFUSED, SCORED, Part
from ecomintent.errors import InputError

MANIFEST: Final = "manifest.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What the parts are of."""

    archive: str
    """SHA-256 of the file."""
    weights: str
    """Digest of the release folder."""
    version: str
    rows: int = PART
    """Of a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an answer holds."""

    scored: int
    refused: int
    below_threshold: int


class ArchiveParts:
    """Parts of one answer, `<answer>.parts`."""

    def __init__(self, out: Path, work: Work) -> None:
        """Open the folder of an answer, or begin one.

        Raises:
            InputError: the answer cannot be of this kind, or the folder holds parts of other work.
        """
        answer_file.check_kind(out)
        self.out, self.folder = out, out.with_name(f"{out.name}.parts")
        self._manifest = self.folder / MANIFEST
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = self._lines()
        if lines and lines[0] != asdict(work):
            raise InputError(
                "holds parts of another archive, release or size; give another --out, or remove it",
                where=str(self.folder),
            )
        whole = [asdict(work), *lines[1:]]
        files.write_text(self._manifest, "".join(json.dumps(line) + "\n" for line in whole))
        self.done: set[int] = {line["part"] for line in lines[1:] if self._is_there(line)}

    def add(self, part: Part) -> None:
        """Keep a part; again with the same content changes nothing."""
        paths = self._paths(part.number)
        parquet.write(paths[0], SCORED, part.scored)
        parquet.write(paths[1], REFUSED, part.refused)
        line = {"part": part.number, "scored": files.digest(paths[0]), "refused": files.digest(paths[1])}
        with self._manifest.open("a", encoding="utf-8") as manifest:
            manifest.write(json.dumps(line) + "\n")
            manifest.flush()
            os.fsync(manifest.fileno())
        self.done.add(part.number)

    def finish(self, count: int) -> Written:
        """Write the answer and `<answer>.refused.jsonl` from all `count` parts, each whole or not at all."""
        missing = sorted(set(range(count)) - self.done)
        if missing:
            raise InputError(f"{len(missing)} of {count} parts are missing; run it again", where=str(self.folder))
        scored = refused = below = 0
        for number in range(count):
            found, faults = (
                parquet.read(path, of) for path, of in zip(self._paths(number), (SCORED, REFUSED), strict=True)
            )
            scored, refused = scored + found.num_rows, refused + faults.num_rows
            below += sum(found["below_threshold"].to_pylist())
        answer_file.write(self.out, SCORED, self._tables(count, 0))
        answer_file.write(answer_file.refused_of(self.out), REFUSED, self._tables(count, 1))
        return Written(scored=scored, refused=refused, below_threshold=below)

    def _tables(self, count: int, which: int) -> Iterator[Any]:
        for number in range(count):
            yield parquet.read(self._paths(number)[which], (SCORED, REFUSED)[which])

    def _paths(self, number: int) -> tuple[Path, Path]:
        return self.folder / f"{number:07}.parquet", self.folder / f"{number:07}.refused.parquet"

    def _is_there(self, line: dict[str, Any]) -> bool:
        said = (line["scored"], line["refused"])
        return all(
            path.is_file() and files.digest(path) == digest
            for path, digest in zip(self._paths(line["part"]), said, strict=True)
        )

    def _lines(self) -> list[dict[str, Any]]:
        if not self._manifest.is_file():
            return []
        found = []
        for line in self._manifest.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                break
        return found
