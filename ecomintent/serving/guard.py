"""Around every request: an id, a limit on its body, headers that browsers obey, one log line, no traceback outside."""

import asyncio
import json
import logging
import re
import time
import traceback
import uuid
from collections.abc import Callable
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ecomintent.serving.metrics import Metrics

log = logging.getLogger(__name__)
access = logging.getLogger("ecomintent.access")

BODY_SECONDS: Final = 20.0
"""For a body to arrive."""
OWN_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
SAFE: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
"""Set unless a page sets its own."""
HERE: Final = re.compile(r"(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?", re.IGNORECASE)


class Guard:
    """ASGI middleware, outermost but for the framework's own."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, most_bytes: int, only_here: Callable[[], bool]) -> None:
        self._app, self._metrics, self._most, self._only_here = app, metrics, most_bytes, only_here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, headers = time.perf_counter(), Headers(scope=scope)
        request_id = _id_of(headers)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            refusal, body = await self._body(headers, receive)
            if refusal:
                await _refuse(sent, *refusal, request_id)
            else:
                await self._app(scope, _replayed(body, receive), sent)
        # Nothing that goes wrong may end in a log with what a customer wrote: its place is told, its words are not.
        except Exception as error:
            log.critical("request failed id=%s error=%s at=%s", request_id, type(error).__name__, _places(error))
            if not status:
                await _refuse(sent, 500, "this is a fault of ours; the server's log has the request id", request_id)
        finally:
            self._tell(scope, status, time.perf_counter() - started, request_id)

    async def _body(self, headers: Headers, receive: Receive) -> tuple[tuple[int, str] | None, bytes]:
        """Why the request is turned away, if it is; else its whole body."""
        if self._only_here() and not HERE.fullmatch(headers.get("host", "")):
            # A page elsewhere may call this machine by a name of its own (DNS rebinding).
            return (421, "without keys this server answers to localhost alone; ecomintent keys create makes one"), b""
        told = headers.get("content-length", "0")
        if not (told.isascii() and told.isdigit()):
            return (400, f"Content-Length is no number; the body may have {self._most} bytes"), b""
        too_long = (413, f"the body is longer than {self._most} bytes; send less, or fewer texts at once")
        if int(told[:20]) > self._most:
            return too_long, b""
        parts, length = [], 0
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    parts.append(message.get("body", b""))
                    length += len(parts[-1])
                    if length > self._most:
                        return too_long, b""
                    if message["type"] != "http.request" or not message.get("more_body", False):
                        return None, b"".join(parts)
        except TimeoutError:
            return (408, f"the body did not arrive within {BODY_SECONDS:g} s; send it again"), b""

    def _tell(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        # The route's template, never the path: a path may hold anything.
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.request(route=route, method=method, status=status, seconds=seconds)
        told = scope["state"]
        access.info(
            "request",
            extra={
                "facts": {
                    "id": request_id,
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(1000 * seconds, 2),
                    "key": told.get("key", "-"),
                    "tickets": told.get("tickets", 0),
                    "version": told.get("version", "-"),
                }
            },
        )


METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


def _id_of(headers: Headers) -> str:
    own = headers.get("x-request-id", "")
    return own if OWN_ID.fullmatch(own) else uuid.uuid4().hex


def _complete(headers: MutableHeaders, request_id: str) -> None:
    for name, value in SAFE.items():
        headers.setdefault(name, value)
    headers["x-request-id"] = request_id


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _refuse(send: Send, status: int, line: str, request_id: str) -> None:
    content = json.dumps({"detail": line, "request_id": request_id}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(content)).encode())]
    if status in (408, 413):
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _places(error: BaseException) -> Any:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
