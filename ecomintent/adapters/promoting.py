"""Decisions put into effect: what people said on the registry's page, and the promotion of an approved version."""

import hashlib
import logging
from typing import Any, Final

from ecomintent import layout, params
from ecomintent.adapters import handing_over, passports, processes, publishing, regate, telling, way_back
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError, PromotionRefused
from ecomintent.gate.verdict import Verdict
from ecomintent.params import ReleaseParams
from ecomintent.records import ReleaseEvent
from ecomintent.release import approval, deadline, promotion, tag_decisions
from ecomintent.release.tag_decisions import Asked
from ecomintent.watch import notices

log = logging.getLogger(__name__)

HINT: Final = "set the tags approved_by or rejected_by, approval_reason, approval_reason.INTENT, and approval again"


def promote(system: System, version: str) -> Verdict:
    """Gate an approved version against today's champion, rehearse the way back, sign, and move the aliases.

    Returns:
        The fresh verdict.
    Raises:
        PromotionRefused: nobody approved it in time, the gate says no, or there would be no way back.
    """
    registry, history, clock = system.registry, system.history, system.clock
    with processes.only_one(system.settings.home, "promote"):
        require_whole_history(system)
        expire(system)
        said = promotion.require_approval(version, registry=registry, history=history)
        folder = regate.judge_again(system, version)
        verdict = Verdict.from_json(publishing.read_json(folder / layout.VERDICT))
        promotion.settle(
            version,
            verdict=verdict,
            approval=said,
            issue=lambda before: _issue(system, version, said, before),
            registry=registry,
            history=history,
            clock=clock,
        )
    return verdict


def require_whole_history(system: System) -> None:
    """Let nothing be decided on a history that somebody changed.

    Raises:
        PromotionRefused: a link of its chain does not hold.
    """
    breaks = system.history.breaks()
    if breaks:
        raise PromotionRefused(f"the release history was changed ({breaks[0]}); ecomintent release verify says more")


def expire(system: System) -> list[str]:
    """Reject what has waited too long for a person; the versions it was too late for."""
    days = params.section(system.settings.params, "release", into=ReleaseParams).approval_days
    late = deadline.expire(days=days, registry=system.registry, history=system.history, clock=system.clock)
    for version in late:
        log.info("version %s waited %d days; rejected, the champion stays", version, days)
    return late


def pick_up(system: System) -> list[str]:
    """Turn decisions left as tags of the candidate into recorded ones; the versions that were approved.

    What cannot be taken (no name, no reason) is answered in the tag `approval_problem`.
    """
    version = system.registry.aliases().get("candidate", "")
    found = system.registry.version(version) if version else None
    wanted = tag_decisions.asked(found, system.history.events()) if found else None
    if found is None or wanted is None:
        return []
    try:
        record(system, version, wanted)
    except EcomIntentError as error:
        log.warning("the decision in the tags of version %s cannot be taken: %s", version, error)
        system.registry.tag(version, {"approval_problem": f"{error} ({HINT})"})
        return []
    if "approval_problem" in found.tags:
        system.registry.tag(version, {"approval_problem": ""})
    return [version] if wanted.approved else []


def record(system: System, version: str, said: Asked) -> None:
    """Put a decision into the history.

    Raises:
        InputError: as `approval.approve` and `approval.reject`.
        PromotionRefused: likewise.
    """
    ports: dict[str, Any] = {"registry": system.registry, "history": system.history, "clock": system.clock}
    if said.approved:
        approval.approve(version, by=said.by, reason=said.reason, waivers=said.waivers, second=said.second, **ports)
    else:
        approval.reject(version, by=said.by, reason=said.reason, **ports)


def roll_back(system: System, *, by: str, reason: str) -> tuple[str, str]:
    """The previous release serves again; (version taken back, version that serves now). Safe to repeat.

    Raises:
        InputError: no name or no reason given.
        PromotionRefused: there is nothing to go back to, it was rejected, or its passport does not verify.
    """
    with processes.only_one(system.settings.home, "promote"):
        aliases = system.registry.aliases()
        if aliases.get("previous", aliases.get("champion")) != aliases.get("champion"):
            passports.require(system, aliases["previous"])
        moved = promotion.rollback(
            by=by, reason=reason, registry=system.registry, history=system.history, clock=system.clock
        )
        handing_over.tell_server(system)
    at = next(event.at for event in reversed(system.history.events()) if event.event == "rolled_back")
    telling.tell(system.settings, at, notices.rolled_back(*moved, by=by, reason=reason, at=at))
    return moved


def _issue(system: System, version: str, said: ReleaseEvent, before: str) -> dict[str, str]:
    """Sign the passport, once the release that a rollback would need has proved itself."""
    champion = system.registry.aliases().get("champion", "")
    rehearsed = "" if champion == version else way_back.rehearse(system, champion)
    registered = approval.existing(version, system.registry)
    sealed = passports.issue(
        system,
        version,
        approval=said,
        verdict=Verdict.from_json(system.evidence.verdict(registered.weights)),
        verdict_digest=registered.tags["verdict_digest"],
        probes=way_back.answer_probes(system, version),
        champion_before=before,
    )
    digest = hashlib.sha256(sealed.encode()).hexdigest()
    return {"passport": digest} | ({"way_back": rehearsed} if rehearsed else {})
