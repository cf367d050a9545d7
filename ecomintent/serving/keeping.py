"""Which classified tickets are kept for a person, and the draw for the audit. Writes in a thread of its own.

A ticket is drawn by its request id and a secret of the home: asked again it is drawn again, and no caller can choose.
"""

import hashlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from ecomintent.corrected import Answered, KeptTicket, Why
from ecomintent.errors import InputError
from ecomintent.ports import Clock
from ecomintent.served import Disagreement
from ecomintent.serving.answering import Answer
from ecomintent.serving.label_ports import Tickets
from ecomintent.serving.loading import Loaded
from ecomintent.serving.ports import Disagreements
from ecomintent.serving.routing import Level
from ecomintent.watch.shapes import shape

log = logging.getLogger(__name__)

MOST_WAITING: Final = 10_000
MOST_AT_ONCE: Final = 500
GATHER_SECONDS: Final = 0.2
"""Between two transactions: what came meanwhile is written at once."""

Item = KeptTicket | Answered


class Picks(Protocol):
    """Who is told of every answer."""

    def start(self) -> None:
        """Begin to write."""

    def stop(self) -> None:
        """Write what waits, then end."""

    def offer(self, request_id: str, answer: Answer, loaded: Loaded) -> bool:
        """Whether the ticket is drawn for the audit; returns at once."""
        ...


class NoPicks:
    """A server without a corrections page."""

    def start(self) -> None:
        """Nothing is written."""

    def stop(self) -> None:
        """Nothing waits."""

    def offer(self, request_id: str, answer: Answer, loaded: Loaded) -> bool:
        """No ticket is drawn."""
        return False


@dataclass(slots=True)
class Dropped:
    """Tickets that were neither counted nor kept, for want of room or of a disk, since the start."""

    tickets: int = 0


class Keeper:
    """Keeps what the settings allow: redacted texts of unsure, disputed and audited tickets."""

    def __init__(
        self,
        *,
        tickets: Tickets,
        clock: Clock,
        keep: frozenset[Why],
        blind_share: float,
        secret: bytes,
        draw: Callable[[str], float] | None = None,
    ) -> None:
        self._tickets, self._clock, self._keep, self._share = tickets, clock, keep, blind_share
        self._secret, self._draw = secret, draw or self._drawn
        self._queue: queue.Queue[Item | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self.dropped = Dropped()

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, then end."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout=10)

    def offer(self, request_id: str, answer: Answer, loaded: Loaded) -> bool:
        """Count a ticket, maybe keep it; whether it is drawn for the audit. Never waits for a disk."""
        now, level = self._clock.now(), answer.route.confidence
        blind = Why.BLIND in self._keep and bool(answer.fitted) and self._draw(request_id) < self._share
        self._put(
            Answered(
                day=now[:10],
                intent=answer.best,
                level=level.value,
                confidence=answer.confidence,
                version=loaded.version,
                shape=shape(answer.fitted, answer.best, answer.confidence),
            )
        )
        why = {Why.BLIND} if blind else set()
        if level is not Level.HIGH and Why.LOW in self._keep:
            why.add(Why.LOW)
        if why and answer.fitted:
            self._put(
                KeptTicket(
                    ticket_id=request_id,
                    at=now,
                    text=answer.fitted,
                    why=frozenset(why),
                    intent=answer.best,
                    confidence=round(answer.confidence, 6),
                    version=loaded.version,
                )
            )
        return blind

    def dispute(self, found: Disagreement) -> None:
        """Keep a ticket on which a candidate differs."""
        if Why.DISAGREEMENT in self._keep:
            self._put(
                KeptTicket(
                    ticket_id=found.request_id,
                    at=found.at,
                    text=found.text,
                    why=frozenset({Why.DISAGREEMENT}),
                    intent=found.champion_intent,
                    confidence=found.champion_confidence,
                    version=found.champion,
                    candidate_intent=found.candidate_intent,
                )
            )

    def _drawn(self, request_id: str) -> float:
        digest = hashlib.sha256(self._secret + request_id.encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64

    def _put(self, item: Item) -> None:
        try:
            self._queue.put_nowait(item)
        except queue.Full:
            self.dropped.tickets += 1

    def _run(self) -> None:
        item = self._queue.get()
        while item is not None:
            items = [item]
            while len(items) < MOST_AT_ONCE and not self._queue.empty():
                item = self._queue.get()
                if item is None:
                    break
                items.append(item)
            self._write(items)
            if item is not None:
                time.sleep(GATHER_SECONDS)
                item = self._queue.get()

    def _write(self, items: list[Item]) -> None:
        kept = [one for one in items if isinstance(one, KeptTicket)]
        answered = [one for one in items if isinstance(one, Answered)]
        try:
            self._tickets.add(kept, answered, self._clock.now())
        except InputError as error:
            self.dropped.tickets += len(answered)
            log.warning("tickets were not kept: %s", error)
        # A bug here must not end the keeping; and no traceback may hold a ticket.
        except Exception as error:
            log.critical("keeping failed error=%s", type(error).__name__)


class Disputes:
    """`ports.Disagreements` that also lets a keeper know."""

    def __init__(self, kept: Disagreements, keeper: Keeper) -> None:
        self._kept, self._keeper = kept, keeper

    def add(self, found: Disagreement) -> None:
        """Keep one, in both places."""
        self._kept.add(found)
        self._keeper.dispute(found)
