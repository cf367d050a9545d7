"""Named arrays in one file, whole or absent, of which a reader touches only what it asks for."""

import json
import mmap
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from ecomintent import files

ALIGNED: Final = 64
LENGTH_BYTES: Final = 8

Array = npt.NDArray[Any]


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write the arrays, whole or not at all."""
    files.write(path, lambda temporary: _write(temporary, arrays))


def is_whole(path: Path) -> bool:
    """Whether the file is there and as long as it says."""
    try:
        with path.open("rb") as file:
            _, end = _header(file)
            return path.stat().st_size == end
    except (OSError, ValueError, KeyError):
        return False


def read(path: Path) -> dict[str, Array]:
    """The arrays, read-only and still on the disk."""
    with path.open("rb") as file:
        header, _ = _header(file)
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return {
        name: np.frombuffer(mapped, dtype=kind, count=prod(shape), offset=start).reshape(shape)
        for name, (kind, shape, start) in header.items()
    }


def packed(texts: Sequence[str]) -> tuple[Array, Array]:
    """(bytes of all texts, (n + 1,) where each begins), of which `text` makes one again."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    bounds = np.zeros(len(encoded) + 1, dtype=np.int64)
    np.cumsum([len(each) for each in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded), dtype=np.uint8), bounds


def text(content: Array, start: int, stop: int) -> str:
    """One of the packed texts."""
    return bytes(content[start:stop]).decode("utf-8", "surrogatepass")


def _write(path: Path, arrays: Mapping[str, Array]) -> None:
    header, at = {}, 0
    for name, array in arrays.items():
        header[name] = [array.dtype.str, list(array.shape), at]
        at += _aligned(array.nbytes)
    told = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(told).to_bytes(LENGTH_BYTES, "little"))
        file.write(told.ljust(_aligned(LENGTH_BYTES + len(told)) - LENGTH_BYTES))
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).tobytes().ljust(_aligned(array.nbytes), b"\0"))


def _header(file: BinaryIO) -> tuple[dict[str, tuple[str, list[int], int]], int]:
    """(name -> type, shape and place of each array, length of the file)."""
    length = int.from_bytes(file.read(LENGTH_BYTES), "little")
    told = file.read(min(length, 1 << 20))
    start = end = _aligned(LENGTH_BYTES + length)
    header = {}
    for name, (kind, shape, at) in json.loads(told).items():
        header[name] = (kind, shape, start + at)
        end = start + at + _aligned(prod(shape) * np.dtype(kind).itemsize)
    return header, end


def _aligned(size: int) -> int:
    return -(-size // ALIGNED) * ALIGNED
