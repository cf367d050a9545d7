"""Changing the intents: writing the file of versions is what counts, what follows it can be repeated."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ecomintent import taxonomy
from ecomintent.adapters import frozen_set, processes, taxonomy_file, taxonomy_plan
from ecomintent.adapters.system import System
from ecomintent.adapters.taxonomy_plan import Plan
from ecomintent.errors import InputError
from ecomintent.records import ReleaseEvent

EVENT = "taxonomy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """A change that was made."""

    plan: Plan
    frozen: int
    """Frozen tickets that were read anew, now."""
    frozen_left: int
    """Frozen tickets that left the set, now."""
    new: bool
    """False: it was in force and recorded already."""


def apply(system: System, file: Path, *, by: str, reason: str) -> Applied:
    """Put the change of `file` in force; while it runs, no retrain does.

    Stored labels stay as they were said and are read through the versions from now on. Stopped at any point, it is made
    good by doing it again; done twice, it is done once.

    Raises:
        InputError: nobody or no reason is named, the plan has blockers, or as `taxonomy_plan.plan`.
        AlreadyRunning: a retrain is.
    """
    for value, option in ((by, "--by"), (reason, "--reason")):
        if not value.strip():
            raise InputError("empty; a change of the intents is bound to a person and a reason", where=option)
    with processes.only_one(system.settings.home, "retrain"):
        plan = taxonomy_plan.plan(system, file)
        if plan.blockers:
            raise InputError(plan.blockers[0], where=str(file))
        taxonomy_file.write(system.settings.taxonomy_file, plan.after)
        taxonomy.use(plan.after)
        number = plan.after.last.number
        moved, left = frozen_set.rebase(system, number=number, by=by.strip())
        new = _record(system, plan, by=by.strip(), reason=reason.strip())
    return Applied(plan=plan, frozen=moved, frozen_left=left, new=new)


def _record(system: System, plan: Plan, *, by: str, reason: str) -> bool:
    """Say it in the release history, once."""
    number = plan.after.last.number
    details = {
        "taxonomy": number,
        "before": plan.before.last.number,
        "versions": hashlib.sha256(taxonomy_file.text(plan.after).encode()).hexdigest(),
        "changes": "; ".join(
            f"{one.step.kind} {', '.join(one.step.old)} -> {', '.join(one.step.new) or 'nothing'}" for one in plan.moved
        ),
        "labels_read": str(sum(one.labels for one in plan.moved)),
        "labels_waiting": str(sum(one.waiting for one in plan.moved)),
    }
    for event in system.history.events():
        if event.event == EVENT and event.details["versions"] == details["versions"]:
            return False
    system.history.append(
        ReleaseEvent(at=system.clock.now(), event=EVENT, version="", by=by, reason=reason, details=details)
    )
    return True
