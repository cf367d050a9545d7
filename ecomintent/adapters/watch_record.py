"""What watch decided, kept in the chained release history like every decision, and the last look as a file of the home.

The server shows the file, as it has no database of releases. A look that finds nothing is in the history once a day.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ecomintent import files
from ecomintent.adapters.system import System
from ecomintent.errors import InputError
from ecomintent.records import ReleaseEvent
from ecomintent.watch.decision import Action, Watched

EVENT: Final = "watched"
LAST: Final = Path("watch") / "last.json"
LOOK: Final = "look"


def keep(system: System, watched: Watched) -> None:
    """Record one look before anything is done about it, and leave it where the server finds it."""
    record(system, watched)
    files.write_text(system.settings.home / LAST, json.dumps(watched.to_json(), indent=2) + "\n")


def record(system: System, watched: Watched) -> None:
    """Put a decision into the history; finding nothing for the same reasons on the same day adds nothing."""
    told = [(one.action, one.champion, one.reasons, one.at[:10]) for one in looks(system)[-1:]]
    if watched.action is Action.NOTHING and told == [
        (watched.action, watched.champion, watched.reasons, watched.at[:10])
    ]:
        return
    details = {"action": watched.action.value, LOOK: json.dumps(watched.to_json(), sort_keys=True)}
    system.history.append(
        ReleaseEvent(at=watched.at, event=EVENT, version="", by="watch", reason=watched.reason, details=details)
    )


def looks(system: System) -> Sequence[Watched]:
    """Every look in the history, oldest first."""
    events = (event for event in system.history.events() if event.event == EVENT)
    return [Watched.from_json(json.loads(event.details[LOOK])) for event in events]


def last(home: Path) -> Watched | None:
    """The last look of a home, without its database; None before the first.

    Raises:
        InputError: the file holds something else.
    """
    path = home / LAST
    try:
        return Watched.from_json(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"cannot be read ({type(error).__name__}); run ecomintent watch", where=str(path)) from error
