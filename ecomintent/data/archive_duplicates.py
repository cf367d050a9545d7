"""Near-duplicates of an archive found band by band by many workers: the groups that one process finds.

Texts belong together where a chain of pairs connects them that share a band's hash and are alike. One worker looks at
one range of one band's hashes and answers with the pairs that connect something; pairs of all bands connect the same
texts in whichever order, and by whomever, they are found. The driver holds four bytes of each row, and no text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from ecomintent.data import array_file
from ecomintent.data.archive_sketches import Sketches
from ecomintent.data.near_duplicates import Parents, join_band, roots_of
from ecomintent.data.shingles import Ints
from ecomintent.progress import Track

RANGE: Final = 1 << 22
"""Hashes of a range, about; a worker holds some fifty bytes for each, a hundred for each key."""

HASH_BITS: Final = 32
KEY_BITS: Final = 64

MOST_ROWS: Final = 2**31 - 1
"""A row has a number of four bytes."""

JOINED: Final = "joined-{:04}"

T = TypeVar("T")


class Run(Protocol):
    """Do a piece of work for each item, somewhere; the answers, (m, 2), come in any order."""

    def __call__(self, work: Callable[[T], Ints], items: Sequence[T]) -> Iterable[Ints]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Hashes of one band; of the keys of texts, where there is no band."""

    band: int | None
    first: int
    last: int
    """The first that is not of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The search by many workers. What a wave of it found is in the folder of the sketches: a kill costs a wave."""

    sketches: Sketches
    workers: int

    def sketch(self, run: Run) -> Iterator[Ints]:
        """Write the sketches that are missing; tells of each."""
        yield from run(self.sketches.sketch, self.sketches.missing())

    def groups(self, run: Run, track: Track) -> Parents:
        """(rows,): the first row of each row's group."""
        waves = self._waves()
        done = max((number for number in range(len(waves)) if array_file.is_whole(self._joined(number))), default=-1)
        parents = np.arange(self.sketches.count * self.sketches.rows, dtype=np.int32)
        if done >= 0:
            parents = array_file.read(self._joined(done))["parents"].copy()
        for number in track(range(done + 1, len(waves)), "duplicates: waves"):
            found = [np.zeros((0, 2), dtype=np.int64)]
            if number == 0:
                found += run(self.equal, waves[0])
            else:
                found += run(partial(self.alike, number - 1), waves[number])
            connect(parents, np.concatenate(found))
            array_file.write(self._joined(number), {"parents": parents})
            if number > 1:
                self._joined(number - 1).unlink(missing_ok=True)
        return parents

    def equal(self, some: Range) -> Ints:
        """(m, 2): rows and the first row with the same text."""
        high, low, positions = self.sketches.keys(some.first, some.last)
        order = np.lexsort((positions, low, high))
        high, low, positions = high[order], low[order], positions[order]
        same = (high[1:] == high[:-1]) & (low[1:] == low[:-1])
        starts = np.flatnonzero(np.concatenate([[True], ~same])) if len(order) else order
        firsts = np.repeat(positions[starts], np.diff(np.concatenate([starts, [len(order)]])))
        others = positions != firsts
        return np.stack([positions[others], firsts[others]], axis=1)

    def alike(self, wave: int, some: Range) -> Ints:
        """(m, 2): rows of different groups after that wave that belong together by this range alone."""
        assert some.band is not None
        hashes, rows = _shared(*self.sketches.band(some.band, some.first, some.last))
        # Equal texts have equal hashes: all but the first of them are left out, or they would be all there is.
        first = array_file.read(self._joined(0))["parents"]
        hashes, rows = _shared(hashes[first[rows] == rows], rows[first[rows] == rows])
        order = np.argsort(rows)
        hashes, rows = hashes[order], rows[order]
        roots = roots_of(array_file.read(self._joined(wave))["parents"], rows)
        _, firsts, inverse = np.unique(roots, return_index=True, return_inverse=True)
        parents = firsts[inverse].astype(np.int32)
        before = np.flatnonzero(parents == np.arange(len(rows)))
        long = np.ones(len(rows), dtype=np.bool_)
        join_band(hashes, long, parents, lambda at: self.sketches.forms(rows[at]), self.sketches.likeness)
        after = roots_of(parents, before)
        moved = after != before
        return np.stack([rows[before[moved]], rows[after[moved]]], axis=1)

    def _waves(self) -> list[list[Range]]:
        """The keys, then one band, one more, two more, four more: most pairs share an early one and are compared once.

        Which bands a wave has does not depend on the workers; into how many ranges they are cut does.
        """
        rows, bands = self.sketches.count * self.sketches.rows, self.sketches.likeness.bands
        waves, begun = [_ranges(None, KEY_BITS, max(self.workers, -(-rows // RANGE)))], 0
        while begun < bands:
            some = range(begun, min(bands, max(1, 2 * begun)))
            cut = max(-(-self.workers // len(some)), -(-rows // RANGE))
            waves.append([each for band in some for each in _ranges(band, HASH_BITS, cut)])
            begun = some.stop
        return waves

    def _joined(self, wave: int) -> Path:
        return self.sketches.folder / JOINED.format(wave)


def connect(parents: Parents, pairs: Ints) -> None:
    """Put the rows of each pair into one group; afterwards each row has the first row of its group."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ends = roots_of(parents, pairs.ravel())
    nodes, at = np.unique(ends, return_inverse=True)
    at = at.reshape(-1, 2)
    edges = coo_array((np.ones(len(at), dtype=np.int8), (at[:, 0], at[:, 1])), shape=(len(nodes), len(nodes)))
    count, label = connected_components(edges, directed=False) if len(nodes) else (0, at[:, 0])
    least = np.full(count, MOST_ROWS, dtype=np.int32)
    np.minimum.at(least, label, nodes)
    parents[nodes] = least[label]
    parents[:] = parents[parents]


def _ranges(band: int | None, bits: int, cut: int) -> list[Range]:
    borders = [(1 << bits) * number // cut for number in range(cut + 1)]
    return [Range(band=band, first=first, last=last) for first, last in pairwise(borders)]


def _shared(hashes: npt.NDArray[np.uint32], rows: Ints) -> tuple[npt.NDArray[np.uint32], Ints]:
    """Those whose hash another row has too, ordered by hash."""
    order = np.argsort(hashes, kind="stable")
    hashes, rows = hashes[order], rows[order]
    same = hashes[1:] == hashes[:-1]
    several = np.concatenate([same, [False]]) | np.concatenate([[False], same]) if len(hashes) else same
    return hashes[several], rows[several]
