"""`serving.ports.Accounts`: who may sign in at the pages. Passwords are kept as scrypt digests, each with a salt."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.corrected import Account
from ecomintent.errors import InputError
from ecomintent.ports import Clock

NAME_CHARS: Final = 60
LEAST_CHARS: Final = 10
MOST_CHARS: Final = 200
COST: Final = 2**15
"""Of scrypt: 32 MiB and some 0.1 s for each guess."""
BLOCK, LANES = 8, 1
MEMORY: Final = 64 * 1024 * 1024
DIGEST_BYTES: Final = 32
ACCOUNT: Final = "name, digest, stamp, created_at"
WITH_RIGHT: Final = f"{ACCOUNT}, name IN (SELECT name FROM approvers)"


class StoredAccounts:
    """The accounts of one home."""

    def __init__(self, database: LabellingDatabase, clock: Clock, *, cost: int = COST) -> None:
        self._database, self._clock, self._cost = database, clock, cost

    def all(self) -> Sequence[Account]:
        """By name.

        Raises:
            InputError: the database cannot be used.
        """
        with self._database.transaction() as connection:
            rows = connection.execute(f"SELECT {WITH_RIGHT} FROM accounts ORDER BY name").fetchall()
        return [_account(row) for row in rows]

    def find(self, name: str) -> Account | None:
        """The account of this name."""
        with self._database.transaction() as connection:
            row = connection.execute(f"SELECT {WITH_RIGHT} FROM accounts WHERE name = ?", (name,)).fetchone()
        return _account(row) if row else None

    def put(self, name: str, password: str) -> bool:
        """Make an account, or give it another password; whether it is new. Sessions of before end.

        Raises:
            InputError: the name or the password will not do.
        """
        name = name.strip()
        if not name or len(name) > NAME_CHARS or not name.isprintable():
            raise InputError(f"say who signs in, in 1-{NAME_CHARS} printable characters", where="NAME")
        if not LEAST_CHARS <= len(password) <= MOST_CHARS:
            raise InputError(
                f"it has {len(password)} characters; {LEAST_CHARS}-{MOST_CHARS} are needed", where="password"
            )
        row = (name, _digest(password, secrets.token_bytes(16), self._cost), secrets.token_hex(8), self._clock.now())
        with self._database.transaction() as connection:
            found = connection.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone()
            connection.execute(f"INSERT OR REPLACE INTO accounts ({ACCOUNT}) VALUES (?, ?, ?, ?)", row)
        return not found

    def let_approve(self, name: str, *, may: bool) -> None:
        """Give an account the right to decide about releases, or take it away; open sessions obey at once.

        Raises:
            InputError: no such account; lists those there are.
        """
        with self._database.transaction() as connection:
            found = connection.execute("SELECT 1 FROM accounts WHERE name = ?", (name,)).fetchone()
            if found and may:
                connection.execute("INSERT OR IGNORE INTO approvers VALUES (?)", (name,))
            elif found:
                connection.execute("DELETE FROM approvers WHERE name = ?", (name,))
        if not found:
            raise self._unknown(name)

    def remove(self, name: str) -> None:
        """End an account and its sessions. What its owner labelled stays.

        Raises:
            InputError: no such account; lists those there are.
        """
        with self._database.transaction() as connection:
            gone = connection.execute("DELETE FROM accounts WHERE name = ?", (name,)).rowcount
            connection.execute("DELETE FROM approvers WHERE name = ?", (name,))
        if not gone:
            raise self._unknown(name)

    def check(self, name: str, password: str) -> Account | None:
        """The account, where the password is its own. Takes some 0.1 s, be the name known or not."""
        found = self.find(name)
        # An unknown name is compared with something too, so that the time tells nothing.
        kept = found.digest if found else _told(self._cost, bytes(16), bytes(DIGEST_BYTES))
        _, cost, *_, salt, _ = kept.split("$")
        same = hmac.compare_digest(_digest(password[:MOST_CHARS], base64.b64decode(salt), int(cost)), kept)
        return found if found and same else None

    def secret(self) -> bytes:
        """What sessions are signed with: 256 random bits, made on first use, the same for every process of the home."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO secrets VALUES ('session', ?)", (secrets.token_hex(32),))
            (value,) = connection.execute("SELECT value FROM secrets WHERE name = 'session'").fetchone()
        return bytes.fromhex(value)

    def _unknown(self, name: str) -> InputError:
        known = ", ".join(account.name for account in self.all()) or "none"
        return InputError(f"no such account; there are: {known}", where=f"account {name!r}")


def _account(row: tuple[str, str, str, str, int]) -> Account:
    return Account(name=row[0], digest=row[1], stamp=row[2], created_at=row[3], approver=bool(row[4]))


def _digest(password: str, salt: bytes, cost: int) -> str:
    key = hashlib.scrypt(
        password.encode("utf-8", "replace"), salt=salt, n=cost, r=BLOCK, p=LANES, maxmem=MEMORY, dklen=DIGEST_BYTES
    )
    return _told(cost, salt, key)


def _told(cost: int, salt: bytes, key: bytes) -> str:
    return "$".join(["scrypt", str(cost), str(BLOCK), str(LANES), *(base64.b64encode(p).decode() for p in (salt, key))])
