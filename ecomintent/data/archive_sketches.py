"""What near-duplicate search needs of each part of an archive, in one file a part; any worker reads any slice of it.

A sketch file holds ids, normalised texts (cleaned and redacted before), keys of texts, and each band's hashes in
ascending order with the rows they belong to: a range of hashes is one slice of every file. Sorted here and merged
there, the bands are shuffled through the folder, and no worker needs room for more than its range.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ecomintent.data import archive, array_file
from ecomintent.data.archive import Numbered
from ecomintent.data.leakage import key_of, normalised
from ecomintent.data.near_duplicates import CHUNK, Likeness
from ecomintent.data.shingles import Ints
from ecomintent.labels.cleaning import READ_CHARS
from ecomintent.labels.tables import Fault, Row
from ecomintent.labels.texts import fit

PART: Final = 1 << 16
"""Rows of a part, at most: a row's number within it has sixteen bits."""

HALF: Final = np.dtype(">u8")
"""A text key is two of these."""

Halves = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The rows of one part; those that are refused have no text."""

    ids: list[str]
    forms: list[str]
    valid: npt.NDArray[np.bool_]
    refused: list[tuple[int, str]]
    """Line and reason."""


def kept_form(row: Row) -> str:
    """The text of a row as `prepare` compares it: cleaned and redacted, as when imported, then normalised."""
    some = (row["text"] or "")[:READ_CHARS]
    return normalised(fit(some) or some)


def part_of(rows: list[Numbered]) -> Part:
    """Rows of an archive as they are compared."""
    ids, forms, refused = [], [], []
    valid = np.zeros(len(rows), dtype=np.bool_)
    for at, (line, row) in enumerate(rows):
        reason = archive.fault_of(row)
        if reason or isinstance(row, Fault):
            refused.append((line, reason))
            ids.append("")
            forms.append("")
            continue
        valid[at] = True
        ids.append(row["id"] or "")
        forms.append(kept_form(row))
    return Part(ids=ids, forms=forms, valid=valid, refused=refused)


def halves(forms: list[str]) -> tuple[Halves, Halves]:
    """The keys of normalised texts: equal ones mean equal texts."""
    pairs = np.frombuffer(b"".join(map(key_of, forms)), dtype=HALF).astype(np.uint64).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketches:
    """The sketch files of one archive."""

    source: Path
    folder: Path
    count: int
    """Parts."""
    rows: int = PART
    likeness: Likeness

    def path(self, number: int) -> Path:
        """Where the sketch of a part is."""
        return self.folder / f"{number:07}.sketch"

    def missing(self) -> list[int]:
        """Parts whose sketch is not there, or torn."""
        return [number for number in range(self.count) if not array_file.is_whole(self.path(number))]

    def sketch(self, number: int) -> Ints:
        """Read a part of the archive and write its sketch; (1, 2): the part and how many tickets it has.

        Again, it writes the same bytes.
        """
        part = part_of(archive.part(self.source, number, self.rows))
        array_file.write(self.path(number), self._arrays(part))
        return np.array([[number, part.valid.sum()]], dtype=np.int64)

    def _arrays(self, part: Part) -> dict[str, Any]:
        valid = np.flatnonzero(part.valid)
        high, low = halves([part.forms[row] for row in valid.tolist()])
        by_key = np.lexsort((valid, low, high))
        # Equal texts have equal hashes: one of them stands for the others.
        firsts = {part.forms[row]: row for row in reversed(valid.tolist())}
        long = sorted(row for form, row in firsts.items() if len(form) >= self.likeness.shingle_chars)
        bands = [self.likeness.sketch([])]
        for start in range(0, len(long), CHUNK):
            bands.append(self.likeness.sketch([part.forms[row] for row in long[start : start + CHUNK]]))
        hashes = np.concatenate(bands, axis=1)
        order = np.argsort(hashes, axis=1, kind="stable")
        ids, id_bounds = array_file.packed(part.ids)
        kept = frozenset(long)
        forms, form_bounds = array_file.packed([form if row in kept else "" for row, form in enumerate(part.forms)])
        lines = np.array([line for line, _ in part.refused], dtype=np.int64)
        reasons, reason_bounds = array_file.packed([reason for _, reason in part.refused])
        return {
            "valid": part.valid,
            "ids": ids,
            "id_bounds": id_bounds,
            "forms": forms,
            "form_bounds": form_bounds,
            "refused": lines,
            "reasons": reasons,
            "reason_bounds": reason_bounds,
            "key_high": high[by_key],
            "key_low": low[by_key],
            "key_rows": valid[by_key].astype(np.uint16),
            "hashes": np.take_along_axis(hashes, order, axis=1),
            "hash_rows": np.array(long, dtype=np.uint16)[order],
        }

    def band(self, number: int, first: int, last: int) -> tuple[npt.NDArray[np.uint32], Ints]:
        """Hashes of a band from `first` up to and without `last`, and the positions in the archive they belong to."""
        hashes, positions = [np.zeros(0, dtype=np.uint32)], [np.zeros(0, dtype=np.int64)]
        for start, arrays in self._each():
            row = arrays["hashes"][number]
            some = slice(*_places(row, first, last))
            hashes.append(np.array(row[some]))
            positions.append(arrays["hash_rows"][number][some].astype(np.int64) + start)
        return np.concatenate(hashes), np.concatenate(positions)

    def keys(self, first: int, last: int) -> tuple[Halves, Halves, Ints]:
        """Both halves of the keys whose first half is from `first` up to and without `last`, and their positions."""
        empty = np.zeros(0, dtype=np.uint64)
        high, low, positions = [empty], [empty], [np.zeros(0, dtype=np.int64)]
        for start, arrays in self._each():
            some = slice(*_places(arrays["key_high"], first, last))
            high.append(np.array(arrays["key_high"][some]))
            low.append(np.array(arrays["key_low"][some]))
            positions.append(arrays["key_rows"][some].astype(np.int64) + start)
        return np.concatenate(high), np.concatenate(low), np.concatenate(positions)

    def forms(self, positions: Ints) -> list[str]:
        """The normalised texts at ascending positions of the archive."""
        found = []
        numbers = positions // self.rows
        for number in np.unique(numbers).tolist():
            arrays = array_file.read(self.path(number))
            rows = positions[numbers == number] - number * self.rows
            starts, stops = arrays["form_bounds"][rows], arrays["form_bounds"][rows + 1]
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
                found.append(array_file.text(arrays["forms"], start, stop))
        return found

    def parts(self) -> Iterator[Part]:
        """The parts in the order of the archive, without their texts."""
        for _, arrays in self._each():
            reasons = _texts(arrays["reasons"], arrays["reason_bounds"])
            ids = _texts(arrays["ids"], arrays["id_bounds"])
            refused = list(zip(arrays["refused"].tolist(), reasons, strict=True))
            yield Part(ids=ids, forms=[], valid=arrays["valid"], refused=refused)

    def _each(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for number in range(self.count):
            yield number * self.rows, array_file.read(self.path(number))


def _places(ascending: Any, first: int, last: int) -> tuple[int, int]:
    """Where the values from `first` on begin, and those from `last` on; `last` may be one more than fits."""
    top = int(np.iinfo(ascending.dtype).max)
    start = int(np.searchsorted(ascending, ascending.dtype.type(first)))
    return start, len(ascending) if last > top else int(np.searchsorted(ascending, ascending.dtype.type(last)))


def _texts(content: Any, bounds: Any) -> list[str]:
    ends = bounds.tolist()
    return [array_file.text(content, start, stop) for start, stop in pairwise(ends)]
