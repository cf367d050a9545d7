"""What the watch needs from the outside, as Protocols: where retrains are asked for, and how people are told."""

from collections.abc import Sequence
from typing import Protocol

from ecomintent.watch.notices import Notice


class Retrains(Protocol):
    """Where a retrain is asked for."""

    def start(self, key: str) -> str:
        """Ask for one; where it can be looked at, or what it came to.

        Args:
            key: whoever asks again under the same one gets no second.
        Raises:
            EcomIntentError: it cannot be asked for, or it stopped.
        """
        ...


class Notifier(Protocol):
    """The places at which people are told: channels, mailboxes."""

    def places(self, notice: Notice) -> Sequence[str]:
        """Names of those that want notices of this kind; a name is no secret, and stays the same.

        Raises:
            InputError: the list of places cannot be read.
        """
        ...

    def send(self, place: str, notice: Notice) -> None:
        """Tell one place.

        Raises:
            SourceError: it did not take it; says nothing of its address.
        """
        ...


class Sent(Protocol):
    """What was sent where."""

    def claim(self, key: str, place: str, at: str) -> bool:
        """Take the right to send; False where somebody has it, or used it. On disk when this returns."""
        ...

    def give_up(self, key: str, place: str) -> None:
        """It was not sent: somebody may try again."""
        ...
