"""The answer of a near-duplicate search: for each ticket its group, never a text."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ecomintent.data import answer_file, parquet
from ecomintent.data.archive import REFUSED
from ecomintent.data.archive_sketches import Part
from ecomintent.data.near_duplicates import Parents
from ecomintent.data.text_file import TextFile

COLUMNS: Final = {
    "row": "int64",
    "id": "string",
    "group": "int64",
    "first_id": "string",
    "tickets": "int64",
}
"""Row of the archive, from 1 and refused ones counted; row and id of the first ticket of its group; how many it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an answer holds."""

    tickets: int
    groups: int
    """A ticket that is like no other has one of its own."""
    largest_group: int
    refused: int


def write(out: Path, parts: Callable[[], Iterator[Part]], parents: Parents) -> Written:
    """Write the answer and `<answer>.refused.jsonl`, each whole or not at all.

    Args:
        parts: the archive from the beginning, each time it is called.
        parents: (rows,), the first row of each row's group.
    """
    sizes, start, refused = np.zeros(len(parents), dtype=np.int32), 0, 0
    for part in parts():
        np.add.at(sizes, parents[start : start + len(part.valid)][part.valid], 1)
        start, refused = start + len(part.valid), refused + len(part.refused)
    answer_file.write(out, COLUMNS, _tables(parts(), parents, sizes))
    answer_file.write(answer_file.refused_of(out), REFUSED, (_refused(part) for part in parts()))
    return Written(
        tickets=int(sizes.sum()),
        groups=int(np.count_nonzero(sizes)),
        largest_group=int(sizes.max(initial=0)),
        refused=refused,
    )


def _tables(parts: Iterator[Part], parents: Parents, sizes: Any) -> Iterator[Any]:
    import pyarrow as pa

    # Of groups of several tickets only: the first is met before the others.
    firsts, ids_of_firsts = np.zeros(0, dtype=np.int64), TextFile()
    start = 0
    for part in parts:
        rows = np.flatnonzero(part.valid)
        ids = [part.ids[row] for row in rows.tolist()]
        positions = rows + start
        groups = parents[positions].astype(np.int64)
        new = (groups == positions) & (sizes[positions] > 1)
        firsts = np.concatenate([firsts, positions[new]])
        ids_of_firsts.extend([ids[at] for at in np.flatnonzero(new).tolist()])
        others = np.flatnonzero(groups != positions)
        first_ids = list(ids)
        found = ids_of_firsts.take(np.searchsorted(firsts, groups[others]))
        for at, first_id in zip(others.tolist(), found, strict=True):
            first_ids[at] = first_id
        columns = (positions + 1, ids, groups + 1, first_ids, sizes[groups].astype(np.int64))
        schema = parquet.schema(COLUMNS)
        yield pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
        start += len(part.valid)


def _refused(part: Part) -> Any:
    import pyarrow as pa

    columns = list(zip(*part.refused, strict=True)) or [(), ()]
    schema = parquet.schema(REFUSED)
    return pa.table([pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)], schema)
