"""A load generator that costs little beside what it asks: kept connections, ready requests, answers barely read."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

LOST: Final = 0
"""The status of a request whose connection broke."""
PATIENCE_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    body: bytes


@dataclass(slots=True)
class Load:
    """What one turn of requests met."""

    seconds: float = 0.0
    spent: list[float] = field(default_factory=list)
    """Seconds of each request."""
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def errors(self) -> int:
        """Requests that were not answered with 200."""
        return sum(self.statuses.values()) - self.statuses[200]

    def add(self, status: int, seconds: float) -> None:
        """Note one request."""
        self.statuses[status] += 1
        self.spent.append(seconds)


def request(path: str, content: Any, *, port: int) -> bytes:
    """One POST, ready to be sent."""
    body = json.dumps(content).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Line(asyncio.Protocol):
    """One kept connection, one request at a time; opened anew where it broke."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None
        self._got = bytearray()
        self._waits: asyncio.Future[Reply] | None = None

    async def ask(self, sent: bytes) -> Reply:
        """Send a request and wait for its answer."""
        loop = asyncio.get_running_loop()
        if self._transport is None:
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self._port)
            except OSError:
                return Reply(LOST, b"")
        assert self._transport is not None
        self._waits = loop.create_future()
        self._transport.write(sent)
        try:
            return await asyncio.wait_for(self._waits, PATIENCE_SECONDS)
        except TimeoutError:
            self.close()
            return Reply(LOST, b"")

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._got = transport, bytearray()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._done(Reply(LOST, b""))

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._got[:end]).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(self._got) >= end + 4 + length:
            self._done(Reply(int(head[9:12]), bytes(self._got[end + 4 :])))
            self._got = bytearray()

    def _done(self, reply: Reply) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(reply)


async def one_by_one(port: int, requests: Sequence[bytes]) -> list[Reply]:
    """Every request once, on one connection."""
    line = Line(port)
    replies = [await line.ask(sent) for sent in requests]
    line.close()
    return replies


async def closed_loop(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> Load:
    """So many clients, each asking again as soon as it is answered; what runs at the end is waited for."""
    load, taken = Load(), 0
    started = time.perf_counter()

    async def client() -> None:
        nonlocal taken
        line = Line(port)
        while (at := time.perf_counter()) < started + seconds:
            taken += 1
            reply = await line.ask(requests[taken % len(requests)])
            load.add(reply.status, time.perf_counter() - at)
        line.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    load.seconds = time.perf_counter() - started
    return load
