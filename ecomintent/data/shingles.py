"""Character shingles as numbers: many texts at once, their MinHash bands, and how alike pairs of them are.

A shingle is hashed to 64 bits. Two shingles of one pair of texts share a hash with a chance below 1e-12, so what is
computed here is the Jaccard similarity of the texts, not an estimate of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

HASH_SEED: Final = 1
"""Fixes the hash family only: the answer is verified on the shingles, so this is no parameter."""

BLOCK: Final = 1 << 17
"""Shingles hashed at once by all permutations: they have to stay in the processor's cache."""

PAIRS: Final = 8192
"""Pairs compared at once."""

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Shingles:
    """The shingles of n texts, one text after the other, with repeats."""

    hashes: Hashes
    bounds: Ints
    """(n + 1,): text i has hashes[bounds[i] : bounds[i + 1]]."""


def shingles(forms: Sequence[str], chars: int) -> Shingles:
    """All shingles of `chars` characters; a text shorter than that has none."""
    flat = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.fromiter(map(len, forms), dtype=np.int64, count=len(forms))
    counts = np.maximum(lengths - chars + 1, 0)
    bounds = _bounds(counts)
    if not bounds[-1]:
        return Shingles(np.zeros(0, dtype=np.uint64), bounds)
    rolled = np.zeros(len(flat) - chars + 1, dtype=np.uint64)
    for at, factor in enumerate(_odd(chars, np.uint64)):
        rolled += flat[at : at + len(rolled)] * factor
    # Windows that reach over the end of a text are no shingle.
    firsts = np.repeat(_bounds(lengths)[:-1] - bounds[:-1], counts) + np.arange(bounds[-1])
    return Shingles(_mixed(rolled[firsts]), bounds)


def bands(found: Shingles, count: int, rows: int) -> npt.NDArray[np.uint32]:
    """(count, n) hashes of `rows` MinHash values each: texts that share one may be alike. 0 where there is no shingle.

    Source: A. Broder, On the resemblance and containment of documents, 1997; permutations x -> a x + b mod 2^32 with
        odd a, on hashed shingles, which are not min-wise independent but measured to be close to it.
    """
    n = len(found.bounds) - 1
    answer = np.zeros((count, n), dtype=np.uint32)
    factors, shifts = _odd(count * rows, np.uint32), _odd(count * rows, np.uint32, stream=1)
    folds = _odd(rows, np.uint64, stream=2)
    full = np.flatnonzero(np.diff(found.bounds))
    for block in _blocks(found.bounds, full):
        first, last = found.bounds[block[0]], found.bounds[block[-1] + 1]
        hashed = (found.hashes[first:last] >> np.uint64(32)).astype(np.uint32)
        starts = found.bounds[block] - first
        permuted, least = np.empty_like(hashed), np.empty(len(block), dtype=np.uint32)
        for band in range(count):
            folded = np.zeros(len(block), dtype=np.uint64)
            for row in range(rows):
                number = band * rows + row
                np.multiply(hashed, factors[number], out=permuted)
                np.add(permuted, shifts[number], out=permuted)
                np.minimum.reduceat(permuted, starts, out=least)
                folded = _mixed(folded + least * folds[row])
            answer[band, block] = (folded >> np.uint64(32)).astype(np.uint32)
    return answer


def similarities(forms: Sequence[str], left: Ints, right: Ints, chars: int) -> npt.NDArray[np.float64]:
    """Jaccard similarity, 0-1, of the texts at the positions `left` and `right`; none may be shorter than a shingle."""
    answer = np.empty(len(left))
    for start in range(0, len(left), PAIRS):
        one, other = left[start : start + PAIRS], right[start : start + PAIRS]
        wanted, places = np.unique(np.concatenate([one, other]), return_inverse=True)
        sets = _sets(shingles([forms[position] for position in wanted.tolist()], chars))
        sizes = np.diff(sets.indptr)
        mine, its = places[: len(one)], places[len(one) :]
        shared = np.diff(sets[mine].multiply(sets[its]).tocsr().indptr)
        answer[start : start + PAIRS] = shared / (sizes[mine] + sizes[its] - shared)
    return answer


def _sets(found: Shingles) -> Any:
    """(n, 2^62) sparse: row i has a one in the column of each distinct shingle of text i."""
    from scipy.sparse import csr_array

    columns = (found.hashes >> np.uint64(2)).astype(np.int64)
    sets = csr_array(
        (np.ones(len(columns), dtype=np.int8), columns, found.bounds), shape=(len(found.bounds) - 1, 2**62)
    )
    sets.sum_duplicates()
    sets.data[:] = 1
    return sets


def _blocks(bounds: Ints, full: Ints) -> Iterator[Ints]:
    """The texts that have shingles, so many at a time that a block has about `BLOCK` of them."""
    numbers = bounds[full] // BLOCK
    yield from np.split(full, np.flatnonzero(np.diff(numbers)) + 1) if len(full) else []


def _bounds(counts: Ints) -> Ints:
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def _odd(count: int, kind: Any, stream: int = 0) -> Any:
    """Fixed odd numbers of all the bits."""
    drawn = np.random.Generator(np.random.PCG64([HASH_SEED, stream])).integers(0, np.iinfo(kind).max, count, dtype=kind)
    return drawn | kind(1)


def _mixed(values: Hashes) -> Hashes:
    """Every bit depends on every bit. Source: finaliser of MurmurHash3 (A. Appleby), 64 bits."""
    mixed = values ^ (values >> np.uint64(33))
    mixed *= np.uint64(0xFF51AFD7ED558CCD)
    mixed ^= mixed >> np.uint64(33)
    mixed *= np.uint64(0xC4CEB9FE1A85EC53)
    mixed ^= mixed >> np.uint64(33)
    return mixed
