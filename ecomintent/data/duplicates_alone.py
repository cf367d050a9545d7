"""Near-duplicates of an archive found by one process: `prepare`'s own search, its texts in temporary files."""

from collections.abc import Iterable, Iterator

import numpy as np

from ecomintent.data.archive import Numbered
from ecomintent.data.archive_sketches import Part, halves, part_of
from ecomintent.data.near_duplicates import Parents
from ecomintent.data.text_file import TextFile
from ecomintent.data.text_groups import group_texts
from ecomintent.params import PrepareParams


class Alone:
    """An archive of any kind, read once. Nothing is left behind by a kill, and nothing kept."""

    def __init__(self, params: PrepareParams) -> None:
        self._params = params
        self._ids = TextFile()
        self._valid = [np.zeros(0, dtype=np.bool_)]
        self._refused: list[tuple[int, str]] = []

    def groups(self, parts: Iterable[tuple[int, list[Numbered]]]) -> Parents:
        """(rows,): the first row of each row's group.

        Args:
            parts: all of the archive, as `archive.parts`.
        """
        texts, keys = TextFile(), [np.zeros((0, 2), dtype=np.uint64)]
        for _, rows in parts:
            part = part_of(rows)
            self._ids.extend(part.ids)
            self._valid.append(part.valid)
            self._refused += part.refused
            forms = [part.forms[row] for row in np.flatnonzero(part.valid).tolist()]
            texts.extend(forms)
            keys.append(np.stack(halves(forms), axis=1))
        _, places = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
        numbers: Parents = places.ravel().astype(np.int32)
        # Normalising twice is the same as once.
        group = group_texts(texts, numbers, (), self._params).group[numbers]
        valid = np.flatnonzero(np.concatenate(self._valid))
        parents = np.arange(sum(map(len, self._valid)), dtype=np.int32)
        _, firsts, inverse = np.unique(group, return_index=True, return_inverse=True)
        parents[valid] = valid[firsts[inverse]]
        return parents

    def parts(self) -> Iterator[Part]:
        """The parts in the order of the archive, without their texts."""
        start = 0
        for number, valid in enumerate(self._valid):
            ids = self._ids.take(np.arange(start, start + len(valid)))
            yield Part(ids=ids, forms=[], valid=valid, refused=[] if number else self._refused)
            start += len(valid)
