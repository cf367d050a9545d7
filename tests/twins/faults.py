"""What goes wrong between two computers: lost requests, lost answers, limits, cut answers, and processes that die."""

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

import httpx

from ecomintent.records import LabelEvent, Recorded, Refused


class Faulty(httpx.BaseTransport):
    """Carries requests to `handle`, and fails at random; `injected` counts the faults."""

    def __init__(self, handle: Callable[[httpx.Request], httpx.Response], random: Random, rate: float) -> None:
        self._handle, self._random, self._rate = handle, random, rate
        self.injected = 0
        self.requests = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        request.read()
        if self._random.random() >= self._rate:
            return self._answer(request)
        self.injected += 1
        fault = self._random.choice(("refused", "lost", "cut", "limit", "500", "502", "503"))
        if fault == "refused":
            raise httpx.ConnectError("refused", request=request)
        if fault == "limit":
            return httpx.Response(429, headers={"retry-after": str(self._random.randint(0, 3))}, request=request)
        if fault.isdigit():
            return httpx.Response(int(fault), text="sorry", request=request)
        answer = self._answer(request)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            # Who never heard how long to wait cannot wait so long.
            return answer
        if fault == "lost":
            raise httpx.ReadTimeout("lost", request=request)
        cut = answer.read()[: len(answer.content) // 2]
        return httpx.Response(answer.status_code, headers=_without_length(answer), content=cut, request=request)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = self._handle(request)
        answer.request = request
        return answer


def _without_length(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower() != "content-length"}


class Killed(BaseException):
    """Stands for SIGKILL: nothing below the test catches it."""


class Dying:
    """A label store whose process dies at random, before or after a page is stored."""

    def __init__(self, store: Any, random: Random, rate: float) -> None:
        self._store, self._random, self._rate = store, random, rate
        self.killed = 0

    def take(self, events: Iterable[LabelEvent], refused: Sequence[Refused], **place: str) -> Recorded:
        given = list(events)
        dies = self._random.random() < self._rate
        self.killed += dies
        if dies and self._random.random() < 0.5:
            raise Killed
        done: Recorded = self._store.take(given, refused, **place)
        if dies:
            raise Killed
        return done

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)
