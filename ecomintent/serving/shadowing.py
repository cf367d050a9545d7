"""Shadow mode: a candidate answers a share of the same tickets, in silence; where it differs, the ticket is kept.

It never keeps a customer waiting: a thread of its own asks, and a ticket that finds the queue full is let go.
"""

import logging
import queue
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ecomintent.errors import InputError
from ecomintent.ports import Clock
from ecomintent.served import Disagreement
from ecomintent.serving.answering import Answer
from ecomintent.serving.lineup import Holder
from ecomintent.serving.loading import Loaded
from ecomintent.serving.ports import Disagreements

log = logging.getLogger(__name__)

MOST_WAITING: Final = 1_000


@dataclass(slots=True, kw_only=True)
class Counts:
    """Since the server started."""

    asked: int = 0
    differ: int = 0
    dropped: int = 0
    """Not asked: the queue was full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    request_id: str
    answer: Answer
    champion: Loaded
    candidate: Loaded


class Shadow:
    """Asks the candidate in memory, where there is one."""

    def __init__(
        self,
        *,
        holder: Holder,
        kept: Disagreements,
        clock: Clock,
        share: float,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._holder, self._kept, self._clock, self._share, self._draw = holder, kept, clock, share, draw
        self._queue: queue.Queue[_Asked | None] = queue.Queue(MOST_WAITING)
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self.counts = Counts()

    def start(self) -> None:
        """Begin to ask."""
        if self._share > 0:
            self._thread.start()

    def stop(self) -> None:
        """Ask what waits, then end."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout=5)

    def offer(self, request_id: str, answer: Answer, champion: Loaded) -> None:
        """Maybe ask the candidate about a ticket that was just answered; returns at once."""
        candidate = self._holder.now.candidate
        if candidate is None or not answer.fitted or self._draw() >= self._share:
            return
        try:
            self._queue.put_nowait(_Asked(request_id=request_id, answer=answer, champion=champion, candidate=candidate))
        except queue.Full:
            self.counts.dropped += 1

    def _run(self) -> None:
        while (asked := self._queue.get()) is not None:
            try:
                self._compare(asked)
            except InputError as error:
                log.warning("a disagreement was not kept: %s", error)
            # A bug here must not end the shadow; and no traceback may hold a ticket.
            except Exception as error:
                log.critical("shadow failed error=%s", type(error).__name__)

    def _compare(self, asked: _Asked) -> None:
        prediction, _ = asked.candidate.reader.read(asked.answer.fitted)
        self.counts.asked += 1
        if prediction.intent == asked.answer.best:
            return
        self.counts.differ += 1
        self._kept.add(
            Disagreement(
                at=self._clock.now(),
                request_id=asked.request_id,
                text=asked.answer.fitted,
                champion=asked.champion.version,
                champion_intent=asked.answer.best,
                champion_confidence=round(asked.answer.confidence, 6),
                candidate=asked.candidate.version,
                candidate_intent=prediction.intent,
                candidate_confidence=round(prediction.confidence, 6),
            )
        )
