"""Band hashes of many texts in a temporary file, one band of all of them at a time."""

import os
import tempfile

import numpy as np
import numpy.typing as npt


class BandFile:
    """(bands, texts), written some texts at a time and read one band at a time. It goes with the object."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._widths: list[int] = []

    def extend(self, sketch: npt.NDArray[np.uint32]) -> None:
        """Add the band hashes, (bands, m), of m more texts."""
        self._file.write(np.ascontiguousarray(sketch).tobytes())
        self._widths.append(sketch.shape[1])

    def band(self, number: int) -> npt.NDArray[np.uint32]:
        """(n,) hashes of that band."""
        self._file.flush()
        end = os.fstat(self._file.fileno()).st_size
        bands_there = end // max(1, 4 * sum(self._widths))
        found, start = [np.zeros(0, dtype=np.uint32)], 0
        for width in self._widths:
            read = os.pread(self._file.fileno(), 4 * width, start + 4 * width * number)
            found.append(np.frombuffer(read, dtype=np.uint32))
            start += 4 * width * bands_there
        return np.concatenate(found)
