"""Works while the server answers: a thread for each account, so that a slow helpdesk holds up no other."""

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from ecomintent.errors import AlreadyRunning, EcomIntentError
from ecomintent.tagging.pace import IDLE_SECONDS, Account

log = logging.getLogger(__name__)

LOCKED_SECONDS: Final = 2.0
STOP_SECONDS: Final = 70.0
"""For a request to a helpdesk that runs."""


class Worker:
    """One for each home: of several processes the first works, and the next takes over where it ends."""

    def __init__(self, accounts: Sequence[Account], hold: Callable[[], AbstractContextManager[None]]) -> None:
        """Nothing runs yet.

        Args:
            hold: keeps other processes from working; raises `AlreadyRunning` where one does.
        """
        self._accounts, self._hold = accounts, hold
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._lead, name="tagging", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the tickets that are in hand."""
        self._stop.set()
        self._thread.join(timeout=STOP_SECONDS)

    def _lead(self) -> None:
        while not self._stop.is_set():
            try:
                with self._hold():
                    threads = [threading.Thread(target=self._run, args=(one,), daemon=True) for one in self._accounts]
                    for thread in threads:
                        thread.start()
                    for thread in threads:
                        thread.join()
            except AlreadyRunning:
                self._stop.wait(LOCKED_SECONDS)
            except EcomIntentError as error:
                log.warning("tagging cannot begin: %s", error)
                self._stop.wait(LOCKED_SECONDS)

    def _run(self, account: Account) -> None:
        while not self._stop.is_set():
            try:
                wait = account.step()
            except EcomIntentError as error:
                log.warning("tagging account=%s: %s", account.name, error)
                wait = IDLE_SECONDS
            # A bug of ours must not end the thread; and no traceback may hold a ticket.
            except Exception as error:
                log.critical("tagging failed account=%s error=%s", account.name, type(error).__name__)
                wait = IDLE_SECONDS
            if wait:
                self._stop.wait(wait)
