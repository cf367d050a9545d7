"""Who may ask: keys by scope, limits by key. A refusal is one clear line that never says what of a key was wrong."""

import hmac
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ecomintent.errors import EcomIntentError, InputError
from ecomintent.served import KEY_MARK, ApiKey, Scope, secret_digest
from ecomintent.serving.ports import ApiKeys

NO_DIGEST: Final = secret_digest("")
MOST_KEY_CHARS: Final = 200
HOW: Final = "send one as 'Authorization: Bearer KEY' or 'X-API-Key: KEY'; ecomintent keys create makes it"


class Refused(EcomIntentError):
    """A request is turned away: with which status, why in one line, and after how many seconds to come again."""

    def __init__(self, status: int, line: str, *, retry_after: int = 0) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(line)


@dataclass(slots=True)
class _Bucket:
    """What a key may still send: filled by the minute's rate, never above a minute's worth."""

    left: float
    at: float


class Door:
    """Lets requests in. Without any key ever made, and on loopback alone, everybody."""

    def __init__(self, keys: ApiKeys, *, loopback: bool, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._loopback, self._monotonic = keys, loopback, monotonic
        self._buckets: dict[str, _Bucket] = {}

    def is_open(self) -> bool:
        """Whether requests need no key.

        Raises:
            InputError: the keys cannot be read.
        """
        return self._loopback and not self.has_keys()

    def has_keys(self) -> bool:
        """Whether any key was ever made, be it revoked since.

        Raises:
            InputError: the keys cannot be read.
        """
        return bool(self._keys.all())

    def admit(self, headers: Mapping[str, str], scope: Scope | None) -> ApiKey | None:
        """The caller's key; None where none is needed.

        Args:
            scope: what the key must be for; None: any good key will do.
        Raises:
            Refused: 401 without a good key, 403 with one for something else, 503 where the keys cannot be read.
        """
        try:
            if self.is_open():
                return None
            key = self._known(_sent(headers))
        except InputError as error:
            raise Refused(503, "the keys cannot be read just now; the server's log says why", retry_after=5) from error
        if scope is not None and scope not in key.scopes:
            raise Refused(403, f"this key is for {', '.join(sorted(key.scopes))}; {scope} is needed")
        return key

    def charge(self, key: ApiKey | None, tickets: int) -> None:
        """Count tickets against the key's limit; where none is needed there is none.

        Raises:
            Refused: 429; says when so many will be allowed.
        """
        if key is None or key.per_minute == 0:
            return
        if tickets > key.per_minute:
            raise Refused(
                429, f"{tickets} tickets at once; this key may send {key.per_minute} a minute", retry_after=60
            )
        now, rate = self._monotonic(), key.per_minute / 60
        bucket = self._buckets.setdefault(key.id, _Bucket(float(key.per_minute), now))
        bucket.left = min(float(key.per_minute), bucket.left + (now - bucket.at) * rate)
        bucket.at = now
        if bucket.left < tickets:
            wait = math.ceil((tickets - bucket.left) / rate)
            raise Refused(
                429, f"this key may send {key.per_minute} tickets a minute; try again in {wait} s", retry_after=wait
            )
        bucket.left -= tickets

    def _known(self, sent: str) -> ApiKey:
        """The key that was sent, in a time that does not depend on how much of it is right."""
        mark, _, rest = sent.partition("_")
        identity, _, secret = rest.partition("_")
        key = self._keys.all().get(identity)
        same = hmac.compare_digest(secret_digest(secret), key.digest if key else NO_DIGEST)
        if key is None or not same or mark != KEY_MARK or key.revoked_at or len(sent) > MOST_KEY_CHARS:
            raise Refused(401, f"this key is unknown or was revoked; {HOW}" if sent else f"a key is needed; {HOW}")
        return key


def _sent(headers: Mapping[str, str]) -> str:
    kind, _, value = headers.get("authorization", "").strip().partition(" ")
    return value.strip() if kind.lower() == "bearer" else headers.get("x-api-key", "").strip()
