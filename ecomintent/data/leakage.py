"""When two texts are the same ticket: equal normalised text, or character shingles that overlap enough."""

import hashlib
import math
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final

import numpy as np
from datasketch import MinHash, MinHashLSH

KEY_CHARS: Final = 32

OVERLOOKED: Final = 1e-6
"""Largest chance that one of the two filters overlooks a pair at the threshold; smaller for more alike pairs."""

SKETCH_SEED: Final = 1
"""Fixes the hash family only: the answer is verified on the shingles, so this is no parameter."""


CACHED_SETS: Final = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A training text that is the same ticket as a frozen one."""

    row: int
    """Position among the training texts."""
    frozen_row: int
    """Position of the most similar frozen text; the first of equals."""
    similarity: float
    """Jaccard similarity of the shingle sets, 0-1; 1 for equal normalised texts."""


class _Separators(dict[int, str]):
    """Character -> what it is for comparison, filled on demand: Unicode has too many to list."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Cf":  # soft hyphens and zero-width characters are invisible: they join
            told = ""
        elif category[0] in "PZC" or category in ("Sm", "Sk"):
            told = " "
        else:  # letters and their marks (Hindi needs them), digits, currency signs, emoji
            told = character
        self[code] = told
        return told


_SEPARATORS: Final = _Separators()


def normalised(text: str) -> str:
    """NFKC, case folded, runs of white space and punctuation as one space.

    Words of URLs, handles and numbers stay. A text of nothing but punctuation is kept as it is, so that '?' and
    '!!!' are not one ticket.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(folded.translate(_SEPARATORS).split()) or " ".join(folded.split())


def text_key(text: str) -> str:
    """First 32 hex digits of the SHA-256 of the normalised text: equal keys mean the same ticket."""
    return hashlib.sha256(normalised(text).encode("utf-8", "surrogatepass")).hexdigest()[:KEY_CHARS]


def near_duplicate_groups(texts: Sequence[str], *, jaccard: float, permutations: int, shingle_chars: int) -> list[int]:
    """Connected components of "at least `jaccard` similar": one group number per text, counted by first appearance.

    The partition does not depend on the order of the texts. A text shorter than a shingle equals only itself.

    Args:
        jaccard: above 0, up to 1.
        permutations: MinHash size, at least 2; `OVERLOOKED` bounds what it may miss.
    """
    forms = [normalised(text) for text in texts]
    distinct = list(dict.fromkeys(forms))
    parents = list(range(len(distinct)))
    index = _Index(len(distinct), jaccard, permutations, shingle_chars)
    for position, (form, sketch) in enumerate(zip(distinct, index.sketched(distinct), strict=True)):
        for candidate in index.candidates(sketch):
            mine, other = _root(parents, position), _root(parents, candidate)
            if mine != other and index.similarity(candidate, form) >= jaccard:
                parents[max(mine, other)] = min(mine, other)
        index.add(position, sketch, form)
    numbers: dict[int, int] = {}
    group_of = {
        form: numbers.setdefault(_root(parents, position), len(numbers)) for position, form in enumerate(distinct)
    }
    return [group_of[form] for form in forms]


def leaked(
    train_texts: Sequence[str],
    frozen_texts: Sequence[str],
    *,
    jaccard: float,
    permutations: int,
    shingle_chars: int,
) -> list[Leak]:
    """Training texts that are exact or near duplicates of a frozen text, in the order of `train_texts`.

    Args: as for `near_duplicate_groups`.
    """
    first_row: dict[str, int] = {}
    for row, text in enumerate(frozen_texts):
        first_row.setdefault(normalised(text), row)
    index = _Index(len(frozen_texts), jaccard, permutations, shingle_chars)
    for (form, row), sketch in zip(first_row.items(), index.sketched(list(first_row)), strict=True):
        index.add(row, sketch, form)
    rows_of: dict[str, list[int]] = {}
    for row, text in enumerate(train_texts):
        rows_of.setdefault(normalised(text), []).append(row)
    found = []
    for (form, rows), sketch in zip(rows_of.items(), index.sketched(list(rows_of)), strict=True):
        if form in first_row:
            best = (1.0, -first_row[form])
        else:
            best = max(((index.similarity(c, form), -c) for c in index.candidates(sketch)), default=(0.0, 0))
        if best[0] >= jaccard:
            found += [Leak(row=row, frozen_row=-best[1], similarity=best[0]) for row in rows]
    return sorted(found, key=lambda leak: leak.row)


class _Index:
    """Texts by position: candidates from MinHash LSH, similarity from the shingles themselves."""

    def __init__(self, size: int, jaccard: float, permutations: int, shingle_chars: int) -> None:
        self._permutations = permutations
        self._sketches = np.zeros((size, permutations), dtype=np.uint32)
        # Hoeffding's bound on how far a MinHash estimate falls below the similarity, at the chance `OVERLOOKED`.
        self._least = jaccard - math.sqrt(math.log(1 / OVERLOOKED) / (2 * permutations))
        self._lsh = MinHashLSH(num_perm=permutations, params=_bands(jaccard, permutations))
        self._forms: dict[int, str] = {}
        # Cut again when needed: the sets of all tickets together would take a hundred times the texts' memory.
        self._shingles = lru_cache(maxsize=CACHED_SETS)(partial(_shingles, chars=shingle_chars))

    def sketched(self, forms: Sequence[str]) -> Iterator[MinHash]:
        """One sketch per normalised text."""
        sets = (self._shingles(form) for form in forms)
        sketches: Iterator[MinHash] = MinHash.generator(
            sets, num_perm=self._permutations, seed=SKETCH_SEED, hashfunc=_crc, scheme="affine32"
        )
        return sketches

    def add(self, position: int, sketch: MinHash, form: str) -> None:
        self._lsh.insert(position, sketch, check_duplication=False)
        self._forms[position] = form
        self._sketches[position] = sketch.hashvalues

    def candidates(self, sketch: MinHash) -> list[int]:
        """Positions that may be similar enough, in no order."""
        found = np.array(self._lsh.query(sketch), dtype=np.int64)
        estimates = (self._sketches[found] == sketch.hashvalues).mean(axis=1)
        likely: list[int] = found[estimates >= self._least].tolist()
        return likely

    def similarity(self, position: int, form: str) -> float:
        """Jaccard similarity of `form` with an added text, 0-1."""
        mine, other = self._shingles(form), self._shingles(self._forms[position])
        shared = len(mine & other)
        return shared / (len(mine) + len(other) - shared)


def _shingles(form: str, *, chars: int) -> frozenset[str]:
    return frozenset(form[at : at + chars] for at in range(max(1, len(form) - chars + 1)))


def _bands(jaccard: float, permutations: int) -> tuple[int, int]:
    """(bands, rows per band): the fewest candidates whose chance to overlook a pair is within `OVERLOOKED`.

    Source: P(no band equal) = (1 - jaccard^rows)^bands; Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4.
    """
    fitting = (
        rows for rows in range(permutations // 2, 0, -1) if (1 - jaccard**rows) ** (permutations // rows) <= OVERLOOKED
    )
    rows = next(fitting, 1)
    return permutations // rows, rows


def _crc(shingle: str) -> int:
    return zlib.crc32(shingle.encode("utf-8", "surrogatepass"))


def _root(parents: list[int], position: int) -> int:
    while parents[position] != position:
        parents[position] = parents[parents[position]]
        position = parents[position]
    return position
