"""One look of the watch: read, decide, record, act. A dry one only reads and decides."""

import logging
from datetime import datetime

from ecomintent import params
from ecomintent.adapters import erasing, processes, promoting, watch_record, watched_champion
from ecomintent.adapters.system import System
from ecomintent.params import EvaluateParams
from ecomintent.params_watch import WatchParams
from ecomintent.records import Correction
from ecomintent.release.approval import MOVES
from ecomintent.watch.decision import Action, Situation, Watched, decide
from ecomintent.watch.probe import Probed, probed

log = logging.getLogger(__name__)


def look(system: System, *, dry: bool) -> Watched:
    """Hold the champion to its bounds, and record what follows; a rollback that params allow is done here.

    A retrain is not started: who asked does that, once the look is on record.

    Raises:
        PromotionRefused: the rollback is not possible.
    """
    settings = params.section(system.settings.params, "watch", into=WatchParams)
    found = watched_champion.served(system)
    fresh = watched_champion.new_labels(system)
    watched = decide(
        system.clock.now(),
        watched_champion.read(system, found, settings) if found else (),
        _situation(system, fresh),
        settings,
        lambda: probe(system, fresh, settings),
    )
    log.info("watch action=%s champion=%s reason=%s", watched.action, watched.champion or "none", watched.reason)
    if dry:
        return watched
    watch_record.keep(system, watched)
    if watched.action is Action.ROLLBACK:
        promoting.roll_back(system, by="watch", reason=watched.reason)
    return watched


def probe(system: System, fresh: list[Correction], settings: WatchParams) -> Probed:
    """What the champion makes of the newest of these labels."""
    from ecomintent.model.inference import Classifier

    version = system.registry.aliases()["champion"]
    found = system.registry.version(version)
    folder = system.registry.fetch(version, system.settings.releases)
    threads = params.section(system.settings.params, "evaluate", into=EvaluateParams).threads
    asked = fresh[-settings.probe_labels :]
    champion = Classifier.load(folder, expected_digest=found.weights if found else None, threads=threads)
    answers = champion.classify([one.text for one in asked])
    return probed([one.intent for one in asked], [answer.intent for answer in answers], settings)


def nothing_to_learn(system: System) -> str:
    """Why a retrain that nobody watched for may be left out, which is then on record; empty where it may not.

    Only where params say so, there is a champion, and it learned from nobody who was erased since: that is a reason
    of its own.
    """
    settings = params.section(system.settings.params, "watch", into=WatchParams)
    found = watched_champion.served(system)
    if not settings.probe_scheduled or found is None or _must_forget(system):
        return ""
    fresh = watched_champion.new_labels(system)
    said = probe(system, fresh, settings)
    if said.learnable:
        return ""
    skipped = Watched(
        at=system.clock.now(),
        champion=found.champion.version,
        readings=(),
        new_labels=len(fresh),
        action=Action.NOTHING,
        reasons=("a retrain was left out (watch.probe_scheduled)", said.says),
    )
    watch_record.record(system, skipped)
    return said.says


def _must_forget(system: System) -> bool:
    erased = [(one.source, one.account, one.ticket_id) for one in system.erasure.tombstones()]
    return any("champion" in one.aliases for one in erasing.learned(system, erased))


def _situation(system: System, fresh: list[Correction]) -> Situation:
    aliases, events = system.registry.aliases(), system.history.events()
    champion, previous = aliases.get("champion", ""), aliases.get("previous", "")
    moved = next((event for event in reversed(events) if event.event in MOVES), None)
    back = moved is not None and moved.event == "promoted" and moved.version == champion and previous != champion
    asked = [one for one in watch_record.looks(system) if one.action is Action.RETRAIN]
    return Situation(
        champion=champion,
        candidate=aliases.get("candidate", ""),
        way_back=previous if back else "",
        running=processes.held(system.settings.home, "retrain"),
        new_labels=len(fresh),
        hours_since_asked=_hours(asked[-1].at, system.clock.now()) if asked else None,
    )


def _hours(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() / 3600
