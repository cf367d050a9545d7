"""The texts of a training table put together by likeness, after those that the frozen set knows were set aside."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecomintent.data.leakage import normalised
from ecomintent.data.near_duplicates import CHUNK, Groups, Known, Likeness
from ecomintent.data.selection import likeness
from ecomintent.data.text_file import TextFile
from ecomintent.params import PrepareParams


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenTicket:
    """What preparation needs to know of a frozen ticket."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLeak:
    """A text that is the same ticket as a frozen one."""

    frozen_row: int
    """Position of the most similar frozen ticket; the first of equals."""
    similarity: float
    same_text: bool
    """Whether the normalised texts are equal."""


Leaks = dict[int, TextLeak]
"""Number of a text -> the frozen ticket that it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What became of each distinct text."""

    group: npt.NDArray[np.int32]
    """(distinct texts,): the smallest number in its near-duplicate group; its own for a leak."""
    leaks: Leaks


def group_texts(
    texts: TextFile, numbers: npt.NDArray[np.int32], frozen: Sequence[FrozenTicket], params: PrepareParams
) -> Grouped:
    """Compare the distinct texts with the frozen set, then with each other.

    Args:
        numbers: of each text, the same for texts that are equal when normalised; 0 up to the number of distinct ones.
    """
    alike = Likeness(**likeness(params))
    frozen_forms = [normalised(ticket.text) for ticket in frozen]
    known, groups, same = Known(frozen_forms, alike), Groups(alike), frozenset(frozen_forms)
    distinct, firsts = np.unique(numbers, return_index=True)
    # In the order of the file: neighbours of the disk.
    order = np.argsort(firsts)
    leaks: Leaks = {}
    added = [np.zeros(0, dtype=np.int32)]
    for start in range(0, len(order), CHUNK):
        some = order[start : start + CHUNK]
        forms = [normalised(text) for text in texts.take(firsts[some])]
        sketch = alike.sketch(forms)
        found = known.alike(forms, sketch)
        for at, (row, similarity) in found.items():
            leak = TextLeak(frozen_row=row, similarity=similarity, same_text=forms[at] in same)
            leaks[int(distinct[some[at]])] = leak
        others = np.array([at for at in range(len(forms)) if at not in found], dtype=np.int64)
        groups.extend([forms[at] for at in others.tolist()], sketch[:, others])
        added.append(distinct[some[others]])
    members, group = np.concatenate(added), distinct.astype(np.int32)
    roots = groups.components()
    smallest = np.full(len(members), np.iinfo(np.int32).max, dtype=np.int32)
    np.minimum.at(smallest, roots, members)
    group[members] = smallest[roots]
    return Grouped(group=group, leaks=leaks)
