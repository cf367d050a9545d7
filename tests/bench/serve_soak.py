"""A modest constant load for a long time, and what it does to the server's memory."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from statistics import median
from typing import Any, Final

import numpy as np

from ecomintent.adapters.latency import percentile
from tests.bench.serve_client import Line, Load, request
from tests.bench.serve_process import Server

LINES: Final = 16
BATCH: Final = 10
SINGLES: Final = 30
"""Of each 50 tickets; the rest comes in batches. Then a person corrects one."""
SAMPLE_SECONDS: Final = 5.0
FLAT: Final = 1.05
"""The last quarter's median memory over the second quarter's; caches fill in the first."""

Ticket = tuple[str, str]
"""Text and intent."""


@dataclass(slots=True)
class Soak:
    """What was seen."""

    load: Load = field(default_factory=Load)
    tickets: int = 0
    corrections: int = 0
    at: list[float] = field(default_factory=list)
    """Seconds since the start, one entry for each look at the memory."""
    rss_mib: list[float] = field(default_factory=list)

    def quarter(self, number: int) -> float:
        """Median memory of the first (0) to the last quarter (3) of the looks."""
        each = max(1, len(self.rss_mib) // 4)
        part = self.rss_mib[number * each :] if number == 3 else self.rss_mib[number * each : (number + 1) * each]
        return median(part or self.rss_mib)

    def mib_per_hour(self) -> float:
        """Slope of the memory over the second half, by least squares."""
        half = len(self.at) // 2
        hours, mib = np.array(self.at[half:]) / 3600, np.array(self.rss_mib[half:])
        return float(np.polyfit(hours, mib, 1)[0]) if len(hours) > 1 else 0.0

    def to_json(self) -> dict[str, Any]:
        spent = [1000 * one for one in self.load.spent]
        quarters = [self.quarter(number) for number in range(4)]
        growth = quarters[3] / quarters[1]
        return {
            "minutes": self.load.seconds / 60,
            "tickets": self.tickets,
            "tickets_per_second": self.tickets / self.load.seconds,
            "corrections": self.corrections,
            "errors": self.load.errors,
            "p50_ms": percentile(spent, 0.5),
            "p99_ms": percentile(spent, 0.99),
            "rss_mib_by_quarter": quarters,
            "rss_mib_highest": max(self.rss_mib),
            "mib_per_hour": self.mib_per_hour(),
            "growth": growth,
            "goal": FLAT,
            "met": growth <= FLAT and self.load.errors == 0,
        }


def work(tickets: Sequence[Ticket], port: int) -> Iterator[tuple[bytes, int, int]]:
    """Requests for ever, each with how many tickets and how many corrections it holds.

    Every other ticket is two in one, so that most words are new to the server: it keeps none twice.
    """
    numbers = count()

    def text() -> str:
        number = next(numbers)
        turn, place = divmod(number // 2, len(tickets))
        own = tickets[place][0]
        return own if number % 2 else f"{own} {tickets[(place + turn + 1) % len(tickets)][0]}"

    for cycle in count():
        for _ in range(SINGLES):
            yield request("/classify", {"text": text()}, port=port), 1, 0
        for _ in range((50 - SINGLES) // BATCH):
            yield request("/classify/batch", {"texts": [text() for _ in range(BATCH)]}, port=port), BATCH, 0
        own, intent = tickets[cycle % len(tickets)]
        told = {"event_id": f"soak-{cycle}", "ticket_id": f"ticket-{cycle}", "text": own, "intent": intent}
        yield request("/corrections", told, port=port), 0, 1


async def soak(server: Server, tickets: Sequence[Ticket], *, rate: float, minutes: float) -> Soak:
    """So many tickets a second, whether or not the server keeps up: time counts from when a request was due."""
    found, started = Soak(), time.perf_counter()
    ends = started + 60 * minutes
    # Taken in turns, so that the server hangs up on none for idleness.
    free: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(LINES):
        free.put_nowait(Line(server.port))

    async def ask(sent: bytes, due: float) -> None:
        line = await free.get()
        reply = await line.ask(sent)
        free.put_nowait(line)
        found.load.add(reply.status, time.perf_counter() - due)

    async def look() -> None:
        while time.perf_counter() < ends:
            found.at.append(time.perf_counter() - started)
            found.rss_mib.append(server.rss_mib())
            await asyncio.sleep(SAMPLE_SECONDS)

    async with asyncio.TaskGroup() as group:
        group.create_task(look())
        due = started
        for sent, held, corrected in work(tickets, server.port):
            if due >= ends:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(ask(sent, due))
            found.tickets, found.corrections = found.tickets + held, found.corrections + corrected
            due += held / rate
    found.load.seconds = time.perf_counter() - started
    return found
