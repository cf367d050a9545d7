"""Acting on what people decided at the status page: through the same door as `ecomintent approve` and `reject`."""

import logging

from ecomintent.adapters import handing_over, processes, promoting
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.page_decisions import StoredDecisions
from ecomintent.adapters.system import System
from ecomintent.errors import AlreadyRunning, EcomIntentError, InputError, PromotionRefused
from ecomintent.release import page_decisions, promotion
from ecomintent.release.page_decisions import PageDecision, State

log = logging.getLogger(__name__)


def take_up(system: System) -> int:
    """Act on every decision that waits, one at a time; how many ended. Safe to repeat after a kill at any point."""
    database = LabellingDatabase(system.settings.home)
    if not database.path.is_file():
        return 0
    decisions = StoredDecisions(database)
    try:
        with processes.only_one(system.settings.home, "decisions"):
            return sum(_acted(system, decisions, *each) for each in decisions.waiting())
    except AlreadyRunning:
        log.info("another process acts on what was decided at the status page")
        return 0


def _acted(system: System, decisions: StoredDecisions, position: int, left: PageDecision) -> bool:
    events = system.history.events()
    begun = decisions.begin(position, len(events))
    state, says = page_decisions.came_of(left, events[begun:]) or _put_into_effect(system, left)
    handing_over.tell_server(system)
    decisions.tell(position, state, says, system.clock.now())
    log.info("decision of the status page version=%s by=%s %s: %s", left.version, left.person, state.value, says)
    return state is not State.WAITS


def _put_into_effect(system: System, left: PageDecision) -> tuple[State, str]:
    """What came of it, in words. What keeps it from being looked at at all leaves it waiting."""
    try:
        differs = page_decisions.changed(left, system.registry.version(left.version))
        if differs:
            return State.REFUSED, differs
        promoting.record(system, left.version, left.asked())
        if not left.approved:
            return State.REJECTED, "the champion stays"
        verdict = promoting.promote(system, left.version)
    except (PromotionRefused, InputError) as refusal:
        # A yes that stands is tried again by every flow, so it must not be called off here.
        stands = left.version in promotion.unfinished(system.history)
        return State.WAITS if stands else State.REFUSED, str(refusal)
    except EcomIntentError as error:
        return State.WAITS, str(error)
    return State.PROMOTED, f"asked again, the gate said {verdict.overall.value}: {verdict.cause}"
