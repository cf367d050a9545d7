"""One span for each request: its route and how it went. No text, no path, no query, no key."""

import time
from typing import Final, Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
NOWHERE: Final = "none"
"""Route of a request that no page takes."""


class Spans(Protocol):
    """Where spans go: `adapters.otlp_spans.OtlpSpans`, or a fake. Never waits, never raises."""

    def add(
        self, route: str, *, method: str, status: int, version: str, tickets: int, started: int, ended: int
    ) -> None:
        """One request that is over.

        Args:
            route: the route's template.
            version: of the release that answered; empty where none did.
            started: nanoseconds since 1970, as `ended`.
        """
        ...


class Tracing:
    """ASGI middleware around the guard, whose facts it reads when the request is over."""

    def __init__(self, app: ASGIApp, *, spans: Spans) -> None:
        self._app, self._spans = app, spans

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.time_ns(), 500

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            facts = scope.get("state", {})
            self._spans.add(
                getattr(scope.get("route"), "path", NOWHERE),
                method=scope["method"] if scope["method"] in METHODS else "other",
                status=status,
                version=facts.get("version", ""),
                tickets=facts.get("tickets", 0),
                started=started,
                ended=time.time_ns(),
            )
