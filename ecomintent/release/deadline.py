"""How long people have: a candidate that nobody said yes to in time is rejected, and the champion stays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ecomintent.ports import Clock, History, Registry
from ecomintent.records import ReleaseEvent
from ecomintent.release.approval import decision, turned_down


def request(version: str, *, verdict_digest: str, registry: Registry, history: History, clock: Clock) -> None:
    """Ask people about `version` from now on: the time in which a yes is possible starts. Repeating adds nothing."""
    asked = _last(version, "requested", history.events())
    said = decision(version, history.events())
    known = asked is not None and asked.details == {"verdict_digest": verdict_digest}
    if not known or (said is not None and "expired" in said.details):
        details = {"verdict_digest": verdict_digest}
        history.append(
            ReleaseEvent(
                at=clock.now(), event="requested", version=version, by="ecomintent", reason="", details=details
            )
        )
        registry.tag(version, {"approval": "pending"})


def expire(*, days: int, registry: Registry, history: History, clock: Clock) -> list[str]:
    """Reject what nobody said yes to within `days`, and yeses that led to no release within `days`.

    Unlike a person's no, this one ends when the version is asked about again.

    Returns:
        The versions that ran out of time now.
    """
    events, now, aliases = history.events(), _time(clock.now()), registry.aliases()
    late = []
    for version in dict.fromkeys(e.version for e in events if e.event in ("requested", "approved")):
        opened, said = waiting_since(version, events), decision(version, events)
        if said is not None and "expired" in said.details and aliases.get("candidate") == version:
            turned_down(said, registry, history)  # a crash left it on the alias
        if opened is None or version == aliases.get("champion") or now - _time(opened.at) < timedelta(days=days):
            continue
        what = "nobody said yes" if opened.event == "requested" else f"the yes of {opened.by} led to no release"
        said = ReleaseEvent(
            at=clock.now(),
            event="rejected",
            version=version,
            by="ecomintent",
            reason=f"{what} within {days} days",
            details={"expired": opened.at},
        )
        turned_down(said, registry, history)
        late.append(version)
    return late


def waiting_since(version: str, events: Sequence[ReleaseEvent]) -> ReleaseEvent | None:
    """The request or yes that still waits; None where the version was decided about."""
    said = decision(version, events)
    if said is not None and said.event == "rejected":
        return None
    last = next(
        (
            event
            for event in reversed(events)
            if (event.version == version and event.event not in ("judged", "sealed"))
            or event.details.get("taken_back") == version
        ),
        None,
    )
    return last if last is not None and last.event in ("requested", "approved") else None


def _last(version: str, kind: str, events: Sequence[ReleaseEvent]) -> ReleaseEvent | None:
    return next((e for e in reversed(events) if e.version == version and e.event == kind), None)


def _time(said: str) -> datetime:
    return datetime.fromisoformat(said)
