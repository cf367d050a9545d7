"""One account's pace: which ticket next, how long to wait after a fault, when to give up."""

import logging
from collections.abc import Callable
from typing import Final

from ecomintent.errors import EcomIntentError
from ecomintent.tagging.records import Busy, Closed, Desk, DeskError, Job, Never, NotReady, NotYet, Odd, Queue, Rules
from ecomintent.tagging.tagger import Tagger

log = logging.getLogger(__name__)

BASE_SECONDS: Final = 2.0
LONGEST_SECONDS: Final = 900.0
CLOSED_SECONDS: Final = 60.0
NOT_READY_SECONDS: Final = 5.0
STREAK: Final = 5
"""Faults in a row after which it is the helpdesk and not the ticket: then everything waits."""
IDLE_SECONDS: Final = 1.0


class Account:
    """Works through the tickets of one account, one at a time."""

    def __init__(
        self,
        name: str,
        *,
        desk: Desk,
        queue: Queue,
        tagger: Tagger,
        rules: Rules,
        now: Callable[[], float],
        base_seconds: float = BASE_SECONDS,
    ) -> None:
        self.name, self._desk, self._queue, self._tagger, self._rules = name, desk, queue, tagger, rules
        self._now, self._base = now, base_seconds
        self._checked = False
        self._faults = 0
        self.paused_until = 0.0
        """Seconds since 1970."""
        self.problem = ""
        """Why it is paused; empty where it is not."""

    def step(self) -> float:
        """Do what is next; how many seconds to wait before the next step, 0 where there may be more."""
        now = self._now()
        if self.paused_until > now:
            return min(self.paused_until - now, IDLE_SECONDS)
        job = self._queue.due(self.name, now)
        if job is None:
            return IDLE_SECONDS
        try:
            if not self._checked:
                self._desk.check()
                self._checked = True
            self._tagger.tag(job, now)
        except NotReady as error:
            self._pause(str(error), NOT_READY_SECONDS)
        except DeskError as error:
            self._failed(job, error)
        except EcomIntentError:
            raise  # the queue itself
        # A ticket that nobody foresaw must not hold up those behind it, and no traceback may hold its words.
        except Exception as error:
            log.critical("tagging failed account=%s ticket=%s error=%s", self.name, job.ticket, type(error).__name__)
            self._failed(job, Odd(f"the ticket is not as the helpdesk documents it ({type(error).__name__})"))
        else:
            self._faults, self.problem = 0, ""
        return 0.0

    def _failed(self, job: Job, error: DeskError) -> None:
        now, reason = self._now(), str(error)
        if isinstance(error, Never):
            log.warning("dead letter account=%s ticket=%s reason=%s", self.name, job.ticket, reason)
            self._queue.bury(job, reason, now)
            return
        of_this_ticket = isinstance(error, NotYet | Odd)
        self._faults += not of_this_ticket
        if isinstance(error, Closed):
            self._checked = False
            self._pause(reason, CLOSED_SECONDS)
        elif isinstance(error, Busy):
            self._pause(reason, max(error.seconds, self._base))
        elif self._faults >= STREAK and not of_this_ticket:
            self._pause(reason, self._growing(self._faults - STREAK))
        self._queue.later(job, reason, now + self._growing(job.attempts))
        dead = self._queue.expire(self.name, now - self._rules.give_up_seconds, f"given up: {reason}", now)
        if dead:
            log.warning("dead letters account=%s tickets=%s reason=%s", self.name, dead, reason)

    def _growing(self, times: int) -> float:
        return float(min(self._base * 2 ** min(times, 20), LONGEST_SECONDS))

    def _pause(self, reason: str, seconds: float) -> None:
        if reason != self.problem:
            log.warning("paused account=%s reason=%s", self.name, reason)
        self.problem = reason
        self.paused_until = self._now() + min(seconds, LONGEST_SECONDS)


def drain(account: Account, queue: Queue, now: Callable[[], float]) -> None:
    """Everything that is due now; what failed waits for its time."""
    while account.paused_until <= now() and queue.due(account.name, now()) is not None:
        account.step()
