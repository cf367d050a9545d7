"""What a home knows of its champion since it serves: counts by day, judged tickets, the audit, labels not learned."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from ecomintent import layout
from ecomintent.adapters import holding
from ecomintent.adapters.evidence import kept_name
from ecomintent.adapters.served_shapes import ServedShapes
from ecomintent.adapters.system import System
from ecomintent.data.settling import ticket_of
from ecomintent.params_watch import WatchParams
from ecomintent.records import Correction, Provenance, RegisteredVersion
from ecomintent.release.approval import MOVES
from ecomintent.watch import readings
from ecomintent.watch.readings import Reading
from ecomintent.watch.rising import Day

TRUSTED: Final = (Provenance.CONFIRMED, Provenance.EDITED, Provenance.SET_FROM_BLANK)
SHOWN: Final = (Provenance.CONFIRMED, Provenance.EDITED, Provenance.UNCHANGED)
"""Of labels given by somebody who saw what the ticket carried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A champion and the whole days it has served, the day of its promotion left out."""

    champion: RegisteredVersion
    since: date
    days: tuple[str, ...]


def served(system: System) -> Served | None:
    """Today's champion; None where there is none."""
    version = system.registry.aliases().get("champion", "")
    champion = system.registry.version(version) if version else None
    if champion is None:
        return None
    moved = next((e for e in reversed(system.history.events()) if e.version == version and e.event in MOVES), None)
    today = date.fromisoformat(system.clock.now()[:10])
    since = date.fromisoformat(moved.at[:10]) if moved else today
    days = tuple((since + timedelta(days=day)).isoformat() for day in range(1, (today - since).days))
    return Served(champion=champion, since=since, days=days)


def read(system: System, found: Served, params: WatchParams) -> tuple[Reading, ...]:
    """Every reading of a champion."""
    shapes, counted = ServedShapes(system.settings.home), found.champion.version
    mixes, judged, audited = shapes.days(counted), _judged(system.labels.corrections()), shapes.audited(counted)
    wrong, n = _promoted_with(system, found.champion)
    # Labels of the audit say by themselves which release answered, so no day of theirs is mixed.
    until = date.fromisoformat(system.clock.now()[:10])
    audit_days = [(found.since + timedelta(days=day)).isoformat() for day in range((until - found.since).days + 1)]
    return (
        *readings.drift([mixes.get(day, {}) for day in found.days], params),
        readings.corrections(_by_day(judged, found.days), params),
        readings.audit(_by_day(audited, audit_days), wrong, n, params),
    )


def new_labels(system: System) -> list[Correction]:
    """The last trusted label of each ticket that the last retrain did not have, oldest first; held ones left out."""
    trusted = {ticket_of(one): one for one in holding.now(system).trains if one.provenance in TRUSTED}
    last = next((event for event in reversed(system.history.events()) if event.event == "judged"), None)
    seen = system.evidence.seen(last.details["weights"], trusted) if last else frozenset()
    return sorted((one for ticket, one in trusted.items() if ticket not in seen), key=lambda one: one.created_at)


def _judged(corrections: Sequence[Correction]) -> dict[str, tuple[int, int]]:
    """Day -> (corrected, judged) tickets: those on which a person saw an intent and changed it, or let it stand."""
    last = {ticket_of(one): one for one in corrections if one.previous_intent and one.provenance in SHOWN}
    found: dict[str, tuple[int, int]] = {}
    for one in last.values():
        hits, n = found.get(one.created_at[:10], (0, 0))
        found[one.created_at[:10]] = (hits + (one.intent != one.previous_intent), n + 1)
    return found


def _promoted_with(system: System, champion: RegisteredVersion) -> tuple[int, int]:
    """Wrong answers and tickets of the frozen set when the release was judged; 0, 0 where that is not kept."""
    path = system.evidence.folder(champion.weights) / kept_name(layout.REPORT)
    if not path.is_file():
        return 0, 0
    report: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    n = int(report["frozen_set"]["rows"])
    return round((1 - report["candidate"]["accuracy"]) * n), n


def _by_day(counts: Mapping[str, tuple[int, int]], days: Sequence[str]) -> list[Day]:
    return [Day(hits=hits, n=n) for hits, n in (counts.get(day, (0, 0)) for day in days)]
