"""A person says yes or no to one version. Nothing here makes a champion."""

from collections.abc import Sequence
from typing import Final

from ecomintent.errors import InputError, PromotionRefused
from ecomintent.ports import Clock, History, Registry
from ecomintent.records import RegisteredVersion, ReleaseEvent

BOUND: Final = ("snapshot", "frozen_set", "verdict_digest")
"""Tags of a version that an approval is bound to, beside the weights."""

MOVES: Final = ("promoted", "rolled_back")
"""Events after which another version is the champion."""


def approve(version: str, *, by: str, reason: str, registry: Registry, history: History, clock: Clock) -> ReleaseEvent:
    """Record that `by` approves `version` as it is now; saying it again adds nothing.

    Raises:
        InputError: no such version, or no name given.
        PromotionRefused: its verdict is BLOCK, it was rejected, REVIEW comes without a reason, or it lacks a
            digest to bind the approval to.
    """
    named(by)
    found = _existing(version, registry)
    _approvable(found, reason)
    said = decision(version, history.events())
    if said is not None and said.event == "rejected":
        raise PromotionRefused(f"version {version} was rejected by {said.by} at {said.at}: {said.reason}")
    if said is None or said.details != bound(found) or (reason.strip() and not said.reason.strip()):
        said = ReleaseEvent(
            at=clock.now(), event="approved", version=version, by=by, reason=reason, details=bound(found)
        )
        history.append(said)
    if registry.aliases().get("champion") != version:
        registry.tag(version, {"approval": "approved", "approved_by": said.by})
    return said


def reject(version: str, *, by: str, reason: str, registry: Registry, history: History, clock: Clock) -> ReleaseEvent:
    """Record a no, for good, and take `version` off the candidate alias; saying it again adds nothing.

    Raises:
        InputError: no such version, no name or no reason given.
        PromotionRefused: the version is the champion; a rollback is what is meant.
    """
    named(by)
    explained(reason)
    _existing(version, registry)
    aliases = registry.aliases()
    if aliases.get("champion") == version:
        raise PromotionRefused(f"version {version} is the champion; to take it back: ecomintent rollback")
    said = decision(version, history.events())
    if said is None or said.event != "rejected":
        said = ReleaseEvent(at=clock.now(), event="rejected", version=version, by=by, reason=reason)
        history.append(said)
    registry.tag(version, {"approval": "rejected", "rejected_by": said.by})
    if aliases.get("candidate") == version:
        registry.drop("candidate")
    return said


def decision(version: str, events: Sequence[ReleaseEvent]) -> ReleaseEvent | None:
    """What was said about `version` and still holds.

    A no holds for good. A yes holds until the gate refuses the version, a rollback takes it back, or another
    release follows the one it led to: whoever wants that release again has to look at it again.
    """
    said, used = None, False
    for event in events:
        about = event.version == version
        if said is not None and said.event == "rejected":
            break
        if about and event.event in ("approved", "rejected"):
            said, used = event, False
        elif event.details.get("taken_back") == version or (about and event.event == "refused"):
            said = None
        elif event.event in MOVES:
            said = None if used and not about else said
            used = used or about
    return said


def bound(version: RegisteredVersion) -> dict[str, str]:
    """The digests a yes holds for; when one differs, the yes is void."""
    return {"weights": version.weights, **{name: version.tags.get(name, "") for name in BOUND}}


def named(by: str) -> None:
    """Let a person's name pass.

    Raises:
        InputError: there is none.
    """
    if not by.strip():
        raise InputError("whoever decides about a release is named", where="--by")


def explained(reason: str) -> None:
    """Let a reason pass.

    Raises:
        InputError: there is none.
    """
    if not reason.strip():
        raise InputError("say why, for the next person who asks", where="--reason")


def _existing(version: str, registry: Registry) -> RegisteredVersion:
    found = registry.version(version)
    if found is None:
        known = ", ".join(v.version for v in registry.versions()) or "none"
        raise InputError(f"no such version; there are: {known}", where=f"version {version}")
    return found


def _approvable(found: RegisteredVersion, reason: str) -> None:
    verdict = found.tags.get("verdict", "")
    if verdict not in ("PROMOTE", "REVIEW"):
        raise PromotionRefused(
            f"version {found.version} has verdict {verdict or 'none'}: only PROMOTE and REVIEW may be approved; "
            "the champion stays"
        )
    if verdict == "REVIEW" and not reason.strip():
        raise PromotionRefused(
            f"version {found.version} is in REVIEW: say why it may be released (--reason), naming the undecided intents"
        )
    missing = [name for name, value in bound(found).items() if not value]
    if missing:
        raise PromotionRefused(
            f"version {found.version} does not say its {', '.join(missing)}, so that a yes could not be bound to it; "
            "retrain instead"
        )
