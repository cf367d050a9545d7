"""Asks an endpoint about many tickets, a few at a time, and stops all of them when one cannot be answered."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from ecomintent.adapters.answers_file import AnswersFile
from ecomintent.adapters.chat import Completion
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.errors import SourceError
from ecomintent.labels.texts import glimpse
from ecomintent.llm.answers import Asked, intent_in
from ecomintent.progress import Track, silently


class Stopped(Exception):
    """Nobody waits any more for what this request would have brought."""


class Patience:
    """Sleeps between attempts, until somebody says that it is over."""

    def __init__(self, wait: Callable[[float], object] | None = None) -> None:
        """`wait` passes the seconds; they really pass where it is None."""
        self._over = threading.Event()
        self._wait = wait or self._over.wait

    def __call__(self, seconds: float) -> None:
        """Let the seconds pass.

        Raises:
            Stopped: it is over.
        """
        self._wait(seconds)
        if self._over.is_set():
            raise Stopped

    def end(self) -> None:
        """Wake who sleeps, and let nobody wait again."""
        self._over.set()


def ask_all(
    tickets: Sequence[FrozenRow],
    ask: Callable[[str], Completion],
    answers: AnswersFile,
    patience: Patience,
    *,
    concurrency: int,
    track: Track = silently,
) -> None:
    """Put every ticket that has no answer yet to the model, and keep each answer as it comes.

    Args:
        ask: text -> what the model said; called from `concurrency` threads.
        patience: what `ask` sleeps by.
    Raises:
        SourceError: one ticket could not be answered; says how many answers are kept.
    """
    waiting = [ticket for ticket in tickets if ticket.id not in answers.known]

    def put(ticket: FrozenRow) -> None:
        try:
            answers.add(_kept(ticket, ask(ticket.text), concurrency))
        except BaseException:
            patience.end()
            raise

    with ThreadPoolExecutor(concurrency) as pool:
        asked = [pool.submit(put, ticket) for ticket in waiting]
        try:
            for each in track(asked, "ask"):
                each.result()
        except BaseException as stopped:
            patience.end()
            pool.shutdown(wait=True, cancel_futures=True)
            fault = _first_fault(asked)
            if isinstance(fault, SourceError):
                kept = f"{len(answers.known)} of {len(tickets)} answers are kept in {answers.path}"
                told = str(fault).removeprefix(f"{fault.where}: ")
                raise SourceError(f"{told}; {kept}", where=fault.where) from fault
            raise fault or stopped from None


def _kept(ticket: FrozenRow, said: Completion, concurrency: int) -> Asked:
    return Asked(
        id=ticket.id,
        intent=None if said.refused else intent_in(said.text),
        answer=glimpse(said.text),
        refused=said.refused,
        seconds=said.seconds,
        tokens_in=said.tokens_in,
        tokens_out=said.tokens_out,
        concurrency=concurrency,
    )


def _first_fault(asked: Sequence[Future[None]]) -> BaseException | None:
    faults = (each.exception() for each in asked if each.done() and not each.cancelled())
    return next((fault for fault in faults if fault and not isinstance(fault, Stopped)), None)
