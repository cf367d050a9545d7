"""A person says yes or no to one version, in time. Nothing here makes a champion.

Over 200 lines by a few: every way to say yes or no.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from ecomintent.errors import InputError, PromotionRefused
from ecomintent.ports import Clock, History, Registry
from ecomintent.records import RegisteredVersion, ReleaseEvent

BOUND: Final = ("snapshot", "frozen_set", "verdict_digest")
"""Tags of a version that an approval is bound to, beside the weights."""

MOVES: Final = ("promoted", "rolled_back")
"""Events after which another version is the champion."""

NO_WAIVERS: Final[Mapping[str, str]] = {}


def approve(
    version: str,
    *,
    by: str,
    reason: str,
    waivers: Mapping[str, str] = NO_WAIVERS,
    second: str = "",
    registry: Registry,
    history: History,
    clock: Clock,
) -> ReleaseEvent:
    """Record that `by` approves `version` as it is now; saying it again adds nothing.

    Args:
        waivers: INCONCLUSIVE intent -> why it may be released all the same.
        second: another person who agrees to release a version that the gate blocked; empty where it did not.
    Raises:
        InputError: no such version, or no name given.
        PromotionRefused: it was rejected or took too long, REVIEW comes without its reasons, BLOCK without a second
            person, or it lacks a digest to bind the approval to.
    """
    named(by)
    found = existing(version, registry)
    said = decision(version, history.events())
    if said is not None and said.event == "rejected":
        raise PromotionRefused(f"version {version} was rejected by {said.by} at {said.at}: {said.reason}")
    details = bound(found) | _agreed(found, by, reason, waivers, second)
    if said is None or said.details != details or (reason.strip() and not said.reason.strip()):
        said = ReleaseEvent(at=clock.now(), event="approved", version=version, by=by, reason=reason, details=details)
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
    existing(version, registry)
    if registry.aliases().get("champion") == version:
        raise PromotionRefused(f"version {version} is the champion; to take it back: ecomintent rollback")
    said = decision(version, history.events())
    if said is None or said.event != "rejected":
        said = ReleaseEvent(at=clock.now(), event="rejected", version=version, by=by, reason=reason)
    return turned_down(said, registry, history)


def decision(version: str, events: Sequence[ReleaseEvent]) -> ReleaseEvent | None:
    """What was said about `version` and still holds.

    A no holds for good, unless it only ran out of time and the version was asked about again. A yes holds until the
    gate refuses the version, a rollback takes it back, or another release follows the one it led to: whoever wants
    that release again has to look at it again.
    """
    said, used = None, False
    for event in events:
        about = event.version == version
        if said is not None and said.event == "rejected":
            if about and event.event == "requested" and "expired" in said.details:
                said = None
            continue
        if about and event.event in ("approved", "rejected"):
            said, used = event, False
        elif event.details.get("taken_back") == version or (about and event.event == "refused"):
            said = None
        elif event.event in MOVES:
            said = None if used and not about else said
            used = used or about
    return said


def waivers_of(said: ReleaseEvent) -> dict[str, str]:
    """Intent -> reason, as an approval holds them."""
    found: dict[str, str] = json.loads(said.details.get("waivers", "{}"))
    return found


def bound(version: RegisteredVersion) -> dict[str, str]:
    """The digests a yes holds for; when one differs, the yes is void."""
    return {"weights": version.weights, **{name: version.tags.get(name, "") for name in BOUND}}


def named(by: str, *, where: str = "--by") -> None:
    """Let a person's name pass.

    Raises:
        InputError: there is none.
    """
    if not by.strip():
        raise InputError("whoever decides about a release is named", where=where)


def explained(reason: str) -> None:
    """Let a reason pass.

    Raises:
        InputError: there is none.
    """
    if not reason.strip():
        raise InputError("say why, for the next person who asks", where="--reason")


def existing(version: str, registry: Registry) -> RegisteredVersion:
    """The version as the registry has it.

    Raises:
        InputError: it has none of that number.
    """
    found = registry.version(version)
    if found is None:
        known = ", ".join(v.version for v in registry.versions()) or "none"
        raise InputError(f"no such version; there are: {known}", where=f"version {version}")
    return found


def command(version: str, undecided: Sequence[str]) -> str:
    """The command line that approves a version, with a place for every reason it needs."""
    asked = "".join(f" --intent {name}=TEXT" for name in undecided)
    return f"ecomintent approve {version} --by NAME --reason TEXT{asked}"


def undecided_of(tags: Mapping[str, str]) -> list[str]:
    """The INCONCLUSIVE intents of a version, as its tags have them."""
    return [name for name in tags.get("undecided", "").split(",") if name]


def unwaived(undecided: Sequence[str], waivers: Mapping[str, str]) -> list[str]:
    """INCONCLUSIVE intents that no reason was given for."""
    return [name for name in undecided if not waivers.get(name, "").strip()]


def _agreed(found: RegisteredVersion, by: str, reason: str, waivers: Mapping[str, str], second: str) -> dict[str, str]:
    """What the approval says beside its digests, once everything its verdict asks for was said."""
    verdict, version = found.tags.get("verdict", ""), found.version
    if verdict not in ("PROMOTE", "REVIEW", "BLOCK"):
        raise PromotionRefused(
            f"version {version} has verdict {verdict or 'none'}: retrain, so that the gate judges it"
        )
    if verdict == "BLOCK" and not second.strip():
        raise PromotionRefused(
            f"version {version} has verdict BLOCK; the champion stays. Only two named persons together may override "
            "that: --override --second NAME --reason TEXT"
        )
    if second.strip() and (verdict != "BLOCK" or second.strip().casefold() == by.strip().casefold()):
        told = "is only needed for a BLOCK" if verdict != "BLOCK" else "must be somebody else than --by"
        raise InputError(f"a second person {told}; leave it out or correct it", where="--second")
    if verdict != "PROMOTE" and not reason.strip():
        raise PromotionRefused(f"version {version} is in {verdict}: say why it may be released (--reason)")
    undecided = undecided_of(found.tags)
    unknown = sorted(set(waivers) - set(undecided))
    if unknown:
        told = f"{', '.join(unknown)}: undecided are {', '.join(undecided) or 'none'}"
        raise InputError(f"a reason for an intent that needs none ({told}); leave it out", where="--intent")
    missing = unwaived(undecided, waivers) if verdict == "REVIEW" else []
    if missing:
        asked = " ".join(f'--intent {name}="..."' for name in missing)
        raise PromotionRefused(
            f"version {version} is in REVIEW: say for each undecided intent why it may be released: {asked}"
        )
    lacking = [name for name, value in bound(found).items() if not value]
    if lacking:
        raise PromotionRefused(
            f"version {version} does not say its {', '.join(lacking)}, so that a yes could not be bound to it; "
            "retrain instead"
        )
    given = {name: text for name, text in sorted(waivers.items()) if text.strip()}
    details = {"waivers": json.dumps(given, ensure_ascii=False)} if given else {}
    return details | ({"override_by": second.strip()} if second.strip() else {})


def turned_down(said: ReleaseEvent, registry: Registry, history: History) -> ReleaseEvent:
    """Put a no into effect: the history first, then the tags, then the alias. Repeating adds nothing."""
    if decision(said.version, history.events()) != said:
        history.append(said)
    registry.tag(said.version, {"approval": "rejected", "rejected_by": said.by})
    if registry.aliases().get("candidate") == said.version:
        registry.drop("candidate")
    return said
