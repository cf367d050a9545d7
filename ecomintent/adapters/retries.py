"""When a request is sent again, and after how long: the service's limits and the network's faults."""

import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx
from httpx_retries import Retry

LONGEST_WAIT_SECONDS: Final = 900.0
TRY_AGAIN: Final = (408, 409, 425, 429, 500, 502, 503, 504)
TOOK: Final = "seconds"
"""Extension of an answer that says how long its attempt took."""


class Timed(httpx.BaseTransport):
    """Notes on every answer how long it took, from the request to its last byte."""

    def __init__(self, carrier: httpx.BaseTransport, timer: Callable[[], float]) -> None:
        self._carrier, self._timer = carrier, timer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began = self._timer()
        answer = self._carrier.handle_request(request)
        answer.request = request
        answer.read()
        answer.extensions[TOOK] = self._timer() - began
        return answer

    def close(self) -> None:
        self._carrier.close()


def retries(attempts: int, sleep: Callable[[float], None], *, reset: str) -> Retry:
    """As long as the service asks to wait, else longer each time.

    Args:
        reset: header in which a 429 without Retry-After says, in seconds since 1970, when its limit ends.
    """

    class Waiting(Retry):
        def sleep(self, response: httpx.Response | Exception) -> None:
            asked = response.headers.get("retry-after", "") if isinstance(response, httpx.Response) else ""
            try:
                seconds = self.parse_retry_after(asked)
            except ValueError:
                seconds = max(self.backoff_strategy(), _until_reset(response, reset))
            sleep(min(seconds, LONGEST_WAIT_SECONDS))

    return Waiting(
        total=attempts - 1,
        allowed_methods=("GET", "POST"),
        status_forcelist=TRY_AGAIN,
        retry_on_exceptions=(httpx.TransportError, httpx.DecodingError),
        backoff_factor=0.5,
        backoff_jitter=0.0,
        validate_response=_whole,
    )


def _until_reset(answer: httpx.Response | Exception, reset: str) -> float:
    """Seconds from the answer's own time to the end of the limit it names; 0 where it names none.

    Both by the service's clock: ours may be wrong.
    """
    if not isinstance(answer, httpx.Response) or answer.status_code != httpx.codes.TOO_MANY_REQUESTS:
        return 0.0
    try:
        return int(answer.headers[reset]) - parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError):
        return 0.0


def _whole(answer: httpx.Response) -> None:
    """Let an answer pass whose JSON was not cut off on its way.

    Raises:
        httpx.RemoteProtocolError: it was.
    """
    answer.read()
    try:
        decoded(answer)
    except ValueError as error:
        raise httpx.RemoteProtocolError("the JSON is cut off") from error


def decoded(answer: httpx.Response) -> Any:
    """The JSON in an answer; None where it is empty or not JSON.

    Raises:
        ValueError: it is cut off. The error holds the text of it.
    """
    if "json" not in answer.headers.get("content-type", "") or not answer.content:
        return None
    return json.loads(answer.content)
