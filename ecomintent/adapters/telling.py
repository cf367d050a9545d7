"""People are told: once for each event and place, some tries, and never at the cost of what they are told of."""

import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

from ecomintent import params
from ecomintent.adapters.apprise_notifier import AppriseNotifier
from ecomintent.adapters.sent_notices import StoredSent
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError
from ecomintent.params import ReleaseParams
from ecomintent.release import deadline
from ecomintent.watch import notices
from ecomintent.watch.decision import Watched
from ecomintent.watch.notices import Notice
from ecomintent.watch.ports import Notifier, Sent

log = logging.getLogger(__name__)

WAITS: Final = (1.0, 5.0)
"""Seconds before the second and the third try."""
DAYS_LEFT: Final = 3
"""From so many days before the end of its time on, people are reminded of a candidate."""


def tell(settings: Settings, at: str, notice: Notice) -> None:
    """Tell every place of the home that wants to hear it. What goes wrong is one line in the log, and no more."""
    told(AppriseNotifier(settings.notify), StoredSent(settings.home), at, notice)


def told(
    notifier: Notifier, sent: Sent, at: str, notice: Notice, *, pause: Callable[[float], None] = time.sleep
) -> None:
    """The same with any notifier.

    The right to send is taken before the first try and given up after the last: who dies between has told nobody,
    and nobody is told twice.
    """
    try:
        for place in notifier.places(notice):
            if sent.claim(notice.key, place, at) and (problem := _try(notifier, place, notice, pause)):
                sent.give_up(notice.key, place)
                log.warning("notice about=%s not sent: %s", notice.about, problem)
    # A bug or a missing library here must not undo a verdict; and an address must not reach a log in a traceback.
    except Exception as error:
        said = str(error) if isinstance(error, EcomIntentError) else type(error).__name__
        log.warning("notice about=%s not sent: %s", notice.about, said)


def review_link(settings: Settings, weights: str) -> str:
    """Where people read the review page of these weights: on the server, where its address is set, else the file."""
    key = weights[:16]
    if settings.pages_url:
        return f"{settings.pages_url.rstrip('/')}/status/review/{key}"
    return str(settings.home / "evidence" / key / "review.html")


def after_look(system: System, watched: Watched) -> None:
    """What a look came to, and the candidate whose time runs out."""
    for notice in (notices.of_look(watched), _deadline(system)):
        if notice:
            tell(system.settings, watched.at, notice)


def _deadline(system: System) -> Notice | None:
    version = system.registry.aliases().get("candidate", "")
    found = system.registry.version(version) if version else None
    opened = deadline.waiting_since(version, system.history.events()) if version else None
    if found is None or opened is None:
        return None
    days = params.section(system.settings.params, "release", into=ReleaseParams).approval_days
    until = (datetime.fromisoformat(opened.at) + timedelta(days=days)).date()
    if (until - date.fromisoformat(system.clock.now()[:10])).days > DAYS_LEFT:
        return None
    link = review_link(system.settings, found.weights)
    return notices.deadline(version, until.isoformat(), asked=opened.at, link=link)


def _try(notifier: Notifier, place: str, notice: Notice, pause: Callable[[float], None]) -> str:
    problem = ""
    for wait in (0.0, *WAITS):
        if wait:
            pause(wait)
        try:
            notifier.send(place, notice)
        except EcomIntentError as error:
            problem = str(error)
        else:
            return ""
    return problem
