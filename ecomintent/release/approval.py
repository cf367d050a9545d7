"""A person says yes or no to one version. Nothing here moves an alias."""

from collections.abc import Sequence

from ecomintent.errors import InputError, PromotionRefused
from ecomintent.ports import Clock, History, Registry
from ecomintent.records import RegisteredVersion, ReleaseEvent

BOUND = ("weights", "snapshot", "frozen_set", "verdict_digest")
"""Tags of a version that an approval is bound to."""


def approve(version: str, *, by: str, reason: str, registry: Registry, history: History, clock: Clock) -> ReleaseEvent:
    """Record that `by` approves `version` as it is now; saying it again adds nothing.

    Raises:
        InputError: no such version, or no name given.
        PromotionRefused: its verdict is BLOCK, it was rejected, or REVIEW comes without a reason.
    """
    found = _existing(version, registry)
    _named(by)
    verdict = found.tags.get("verdict", "")
    if verdict not in ("PROMOTE", "REVIEW"):
        raise PromotionRefused(
            f"version {version} has verdict {verdict or 'none'}: only PROMOTE and REVIEW may be approved; "
            "the champion stays"
        )
    if verdict == "REVIEW" and not reason.strip():
        raise PromotionRefused(
            f"version {version} is in REVIEW: say why it may be released (--reason), naming the undecided intents"
        )
    state = decision(version, history.events())
    if state is not None and state.event == "rejected":
        raise PromotionRefused(f"version {version} was rejected by {state.by} at {state.at}: {state.reason}")
    if state is not None and state.details == bound(found):
        return state
    event = ReleaseEvent(at=clock.now(), event="approved", version=version, by=by, reason=reason, details=bound(found))
    history.append(event)
    registry.tag(version, {"approval": "approved", "approved_by": by})
    return event


def reject(version: str, *, by: str, reason: str, registry: Registry, history: History, clock: Clock) -> ReleaseEvent:
    """Record a no, and take `version` off the candidate alias.

    Raises:
        InputError: no such version, no name or no reason given.
        PromotionRefused: the version is the champion; a rollback is what is meant.
    """
    _existing(version, registry)
    _named(by)
    if not reason.strip():
        raise InputError("say why, for the next person who asks", where="--reason")
    aliases = registry.aliases()
    if aliases.get("champion") == version:
        raise PromotionRefused(f"version {version} is the champion; to take it back: ecomintent rollback")
    event = ReleaseEvent(at=clock.now(), event="rejected", version=version, by=by, reason=reason)
    history.append(event)
    registry.tag(version, {"approval": "rejected", "rejected_by": by})
    if aliases.get("candidate") == version:
        registry.drop("candidate")
    return event


def decision(version: str, events: Sequence[ReleaseEvent]) -> ReleaseEvent | None:
    """The last yes or no about `version`, unless a refusal came after it."""
    last = None
    for event in events:
        if event.version == version and event.event in ("approved", "rejected"):
            last = event
        elif event.version == version and event.event == "refused":
            last = None
    return last


def bound(version: RegisteredVersion) -> dict[str, str]:
    """The digests a yes holds for; when one differs, the yes is void."""
    return {name: version.tags.get(name, "") for name in BOUND}


def _existing(version: str, registry: Registry) -> RegisteredVersion:
    found = registry.version(version)
    if found is None:
        known = ", ".join(v.version for v in registry.versions()) or "none"
        raise InputError(f"no such version; there are: {known}", where=f"version {version}")
    return found


def _named(by: str) -> None:
    if not by.strip():
        raise InputError("an approval carries a person's name", where="--by")
