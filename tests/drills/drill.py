"""What a drill is, and the list of all."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final

Run = Callable[..., "Seen"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one drill. None: nothing of the kind took part in it."""

    ok: bool
    """Whether it is what was expected."""
    says: str
    """One line for people."""
    sent: int | None = None
    """Corrections that were accepted, or were stored before."""
    stored: int | None = None
    """Of these, those that the label store holds afterwards."""
    doubled: int | None = None
    """Corrections that it holds more than once."""
    unapproved: int | None = None
    """Promotions without a verdict and an approval before them."""
    asked: int | None = None
    """Tickets that the server was asked during the drill."""
    answered: int | None = None

    @property
    def held(self) -> bool:
        """As expected, nothing lost, nothing doubled, nothing promoted unasked, every ticket answered."""
        whole = self.sent == self.stored and not self.doubled and not self.unapproved
        return self.ok and whole and self.asked == self.answered

    def told(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "held": self.held}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drill:
    """One fault."""

    name: str
    group: str
    does: str
    expects: str
    home: bool
    """It needs the prepared home with a champion (True), or an empty folder."""
    everyday: bool
    """pytest runs it too; the others take too long for every day."""
    service: bool
    """It needs the PostgreSQL server of the tests."""
    run: Run


class Skipped(Exception):
    """This machine cannot run the drill; the message says why."""


DRILLS: Final[dict[str, Drill]] = {}


def drill(
    group: str, does: str, expects: str, *, home: bool = False, everyday: bool = True, service: bool = False
) -> Callable[[Run], Run]:
    """Register a function as a drill under its own name."""

    def register(run: Run) -> Run:
        add(group, run.__name__, does, expects, run, home=home, everyday=everyday, service=service)
        return run

    return register


def add(
    group: str,
    name: str,
    does: str,
    expects: str,
    run: Run,
    *,
    home: bool = False,
    everyday: bool = True,
    service: bool = False,
) -> None:
    """Register one drill."""
    assert name not in DRILLS, name
    said = {"name": name, "group": group, "does": does, "expects": expects}
    DRILLS[name] = Drill(**said, home=home, everyday=everyday, service=service, run=run)


def refused(what: Callable[[], object], kind: type[Exception]) -> str:
    """The line that `what` was refused with; empty where it was not."""
    try:
        what()
    except kind as error:
        return str(error).splitlines()[0]
    return ""


def counted(stored: list[str], sent: list[str]) -> dict[str, int]:
    """The counts of a drill on a label store of its own: ids that were accepted, ids that it holds."""
    return {
        "sent": len(set(sent)),
        "stored": len(set(sent) & set(stored)),
        "doubled": len(stored) - len(set(stored)),
    }
