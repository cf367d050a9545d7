"""Corrections from the server's own file into the label store, each exactly once, however often this is interrupted.

Every correction is an event under a name of its own, and the store takes a name once. So whatever was handed on and
not noted as such is handed on again, and changes nothing.
"""

import logging
import threading
from collections.abc import Callable
from typing import Final

from ecomintent.errors import EcomIntentError
from ecomintent.ports import Clock, LabelStore
from ecomintent.serving.label_ports import Outbox

log = logging.getLogger(__name__)

AT_ONCE: Final = 200
LOOK_SECONDS: Final = 2.0
AGAIN_SECONDS: Final = 15.0
"""After the label store could not be reached."""


def forward(outbox: Outbox, labels: Callable[[], LabelStore], clock: Clock, *, everything: bool) -> int:
    """Hand on what is due; how many.

    Args:
        labels: opens the label store; not called where nothing is due.
        everything: also what could still be undone.
    Raises:
        EcomIntentError: the label store or the server's file cannot be used; what is due stays so.
    """
    done = 0
    while found := outbox.due(clock.now(), everything=everything, most=AT_ONCE):
        labels().record([given.event() for _, given in found])
        outbox.stored([position for position, _ in found], clock.now())
        done += len(found)
    return done


class Forwarder:
    """Hands on in a thread of its own; accepting never waits for it."""

    def __init__(self, *, outbox: Outbox, labels: Callable[[], LabelStore], clock: Clock) -> None:
        self._outbox, self._labels, self._clock = outbox, labels, clock
        self._woken, self._ended = threading.Event(), False
        self._thread = threading.Thread(target=self._run, name="forwarder", daemon=True)
        self.problem = ""
        """Why the label store does not get its corrections; empty where it does."""

    def start(self) -> None:
        """Begin, with what an earlier process left."""
        self._thread.start()

    def wake(self) -> None:
        """There is something new."""
        self._woken.set()

    def stop(self) -> None:
        """Hand on everything, also what could still be undone, then end."""
        self._ended = True
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._ended:
            self._woken.clear()
            self._try(everything=False)
            self._woken.wait(AGAIN_SECONDS if self.problem else LOOK_SECONDS)
        self._try(everything=True)

    def _try(self, *, everything: bool) -> None:
        try:
            done = forward(self._outbox, self._labels, self._clock, everything=everything)
            if done:
                log.info("corrections stored count=%d", done)
            self.problem = ""
        except EcomIntentError as error:
            if str(error) != self.problem:
                log.warning("corrections wait: %s", error)
            self.problem = str(error)
        # A bug here must not end the handing on; and no traceback may hold a ticket.
        except Exception as error:
            self.problem = f"a fault of ours ({type(error).__name__}); the server's log says more"
            log.critical("handing on failed error=%s", type(error).__name__)
