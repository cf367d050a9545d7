"""Requests to one account of a web service: patient with limits and faults, silent about credentials."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from httpx_retries import RetryTransport

from ecomintent.adapters.retries import TOOK, Timed, decoded, retries
from ecomintent.errors import SourceError

ATTEMPTS: Final = 8
"""Of one request, before the source is given up until its next sync."""
TIMEOUT_SECONDS: Final = 60.0
LATER: Final = "the next sync goes on here"
REFUSED: Final = (401, 403)

Sleep = Callable[[float], None]


class Secret:
    """A credential that shows itself to nobody but who asks for it by name."""

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service said."""

    status: int
    body: Any
    """The decoded JSON; None where the answer is empty or not JSON."""
    headers: Mapping[str, str]
    """By lower-case name."""
    content: bytes
    seconds: float = 0.0
    """From sending the attempt that was answered to its last byte: waits and failed attempts are left out."""


class Web:
    """Requests below one address."""

    def __init__(
        self,
        address: str,
        *,
        name: str,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        reset: str = "",
        attempts: int = ATTEMPTS,
        timeout: float = TIMEOUT_SECONDS,
        later: str = LATER,
        transport: httpx.BaseTransport | None = None,
        sleep: Sleep = time.sleep,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        """Nothing is sent yet.

        Args:
            address: of the API's root; relative paths of requests are below it.
            name: of the source, for messages: "zendesk:acme".
            reset: header in which a 429 without Retry-After says, in seconds since 1970, when its limit ends.
            attempts: of one request, before it is given up.
            timeout: seconds without a byte before an attempt has failed.
            later: what giving up means, for messages.
            transport: what carries the requests; the network where None.
            timer: seconds that only grow, to tell how long an attempt took.
        """
        self._name = name
        self._attempts = attempts
        self._later = later
        self._credential = auth is not None or bool(headers)
        carrier = Timed(transport or httpx.HTTPTransport(), timer)
        self._client = httpx.Client(
            base_url=address,
            auth=auth,
            headers=dict(headers or {}),
            timeout=timeout,
            follow_redirects=False,
            transport=RetryTransport(carrier, retry=retries(attempts, sleep, reset=reset)),
        )

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, allowed: tuple[int, ...] = ()) -> Answer:
        """The answer to a GET of `path`, or of a whole address below the same host.

        Args:
            allowed: statuses from 400 on that are an answer, not an error.
        Raises:
            SourceError: no answer after `ATTEMPTS`, or one that says no.
        """
        return self._ask("GET", path, params=params, allowed=allowed)

    def post(self, path: str, body: Any, *, allowed: tuple[int, ...] = ()) -> Answer:
        """The answer to a POST of `body` as JSON; only for requests that change nothing: they are repeated.

        Raises:
            SourceError: as `get`.
        """
        return self._ask("POST", path, json=body, allowed=allowed)

    def send(self, method: str, path: str, body: Any, *, allowed: tuple[int, ...] = ()) -> Answer:
        """The answer to a request that changes something: sent as often as `attempts` says, so once is meant.

        Raises:
            SourceError: as `get`.
        """
        return self._ask(method, path, json=body, allowed=allowed)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _ask(self, method: str, path: str, *, allowed: tuple[int, ...], **how: Any) -> Answer:
        self._stays(method, path)
        # httpx would add None as nothing, and take the parameters of a whole address away.
        how = {key: value for key, value in how.items() if value is not None}
        try:
            answer = self._client.request(method, path, **how)
        except httpx.HTTPError as error:
            # What the library says may quote the address, and an address may hold a key.
            raise SourceError(
                f"no answer to {method} {_shown(path)} after {self._attempts} attempts ({type(error).__name__}); "
                f"nothing is lost: {self._later}",
                where=self._name,
            ) from None
        if answer.status_code >= 300 and answer.status_code not in allowed:
            raise SourceError(_complaint(method, path, answer.status_code), where=self._name)
        try:
            body = decoded(answer)
        except ValueError:
            # The decoder's own error holds the whole answer, texts of customers included.
            raise SourceError(
                f"{method} {_shown(path)} was answered {self._attempts} times with JSON that is cut off or none at all"
                f"; nothing is lost: {self._later}",
                where=self._name,
            ) from None
        return Answer(
            status=answer.status_code,
            body=body,
            headers={key.lower(): value for key, value in answer.headers.items()},
            content=answer.content,
            seconds=answer.extensions[TOOK],
        )

    def _stays(self, method: str, path: str) -> None:
        """Let an address pass that is below this service, or any where no credential would be told.

        Raises:
            SourceError: it is not.
        """
        if not self._credential:
            return
        home, there = self._client.base_url, httpx.URL(path)
        if there.is_absolute_url and (there.scheme, there.netloc) != (home.scheme, home.netloc):
            raise SourceError(
                f"{method} {_shown(path)} was not sent: the address is of another host than `url` of this source",
                where=self._name,
            )


def _complaint(method: str, path: str, status: int) -> str:
    told = f"{method} {_shown(path)} was answered with {status}"
    if status in REFUSED:
        return f"{told}: the token is not valid, or lacks a right; docs/connect.md lists the rights it needs"
    if status == httpx.codes.NOT_FOUND:
        return f"{told}: there is no such thing; check `url` and the ids of this source"
    return f"{told}; see the service's own status page, then sync again"


def _shown(path: str) -> str:
    """The path without host and parameters, either of which may tell too much."""
    return httpx.URL(path).path
