"""Where things stand, for `ecomintent status`."""

from datetime import datetime, timedelta
from typing import Any

from ecomintent import params
from ecomintent.adapters.system import System
from ecomintent.data import frozen_ledger
from ecomintent.params import GateParams, ReleaseParams
from ecomintent.records import Sealed
from ecomintent.release import approval, deadline, promotion


def read(system: System) -> dict[str, Any]:
    """Champion, candidate, previous, corrections, frozen set and unfinished promotions, as plain values."""
    aliases = system.registry.aliases()
    frozen = system.frozen.current()
    return {
        "home": str(system.settings.home),
        **{name: _release(system, aliases.get(name)) for name in ("champion", "candidate", "previous", "anchor")},
        "champion_since": _since(system, aliases.get("champion")),
        "corrections": len(system.labels.corrections()),
        "quarantined": len(system.labels.quarantine()),
        "frozen_set": {"digest": frozen.digest, "rows": frozen.rows, **_served(system, frozen)} if frozen else None,
        "unfinished_promotions": promotion.unfinished(system.history),
        "decide_by": _decide_by(system, aliases.get("candidate", "")),
    }


def sentences(found: dict[str, Any]) -> list[str]:
    """The same for people, ending with the next step."""
    champion, candidate = found["champion"], found["candidate"]
    lines = [f"home        {found['home']}"]
    if champion:
        since = found["champion_since"]
        lines.append(f"champion    version {champion['version']}, since {since['at']} by {since['by']}")
    else:
        lines.append("champion    none yet")
    if candidate:
        lines.append(f"candidate   version {candidate['version']}: {candidate['verdict']}, {candidate['cause']}")
        lines.append(f"            decide by {found['decide_by']}")
    lines.append(_frozen_line(found["frozen_set"]))
    lines.append(f"corrections {found['corrections']}, {found['quarantined']} rows in quarantine")
    return [*lines, f"next        {_next(found)}"]


def _frozen_line(frozen: dict[str, Any] | None) -> str:
    if frozen is None:
        return "frozen set  none yet"
    judged = f"{frozen['runs']} candidate{'' if frozen['runs'] == 1 else 's'}"
    line = f"frozen set  {frozen['rows']} tickets, {frozen['digest'][:12]}, has judged {judged}"
    return f"{line}; refresh due: ecomintent frozen refresh FILE" if frozen["refresh_due"] else line


def _served(system: System, frozen: Sealed) -> dict[str, Any]:
    gate = params.section(system.settings.params, "gate", into=GateParams)
    standing = frozen_ledger.standing(
        system.history.events(), frozen.digest, runs_allowed=gate.frozen_runs, share=gate.frozen_refresh_share
    )
    return {"runs": standing.runs, "refresh_due": standing.refresh_due}


def _decide_by(system: System, candidate: str) -> str | None:
    opened = deadline.waiting_since(candidate, system.history.events()) if candidate else None
    if opened is None:
        return None
    days = params.section(system.settings.params, "release", into=ReleaseParams).approval_days
    return (datetime.fromisoformat(opened.at) + timedelta(days=days)).date().isoformat()


def _next(found: dict[str, Any]) -> str:
    if found["unfinished_promotions"]:
        version = found["unfinished_promotions"][0]
        return f"version {version} was approved but not promoted; repeat its ecomintent approve"
    if found["frozen_set"] is None:
        return "ecomintent frozen import FILE, or ecomintent samples to try it"
    if found["candidate"]:
        candidate = found["candidate"]
        return f"{approval.command(candidate['version'], candidate['undecided'])} (or reject)"
    return "ecomintent labels import FILE, then ecomintent retrain"


def _release(system: System, version: str | None) -> dict[str, Any] | None:
    registered = system.registry.version(version) if version else None
    if registered is None:
        return None
    tags = registered.tags
    return {
        "version": registered.version,
        "weights": registered.weights,
        "verdict": tags.get("verdict", ""),
        "cause": tags.get("verdict_cause", ""),
        "undecided": approval.undecided_of(tags),
        "approval": tags.get("approval", ""),
    }


def _since(system: System, version: str | None) -> dict[str, str]:
    for event in reversed(system.history.events()):
        if event.version == version and event.event in ("promoted", "rolled_back"):
            return {"at": event.at, "by": event.by}
    return {"at": "an unrecorded time", "by": "somebody outside ecomintent"}
