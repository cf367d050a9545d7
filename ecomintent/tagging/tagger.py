"""One ticket: read it, decide what it is once, write that, and never over what somebody else has set.

Every step may be lost or killed and is then done again: the ticket is read anew, what stands on it already is not
written again, and what was decided is kept before it is written.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.cleaning import said_first
from ecomintent.tagging.records import Classified, Desk, Found, Job, NotYet, Outcome, Queue, Rules

log = logging.getLogger(__name__)

NOT_YET_SECONDS: Final = 120.0
"""For so long a ticket that is not there may still come: its event was faster."""
MOST_DAYS: Final = 30
"""Age of a ticket that is still tagged."""
DAY_SECONDS: Final = 86_400.0

Ask = Callable[[str, str], Classified]
"""The champion's word on a text, under the ticket's key among all accounts; raises `NotReady` where none answers."""


class Tagger:
    """Tags the tickets of one account."""

    def __init__(self, *, desk: Desk, queue: Queue, ask: Ask, rules: Rules) -> None:
        self._desk, self._queue, self._ask, self._rules = desk, queue, ask, rules

    def tag(self, job: Job, now: float) -> Outcome:
        """Finish one ticket.

        Raises:
            DeskError: it is not finished.
            NotReady: no release answers.
        """
        found = self._desk.read(job.ticket)
        if found is None and now - job.queued_at < NOT_YET_SECONDS:
            raise NotYet("there is no such ticket yet (404)")
        outcome, word = self._tagged(job, found, now) if found else (Outcome.GONE, "")
        self._queue.done(job, outcome, word, now)
        log.info("ticket account=%s ticket=%s outcome=%s", job.account, job.ticket, outcome.value)
        return outcome

    def _tagged(self, job: Job, found: Found, now: float) -> tuple[Outcome, str]:
        """(how it ended, the word of ours that is on it now)."""
        intent = job.planned
        if not intent:
            intent, ended = self._decided(job, found, now)
            if ended:
                return ended, _held(job.wrote, found)
        word = self._rules.words[intent]
        ours = {each.casefold() for each in (word, job.wrote) if each}
        if any(held.casefold() not in ours for held in found.held):
            # A person's word, or a rule's. Of two words on one ticket it is ours that goes.
            if mine := [held for held in found.held if held.casefold() in ours]:
                self._desk.write(found, "", mine)
            return Outcome.KEPT, ""
        drop = [held for held in found.held if held.casefold() != word.casefold()]
        if drop or not found.held:
            self._queue.plan(job, intent)
            self._desk.write(found, word, drop)
        return Outcome.TAGGED, word

    def _decided(self, job: Job, found: Found, now: float) -> tuple[str, Outcome | None]:
        """(the intent, None), or why none is written."""
        if found.ticket.deleted_at:
            return "", Outcome.GONE
        if _age(found.ticket.created_at, now) > MOST_DAYS * DAY_SECONDS:
            return "", Outcome.OLD
        body, text = said_first(found.ticket)
        if not body:
            return "", Outcome.EMPTY
        told = self._ask(text, f"{job.account}:{job.ticket}")
        if told.audited:
            return "", Outcome.AUDITED
        if told.intent not in self._rules.active:
            return "", Outcome.INACTIVE
        least = self._rules.threshold
        sure = told.sure if least is None else told.confidence > least
        return told.intent, None if sure else Outcome.UNSURE


def _held(wrote: str, found: Found) -> str:
    """What we wrote earlier, where it is still there."""
    return wrote if wrote and wrote.casefold() in {held.casefold() for held in found.held} else ""


def _age(created_at: str, now: float) -> float:
    """In seconds; 0 where the helpdesk does not say."""
    try:
        at = cells.created_at(created_at)
        return now - datetime.fromisoformat(at).astimezone(UTC).timestamp() if at else 0.0
    except InputError:
        return 0.0
