"""Which of millions of texts are alike: candidates from MinHash bands, verified on their shingles.

Nothing here holds the texts or a number per shingle in memory: what grows with the texts is a file of them, a file of
their band hashes, and some thirty bytes each. Time grows with the texts and the pairs that share a band, and those
stay few because a band has so many rows that texts which are not alike hardly ever share one.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from ecomintent.data.band_file import BandFile
from ecomintent.data.shingles import Ints, Shingles, bands, shingles, similarities
from ecomintent.data.text_file import TextFile

OVERLOOKED: Final = 1e-6
"""Largest chance that the bands overlook a pair at the threshold; smaller for more alike pairs."""

CHUNK: Final = 8192
"""Texts sketched at once."""

PAIRS: Final = 1 << 16
"""Pairs whose texts are fetched at once."""

Bands = npt.NDArray[np.uint32]
"""(bands, texts)"""

Parents = npt.NDArray[np.int32]
"""(texts,)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """When two texts are one ticket."""

    jaccard: float
    """Similarity of the shingle sets from which on they are, above 0, up to 1."""
    permutations: int
    """MinHash size, at least 2. More is slower to sketch and leaves fewer pairs to verify; the answer is the same."""
    shingle_chars: int

    @property
    def rows(self) -> int:
        """MinHash values in a band: the most whose chance to overlook a pair at the threshold is within `OVERLOOKED`.

        Source: P(no band equal) = (1 - jaccard^rows)^bands; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets,
            3.4.
        """
        fitting = (
            rows
            for rows in range(self.permutations // 2, 0, -1)
            if (1 - self.jaccard**rows) ** (self.permutations // rows) <= OVERLOOKED
        )
        return next(fitting, 1)

    @property
    def bands(self) -> int:
        """How many bands the sketch gives."""
        return self.permutations // self.rows

    def sketch(self, forms: Sequence[str]) -> Bands:
        """Band hashes of normalised texts."""
        return bands(self._shingles(forms), self.bands, self.rows)

    def _shingles(self, forms: Sequence[str]) -> Shingles:
        return shingles(forms, self.shingle_chars)


class Known:
    """A few normalised texts in memory, such as the frozen set, to be told from many others."""

    def __init__(self, forms: Sequence[str], likeness: Likeness) -> None:
        self._likeness = likeness
        self._first: dict[str, int] = {}
        for position, form in enumerate(forms):
            self._first.setdefault(form, position)
        self._forms = [form for form in self._first if len(form) >= likeness.shingle_chars]
        self._positions = np.array([self._first[form] for form in self._forms], dtype=np.int64)
        sketch = likeness.sketch(self._forms)
        self._orders = np.argsort(sketch, axis=1, kind="stable")
        self._sorted = np.take_along_axis(sketch, self._orders, axis=1)

    def alike(self, forms: Sequence[str], sketch: Bands) -> dict[int, tuple[int, float]]:
        """Position in `forms` -> position and similarity of the most alike known text, the first of equals."""
        found = {at: (self._first[form], 1.0) for at, form in enumerate(forms) if form in self._first}
        asked = np.array(
            [at for at, form in enumerate(forms) if at not in found and len(form) >= self._likeness.shingle_chars],
            dtype=np.int64,
        )
        columns, right = self._candidates(sketch[:, asked])
        left, both = asked[columns], [*forms, *self._forms]
        similar = similarities(both, left, right + len(forms), self._likeness.shingle_chars)
        for at in np.flatnonzero(similar >= self._likeness.jaccard).tolist():
            row, value = int(left[at]), (int(self._positions[right[at]]), float(similar[at]))
            best = found.get(row, value)
            found[row] = max(best, value, key=lambda told: (told[1], -told[0]))
        return found

    def _candidates(self, sketch: Bands) -> tuple[Ints, Ints]:
        """Distinct pairs (column of `sketch`, known text) that share a band."""
        pairs = []
        for values, order, hashes in zip(self._sorted, self._orders, sketch, strict=True):
            first, last = np.searchsorted(values, hashes, "left"), np.searchsorted(values, hashes, "right")
            hit = np.flatnonzero(last > first)
            counts = last[hit] - first[hit]
            places = np.arange(counts.sum()) + np.repeat(first[hit] - np.cumsum(counts) + counts, counts)
            pairs.append(np.repeat(hit, counts) * np.int64(len(self._forms)) + order[places])
        distinct = np.unique(np.concatenate(pairs)) if pairs else np.zeros(0, dtype=np.int64)
        return np.divmod(distinct, max(1, len(self._forms)))


class Groups:
    """Distinct normalised texts, to be put together where a chain of alike ones connects them."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness
        self._texts = TextFile()
        self._bands = BandFile()
        self._long: list[npt.NDArray[np.bool_]] = []

    def extend(self, forms: Sequence[str], sketch: Bands) -> None:
        """Add texts, none of which may be there already."""
        self._texts.extend(forms)
        self._bands.extend(sketch)
        self._long.append(np.array([len(form) >= self._likeness.shingle_chars for form in forms], dtype=np.bool_))

    def components(self) -> Parents:
        """(n,): the position of the first text of each text's group."""
        long = np.concatenate([np.zeros(0, dtype=np.bool_), *self._long])
        parents = np.arange(len(long), dtype=np.int32)
        for band in range(self._likeness.bands):
            join_band(self._bands.band(band), long, parents, self._texts.take, self._likeness)
        return roots_of(parents, np.arange(len(parents)))


def join_band(
    hashes: npt.NDArray[np.uint32],
    long: npt.NDArray[np.bool_],
    parents: Parents,
    take: Callable[[Ints], list[str]],
    likeness: Likeness,
) -> None:
    """Put together, in `parents`, those texts that share a hash of one band and are alike.

    Args:
        hashes: (n,) of that band.
        long: (n,) which texts have a shingle; the others are left alone.
        parents: (n,) for each text one of its group that is not behind it; the first of a group has itself.
        take: positions -> normalised texts; asked for some at a time.
    """
    for left, right in _pairs(hashes, long, parents):
        for start in range(0, len(left), PAIRS):
            _join(parents, left[start : start + PAIRS], right[start : start + PAIRS], take, likeness)


def _join(parents: Parents, left: Ints, right: Ints, take: Callable[[Ints], list[str]], likeness: Likeness) -> None:
    wanted, places = np.unique(np.concatenate([left, right]), return_inverse=True)
    similar = similarities(take(wanted), places[: len(left)], places[len(left) :], likeness.shingle_chars)
    alike = similar >= likeness.jaccard
    for one, other in zip(left[alike].tolist(), right[alike].tolist(), strict=True):
        first, second = _root(parents, one), _root(parents, other)
        parents[max(first, second)] = min(first, second)


def _pairs(
    hashes: npt.NDArray[np.uint32], long: npt.NDArray[np.bool_], parents: Parents
) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of texts with the same hash that are not in one group yet, some at a time; groups may grow in between.

    Neighbours come first: where they put all texts of a hash together, as they mostly do, no other pair is looked at.
    """
    packed = (hashes.astype(np.uint64) << np.uint64(32)) | np.arange(len(hashes), dtype=np.uint64)
    packed = np.sort(packed[long])
    runs, rows = packed >> np.uint64(32), (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
    distance = 0
    while len(runs) > distance:
        rows, runs = _open(rows, runs, parents)
        distance += 1
        same = np.flatnonzero(runs[distance:] == runs[:-distance])
        left, right = rows[same], rows[same + distance]
        apart = roots_of(parents, left) != roots_of(parents, right)
        if apart.any():
            yield left[apart], right[apart]
        if not len(same):
            return


def _open(rows: Ints, runs: npt.NDArray[np.uint64], parents: Parents) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Those rows whose run is not within one group."""
    starts = np.flatnonzero(np.concatenate([[True], runs[1:] != runs[:-1]]))
    sizes = np.diff(np.concatenate([starts, [len(runs)]]))
    several = np.repeat(sizes > 1, sizes)
    rows, runs, sizes = rows[several], runs[several], sizes[sizes > 1]
    if not len(rows):
        return rows, runs
    roots, starts = roots_of(parents, rows), np.cumsum(sizes) - sizes
    undecided = np.repeat(np.minimum.reduceat(roots, starts) != np.maximum.reduceat(roots, starts), sizes)
    return rows[undecided], runs[undecided]


def roots_of(parents: Parents, positions: Ints) -> Parents:
    """The first text of the group of each of the texts at `positions`."""
    roots = parents[positions]
    while not np.array_equal(above := parents[roots], roots):
        roots = above
    return roots


def _root(parents: Parents, position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = int(parents[position])
    return position
