"""`serving.ports.ApiKeys`: keys are shown once, when they are made; what is kept is the digest of their secret part."""

import secrets
from collections.abc import Collection, Mapping
from typing import Final

from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.errors import InputError
from ecomintent.ports import Clock
from ecomintent.served import KEY_MARK, ApiKey, Scope, secret_digest

SECRET_BYTES: Final = 32
ID_BYTES: Final = 6
NAME_CHARS: Final = 80
MOST_PER_MINUTE: Final = 10_000_000


class StoredKeys:
    """The keys of one home."""

    def __init__(self, database: ServingDatabase, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._seen = -1
        self._known: dict[str, ApiKey] = {}

    def all(self) -> Mapping[str, ApiKey]:
        """By id. Read again only where another process wrote, which SQLite says in a few microseconds.

        Raises:
            InputError: the database cannot be used.
        """
        seen = self._database.changes()
        if seen != self._seen:
            self._known, self._seen = self._read(), seen
        return self._known

    def create(self, name: str, scopes: Collection[Scope], per_minute: int) -> tuple[str, ApiKey]:
        """A new key: what its user sends, to be shown once, and what is kept of it.

        Raises:
            InputError: no name, no scope, or an impossible limit.
        """
        name = name.strip()
        if not name or len(name) > NAME_CHARS or not name.isprintable():
            raise InputError(f"say who uses it, in 1-{NAME_CHARS} printable characters", where="NAME")
        if not scopes:
            raise InputError(f"say what it is for: {', '.join(Scope)}", where="--scope")
        if not 0 <= per_minute <= MOST_PER_MINUTE:
            raise InputError(f"{per_minute}; it must lie in 0-{MOST_PER_MINUTE}, 0 for no limit", where="--per-minute")
        secret, identity = secrets.token_urlsafe(SECRET_BYTES), secrets.token_hex(ID_BYTES)
        key = ApiKey(
            id=identity,
            name=name,
            scopes=frozenset(scopes),
            per_minute=per_minute,
            digest=secret_digest(secret),
            created_at=self._clock.now(),
            revoked_at="",
        )
        row = (key.id, key.name, ",".join(sorted(scopes)), per_minute, key.digest, key.created_at, "")
        with self._database.transaction() as connection:
            connection.execute("INSERT INTO api_keys VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        self._seen = -1
        return f"{KEY_MARK}_{identity}_{secret}", key

    def revoke(self, identity: str) -> ApiKey:
        """Take a key's right away, at once and for good; saying it again adds nothing.

        Raises:
            InputError: no such key.
        """
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at = ''", (self._clock.now(), identity)
            )
        self._seen = -1
        if identity not in self.all():
            known = ", ".join(self.all()) or "none"
            raise InputError(f"no such key; there are: {known} (ecomintent keys list)", where=f"key {identity!r}")
        return self.all()[identity]

    def _read(self) -> dict[str, ApiKey]:
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT id, name, scopes, per_minute, digest, created_at, revoked_at FROM api_keys "
                "ORDER BY created_at, id"
            ).fetchall()
        return {
            row[0]: ApiKey(
                id=row[0],
                name=row[1],
                scopes=frozenset(Scope(scope) for scope in row[2].split(",")),
                per_minute=row[3],
                digest=row[4],
                created_at=row[5],
                revoked_at=row[6],
            )
            for row in rows
        }
