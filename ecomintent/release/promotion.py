"""Moving the aliases, in the only order that a crash cannot turn into a lie, and back again.

`previous` first, `champion` second, tags and history last: readers take `champion` alone, so between any two writes
they see either the old release or the new one, and repeating the whole thing ends in the same place.
"""

from ecomintent.errors import PromotionRefused
from ecomintent.gate.verdict import Overall, Verdict
from ecomintent.ports import Clock, History, Registry
from ecomintent.records import ReleaseEvent
from ecomintent.release.approval import bound, decision


def require_approval(version: str, *, registry: Registry, history: History) -> ReleaseEvent:
    """The approval that `version` may be promoted on.

    Raises:
        PromotionRefused: nobody approved it, somebody rejected it, or it changed since.
    """
    found, said = registry.version(version), decision(version, history.events())
    if found is None or said is None or said.event != "approved":
        raise PromotionRefused(
            f"version {version} is not approved; ecomintent approve {version} --by NAME --reason TEXT"
        )
    if said.details != bound(found):
        changed = [name for name, value in bound(found).items() if said.details.get(name) != value]
        raise PromotionRefused(
            f"version {version} changed since {said.by} approved it ({', '.join(changed)}); approve it again"
        )
    return said


def settle(
    version: str,
    *,
    verdict: Verdict,
    approval: ReleaseEvent,
    registry: Registry,
    history: History,
    clock: Clock,
) -> None:
    """Act on the verdict that the gate gave when it was asked again: move the aliases, or record why not.

    Raises:
        PromotionRefused: the fresh verdict is BLOCK, or it is REVIEW and the approval carries no reason.
    """
    cause = None
    if not verdict.may_be_approved:
        cause = f"the gate, asked again against today's champion, says BLOCK: {verdict.cause}"
    elif verdict.overall is Overall.REVIEW and not approval.reason.strip():
        cause = f"the gate, asked again, says REVIEW ({verdict.cause}); approve again with a reason"
    if cause is None:
        promote(version, approval=approval, registry=registry, history=history, clock=clock)
        return
    history.append(
        ReleaseEvent(
            at=clock.now(),
            event="refused",
            version=version,
            by="gate",
            reason=cause,
            details={"approved_by": approval.by},
        )
    )
    raise PromotionRefused(f"version {version} is not promoted; {cause}; the champion stays")


def promote(version: str, *, approval: ReleaseEvent, registry: Registry, history: History, clock: Clock) -> None:
    """Make `version` the champion. Safe to repeat after a crash at any point."""
    aliases = registry.aliases()
    champion = aliases.get("champion")
    if champion is not None and champion != version:
        registry.point("previous", champion)
    if champion != version:
        registry.point("champion", version)
    if aliases.get("candidate") == version:
        registry.drop("candidate")
    registry.tag(version, {"approval": "promoted", "approved_by": approval.by})
    if not _recorded(version, approval, history):
        details = {"previous": champion or "", "approved_at": approval.at}
        history.append(
            ReleaseEvent(
                at=clock.now(),
                event="promoted",
                version=version,
                by=approval.by,
                reason=approval.reason,
                details=details,
            )
        )


def unfinished(history: History) -> list[str]:
    """Versions that were approved and neither promoted, refused nor rejected since, oldest first."""
    open_versions: dict[str, None] = {}
    for event in history.events():
        if event.event == "approved":
            open_versions[event.version] = None
        else:
            open_versions.pop(event.version, None)
    return list(open_versions)


def rollback(*, by: str, reason: str, registry: Registry, history: History, clock: Clock) -> tuple[str, str]:
    """One step back: `previous` becomes the champion, and the old champion becomes `previous`.

    Returns:
        (version taken back, version that serves now).
    Raises:
        PromotionRefused: there is nothing to go back to.
    """
    aliases = registry.aliases()
    champion, previous = aliases.get("champion"), aliases.get("previous")
    if champion is None or previous is None or champion == previous:
        raise PromotionRefused("there is no previous release to go back to")
    registry.point("champion", previous)
    registry.point("previous", champion)
    history.append(
        ReleaseEvent(
            at=clock.now(),
            event="rolled_back",
            version=previous,
            by=by,
            reason=reason,
            details={"taken_back": champion},
        )
    )
    return champion, previous


def _recorded(version: str, approval: ReleaseEvent, history: History) -> bool:
    return any(
        event.event == "promoted" and event.version == version and event.details.get("approved_at") == approval.at
        for event in history.events()
    )
