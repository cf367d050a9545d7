"""Moving the aliases, in the only order that a crash cannot turn into a lie, and back again.

Promotion: `previous` first, `champion` second, tags and history last. Readers take `champion` alone, so between any
two writes they see either the old release or the new one, and repeating the whole thing ends in the same place.

Rollback: history first. Two aliases change places, which no single write can do and no half-done state tells apart
from a promotion's; the recorded decision says what a repetition has to finish.
"""

from collections.abc import Callable, Mapping, Sequence

from ecomintent.errors import PromotionRefused
from ecomintent.gate.verdict import Decision, Verdict
from ecomintent.ports import Clock, History, Registry
from ecomintent.records import ReleaseEvent
from ecomintent.release.approval import MOVES, bound, decision, explained, named, unwaived, waivers_of

Issue = Callable[[str], dict[str, str]]
"""The version that was champion before -> signs the new one's passport; what the history shall say about it."""


def require_approval(version: str, *, registry: Registry, history: History) -> ReleaseEvent:
    """The approval that `version` may be promoted on.

    Raises:
        PromotionRefused: nobody approved it, somebody rejected it, or it changed since.
    """
    found, said = registry.version(version), decision(version, history.events())
    if said is not None and said.event == "rejected":
        raise PromotionRefused(f"version {version} was rejected by {said.by} at {said.at}: {said.reason}")
    if found is None or said is None:
        raise PromotionRefused(
            f"version {version} is not approved; ecomintent approve {version} --by NAME --reason TEXT"
        )
    changed = [name for name, value in bound(found).items() if said.details.get(name) != value]
    if changed:
        raise PromotionRefused(
            f"version {version} changed since {said.by} approved it ({', '.join(changed)}); approve it again"
        )
    return said


def settle(
    version: str,
    *,
    verdict: Verdict,
    approval: ReleaseEvent,
    issue: Issue,
    registry: Registry,
    history: History,
    clock: Clock,
) -> None:
    """Act on the verdict that the gate gave when it was asked again: move the aliases, or record why not.

    A version that is the champion already had its yes from the gate; what a crash left undone is done.

    Raises:
        PromotionRefused: the fresh verdict is BLOCK and no second person overrode that, it is REVIEW and the approval
            lacks a reason for one of its undecided intents, or the approval was withdrawn while the gate was asked.
    """
    if require_approval(version, registry=registry, history=history) != approval:
        raise PromotionRefused(f"the approval of version {version} changed while the gate was asked; approve it again")
    cause = None if registry.aliases().get("champion") == version else _objection(verdict, approval)
    if cause is None:
        promote(version, approval=approval, issue=issue, registry=registry, history=history, clock=clock)
        return
    details = {"approved_by": approval.by}
    registry.tag(version, {"approval": "refused"})
    history.append(
        ReleaseEvent(at=clock.now(), event="refused", version=version, by="gate", reason=cause, details=details)
    )
    raise PromotionRefused(f"version {version} is not promoted; {cause}; the champion stays")


def promote(
    version: str, *, approval: ReleaseEvent, issue: Issue, registry: Registry, history: History, clock: Clock
) -> None:
    """Make `version` the champion, and the anchor where there is none. Safe to repeat after a crash at any point."""
    aliases = registry.aliases()
    champion = aliases.get("champion")
    before = aliases.get("previous", "") if champion == version else champion or ""
    passport = issue(before)
    if champion != version:
        if champion is not None:
            registry.point("previous", champion)
        registry.point("champion", version)
    if "anchor" not in aliases:
        registry.point("anchor", version)
    if aliases.get("candidate") == version:
        registry.drop("candidate")
    registry.tag(version, {"approval": "promoted", "approved_by": approval.by})
    if not _recorded(version, history.events()):
        history.append(
            ReleaseEvent(
                at=clock.now(),
                event="promoted",
                version=version,
                by=approval.by,
                reason=approval.reason,
                details={"previous": before, "approved_at": approval.at, **passport},
            )
        )


def unfinished(history: History) -> list[str]:
    """Versions that were approved and neither promoted, refused, rejected nor taken back since, oldest first."""
    open_versions: dict[str, None] = {}
    for event in history.events():
        if event.event == "approved":
            open_versions[event.version] = None
        else:
            open_versions.pop(event.version, None)
            open_versions.pop(event.details.get("taken_back", ""), None)
    return list(open_versions)


def rollback(*, by: str, reason: str, registry: Registry, history: History, clock: Clock) -> tuple[str, str]:
    """One step back: `previous` becomes the champion, and the old champion becomes `previous`.

    A rollback that a crash left half-done is finished instead; the same person saying the same again adds nothing.

    Returns:
        (version taken back, version that serves now).
    Raises:
        InputError: no name or no reason given.
        PromotionRefused: there is nothing to go back to, or it was rejected.
    """
    named(by)
    explained(reason)
    aliases, events = registry.aliases(), history.events()
    begun = _begun(aliases, events, by, reason)
    back, now = begun or _step_back(aliases, events, registry)
    if begun is None:
        details = {"taken_back": back}
        history.append(
            ReleaseEvent(at=clock.now(), event="rolled_back", version=now, by=by, reason=reason, details=details)
        )
    registry.point("champion", now)
    registry.point("previous", back)
    return back, now


def _objection(verdict: Verdict, approval: ReleaseEvent) -> str | None:
    if verdict.overall is Decision.BLOCK and "override_by" not in approval.details:
        return f"the gate, asked again against today's champion, says BLOCK: {verdict.cause}"
    if verdict.overall is not Decision.REVIEW:
        return None
    missing = unwaived(verdict.undecided, waivers_of(approval))
    if missing or not approval.reason.strip():
        wanted = f" and for {', '.join(missing)}" if missing else ""
        return f"the gate, asked again, says REVIEW ({verdict.cause}); approve again with a reason{wanted}"
    return None


def _recorded(version: str, events: Sequence[ReleaseEvent]) -> bool:
    """Whether the last thing said about `version`, of approved and promoted, is promoted."""
    said = [event.event for event in events if event.version == version and event.event in ("approved", "promoted")]
    return said[-1:] == ["promoted"]


def _begun(aliases: Mapping[str, str], events: Sequence[ReleaseEvent], by: str, reason: str) -> tuple[str, str] | None:
    """The rollback that is to be finished, as (taken back, serves now); None where a new one is asked for."""
    last = next((event for event in reversed(events) if event.event in MOVES), None)
    if last is None or last.event != "rolled_back":
        return None
    back, now = last.details["taken_back"], last.version
    held = (aliases.get("champion"), aliases.get("previous"))
    again = held == (now, back) and (last.by, last.reason) == (by, reason)
    said = decision(back, events)
    if said is not None and said.event == "approved":
        return None  # given since: what was taken back is on its way again and may be where a dead rollback left it
    return (back, now) if again or held in ((back, now), (now, now)) else None


def _step_back(aliases: Mapping[str, str], events: Sequence[ReleaseEvent], registry: Registry) -> tuple[str, str]:
    champion, previous = aliases.get("champion"), aliases.get("previous")
    if champion is not None and champion == previous:
        # A promotion died after its first write; the history still knows what came before.
        last = next((event for event in reversed(events) if event.event in MOVES and event.version == champion), None)
        previous = (last.details.get("previous") or last.details.get("taken_back")) if last else None
    if champion is None or not previous or registry.version(previous) is None:
        raise PromotionRefused("there is no previous release to go back to")
    said = decision(previous, events)
    if said is not None and said.event == "rejected":
        raise PromotionRefused(
            f"the previous release, version {previous}, was rejected by {said.by} at {said.at}: {said.reason}"
        )
    return champion, previous
