"""Single rows of a table that is read in batches."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ecomintent.data.parquet import Rows

TIES: tuple[str, ...] = ("intent", "text", "agent")
"""Of corrections of one ticket that are equal in time and trust, the larger counts."""


def parts(rows: Rows, positions: npt.NDArray[np.int64], names: Sequence[str]) -> Iterator[dict[str, list[str]]]:
    """These columns of the rows at these ascending positions, batch by batch; what is absent is empty."""
    start = 0
    there = [name for name in names if name in rows.names]
    for batch in rows.batches(there):
        mine = positions[np.searchsorted(positions, start) : np.searchsorted(positions, start + batch.num_rows)]
        part = batch.take(mine - start)
        yield {
            name: [value or "" for value in part[name].to_pylist()] if name in there else [""] * len(mine)
            for name in names
        }
        start += batch.num_rows


def ties(rows: Rows, positions: npt.NDArray[np.int64]) -> list[tuple[str, ...]]:
    """What breaks a tie (`settling.Contents`), of the rows at these positions, in their order."""
    ascending = np.sort(positions)
    told = [row for part in parts(rows, ascending, TIES) for row in zip(*(part[name] for name in TIES), strict=True)]
    return [told[place] for place in np.searchsorted(ascending, positions).tolist()]
