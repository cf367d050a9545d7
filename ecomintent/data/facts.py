"""What settling needs to know of every correction, as arrays: some fifty bytes a row instead of an object."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ecomintent.data.leakage import key_of, normalised
from ecomintent.records import Provenance

KEY: Final = np.dtype("S16")
UNKNOWN: Final = -np.inf
NO_YEAR: Final = -1

TRUST: Final = {provenance.value: rank for rank, provenance in enumerate(Provenance)}
COLUMNS: Final = ("ticket_id", "text", "intent", "created_at", "source", "account", "provenance")

Keys = npt.NDArray[np.bytes_]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """n corrections, by position."""

    key: Keys
    """Text key, 16 bytes."""
    ticket: Keys
    """Digest of source, account and ticket id: two helpdesks number theirs alike."""
    repeated: Flags
    """Whether an equal row stands above."""
    moment: npt.NDArray[np.float64]
    """Seconds since 1970; -inf for an absent time and for one that cannot be read."""
    year: npt.NDArray[np.int16]
    """Of the time as it is written; `NO_YEAR` where there is none."""
    trust: npt.NDArray[np.int8]
    """Position in `Provenance`, most trusted first; -1 for what is none of ours."""
    intent: npt.NDArray[np.int32]
    """Position in `intents`."""
    intents: tuple[str, ...]
    timed: Flags
    """Whether the time is absent or can be read."""
    has_time: Flags
    """Whether there is one that can be read."""
    named: Flags
    """Whether there is a ticket id."""
    told: Flags
    """Whether there are a text and an intent."""

    @property
    def readable(self) -> Flags:
        """Whether nothing is absent or unreadable that settling needs."""
        return self.named & self.told & self.timed & (self.trust >= 0)


def gathered(tables: Iterable[Any]) -> Facts:
    """The facts of Arrow tables with those of the snapshot's columns that there are."""
    intents: dict[str, int] = {}
    found = [_of(table, intents) for table in tables]
    arrays = {name: np.concatenate([part.pop(name) for part in found]) for name in list(found[0])}
    repeated = np.ones(len(arrays["content"]), dtype=np.bool_)
    repeated[np.unique(arrays.pop("content"), return_index=True)[1]] = False
    return Facts(**arrays, repeated=repeated, intents=tuple(intents))


def instant(created_at: str) -> float:
    """Seconds since 1970 (UTC; assumed where no offset is given); -inf for an empty time: older than all others.

    Raises:
        ValueError: not ISO 8601.
    """
    return _moment(created_at)[0]


def keys_of(texts: Sequence[str | None]) -> Keys:
    """(n,) text keys; that of an empty text where there is none."""
    return _keys([key_of(normalised(text or "")) for text in texts])


def hex_of(keys: Keys) -> list[str]:
    """Text keys as they are written."""
    digits, width = keys.tobytes().hex(), 2 * KEY.itemsize
    return [digits[start : start + width] for start in range(0, len(digits), width)]


def _of(table: Any, intents: dict[str, int]) -> dict[str, Any]:
    columns = {name: table[name].to_pylist() for name in table.schema.names}
    ids, texts, labels, times, sources, accounts, provenances = (
        [value or "" for value in columns[name]] if name in columns else [""] * table.num_rows for name in COLUMNS
    )
    moments = list(map(_read, times))
    tickets = [
        f"{len(source)} {source}{len(account)} {account}{ticket}"
        for source, account, ticket in zip(sources, accounts, ids, strict=True)
    ]
    readable = np.array([moment is not None for moment in moments], dtype=np.bool_)
    empty = np.array([not time for time in times], dtype=np.bool_)
    return {
        "key": keys_of(texts),
        "ticket": _keys(map(_digest, tickets)),
        "content": _keys(map(_digest, map(repr, zip(*columns.values(), strict=True)))),
        "moment": np.array([moment[0] if moment else UNKNOWN for moment in moments]),
        "year": np.array([moment[1] if moment else NO_YEAR for moment in moments], dtype=np.int16),
        "trust": np.array([TRUST.get(provenance, -1) for provenance in provenances], dtype=np.int8),
        "intent": np.array([intents.setdefault(label, len(intents)) for label in labels], dtype=np.int32),
        "timed": readable,
        "has_time": readable & ~empty,
        "named": np.array(list(map(bool, ids)), dtype=np.bool_),
        "told": np.array([bool(text and label) for text, label in zip(texts, labels, strict=True)], dtype=np.bool_),
    }


def _moment(created_at: str) -> tuple[float, int]:
    if not created_at:
        return UNKNOWN, NO_YEAR
    moment = datetime.fromisoformat(created_at)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp(), moment.year


def _read(created_at: str) -> tuple[float, int] | None:
    try:
        return _moment(created_at)
    except ValueError:
        return None


def _digest(value: str) -> bytes:
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=KEY.itemsize).digest()


def _keys(digests: Iterable[bytes]) -> Keys:
    return np.frombuffer(b"".join(digests), dtype=KEY)
