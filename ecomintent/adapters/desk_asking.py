"""Requests of the writing kind to a helpdesk: each sent once, its answer put into the words of `tagging.records`.

Nothing is tried again here: the queue does that, with the ticket read anew.
"""

from collections.abc import Iterable, Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Answer, Web
from ecomintent.errors import SourceError
from ecomintent.tagging.records import Busy, Closed, DeskError, Never, Trouble

ONCE: Final = 1
TIMEOUT_SECONDS: Final = 30.0
ANY: Final = tuple(range(300, 600))
"""Statuses that are read here and not by `Web`."""
REFUSED: Final = (401, 403)
SOON: Final = (408, 409, 425)
MISSING: Final = (404, 410)
USUAL_WAIT_SECONDS: Final = 10.0


class Asking:
    """One account's API."""

    def __init__(
        self,
        setup: Setup,
        root: str,
        *,
        auth: httpx.Auth | None = None,
        headers: Mapping[str, str] | None = None,
        reset: str = "",
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Nothing is sent yet.

        Args:
            root: of the API.
            reset: header in which a 429 says, in seconds since 1970, when its limit ends.
        """
        self._reset = reset
        self._web = Web(
            root,
            name=setup.name,
            auth=auth,
            headers=headers,
            attempts=ONCE,
            timeout=TIMEOUT_SECONDS,
            later="it is tried again",
            transport=transport,
        )

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Mapping[str, Any] | None:
        """The object at `path`; None where there is none.

        Raises:
            DeskError: there was no such answer.
        """
        answer = self._answered("GET", path, lambda: self._web.get(path, params, allowed=ANY))
        if answer.status in MISSING:
            return None
        if not isinstance(answer.body, dict):
            raise Trouble(f"GET {path} was answered with {answer.status} and without a JSON object")
        return answer.body

    def change(self, method: str, path: str, body: Mapping[str, Any]) -> None:
        """Send `body`.

        Raises:
            DeskError: it was not done, or nobody knows.
        """
        answer = self._answered(method, path, lambda: self._web.send(method, path, body, allowed=ANY))
        if answer.status in MISSING:
            raise Trouble(f"{method} {path} was answered with {answer.status}: the ticket is there no more")

    def _answered(self, method: str, path: str, ask: Any) -> Answer:
        try:
            answer: Answer = ask()
        except SourceError as error:
            raise Trouble(str(error)) from None
        fault = self._fault(answer, f"{method} {path} was answered with {answer.status}")
        if fault:
            raise fault
        return answer

    def _fault(self, answer: Answer, told: str) -> DeskError | None:
        status = answer.status
        if status < 300 or status in MISSING:
            return None
        if status == httpx.codes.TOO_MANY_REQUESTS:
            return Busy(f"{told}: too many requests", seconds=self._wait(answer))
        if status in REFUSED:
            return Closed(f"{told}: the token is not valid or lacks a right; docs/tagging.md lists what it needs")
        if status >= 500 and "retry-after" in answer.headers:
            return Busy(told, seconds=self._wait(answer))
        if status >= 500 or status in SOON:
            return Trouble(told)
        return Never(f"{told}; docs/tagging.md says what it means, then: ecomintent tag repeat")

    def _wait(self, answer: Answer) -> float:
        """Seconds that the service asks for; its own clock counts."""
        headers = answer.headers
        asked = headers.get("retry-after", "")
        if asked.isascii() and asked.isdigit():
            return float(asked)
        try:
            now = parsedate_to_datetime(headers["date"]).timestamp()
            until = parsedate_to_datetime(asked).timestamp() if asked else float(headers[self._reset])
        except (KeyError, ValueError, TypeError):
            return USUAL_WAIT_SECONDS
        return max(until - now, 0.0)


def same_writer(found: object, writer: str) -> None:
    """Let a credential pass that belongs to the account whose writing `sync` takes for ours.

    Raises:
        Closed: it is somebody else's.
    """
    told = "" if found is None else str(found)
    if told != writer:
        raise Closed(
            f"the token belongs to account {told or 'of nobody'}, `writer` says {writer}; what is written under "
            "another account would come home as a person's correction: use the token of `writer`"
        )


def with_prefix(tags: Iterable[object], prefix: str) -> tuple[str, ...]:
    """Those that are intents."""
    return tuple(tag for tag in tags if isinstance(tag, str) and tag.casefold().startswith(prefix.casefold()))


def replaced(tags: Iterable[object], word: str, drop: Iterable[str]) -> list[str]:
    """Every tag but `drop`, and `word` once."""
    gone = {tag.casefold() for tag in (*drop, word)}
    return [*(tag for tag in tags if isinstance(tag, str) and tag.casefold() not in gone), *([word] if word else [])]
