"""Customers' ids as keyed hashes: the store can tell one customer from another, and nobody from it who they are."""

import hashlib
import hmac
import os
import tempfile
from pathlib import Path
from typing import Final

from ecomintent.errors import InputError

KEY_BYTES: Final = 32
SHOWN_CHARS: Final = 32
"""Of the hash, 128 bits: two customers of one shop never meet."""


class Pseudonyms:
    """`<home>/keys/customers.key`, made on first use; without it no hash can be tied to a customer again."""

    def __init__(self, home: Path) -> None:
        self._path = home / "keys" / "customers.key"
        self._key: bytes | None = None

    def of(self, source: str, account: str, customer: str) -> str:
        """The hash (32 hex digits) of a customer of one account; the same at every call.

        Raises:
            InputError: the key cannot be read or made, or others may read it.
        """
        if self._key is None:
            self._key = self._read()
        said = "\x1f".join((source, account, customer))
        return hmac.new(self._key, said.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:SHOWN_CHARS]

    def _read(self) -> bytes:
        try:
            if not self._path.exists():
                _make(self._path)
            if self._path.stat().st_mode & 0o077:
                raise InputError(f"others may read this key; chmod 600 {self._path}", where=str(self._path))
            found = self._path.read_bytes()
        except OSError as error:
            raise InputError(
                f"the key of customers' ids cannot be used ({error.strerror}); check ECOMINTENT_HOME",
                where=str(self._path),
            ) from error
        if len(found) != KEY_BYTES:
            raise InputError(
                f"{len(found)} bytes where a key has {KEY_BYTES}; put the right file back from a backup",
                where=str(self._path),
            )
        return found


def _make(path: Path) -> None:
    """A new key at `path`; where another process makes one at the same time, the first of the two stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".customers.")  # born with mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(os.urandom(KEY_BYTES))
            stream.flush()
            os.fsync(stream.fileno())
        path.hardlink_to(temporary)
    except FileExistsError:
        pass
    finally:
        temporary.unlink(missing_ok=True)
