"""Texts that lie in a temporary file instead of in memory, each a few microseconds away."""

import os
import tempfile
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

BUFFER: Final = 1 << 20


class TextFile:
    """Texts by position, in the order they were added. The file has no name and goes with the object."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile(buffering=BUFFER)  # noqa: SIM115
        self._ends = [np.zeros(1, dtype=np.int64)]
        self._flushed = True

    def __len__(self) -> int:
        return sum(map(len, self._ends)) - 1

    def extend(self, texts: Iterable[str]) -> None:
        """Add texts behind those that are there."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        self._ends.append(self._ends[-1][-1] + np.cumsum(lengths) if encoded else self._ends[-1][:0])
        if not encoded:
            self._ends.pop()
        self._file.write(b"".join(encoded))
        self._flushed = False

    def take(self, positions: npt.NDArray[np.integer]) -> list[str]:
        """The texts at these positions."""
        if not self._flushed:
            self._file.flush()
            self._flushed = True
        if len(self._ends) > 1:
            self._ends = [np.concatenate(self._ends)]
        ends = self._ends[0]
        starts, stops = ends[positions].tolist(), ends[positions + 1].tolist()
        number = self._file.fileno()
        return [
            os.pread(number, stop - start, start).decode("utf-8", "surrogatepass")
            for start, stop in zip(starts, stops, strict=True)
        ]
