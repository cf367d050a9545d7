"""The anchor: the fixed reference that keeps many small losses from adding up. Only a logged decision moves it."""

from ecomintent.errors import PromotionRefused
from ecomintent.gate.verdict import Outcome, Verdict
from ecomintent.ports import Clock, History, Registry
from ecomintent.records import ReleaseEvent
from ecomintent.release.approval import existing, explained, named


def move(
    version: str, *, by: str, reason: str, verdict: Verdict, registry: Registry, history: History, clock: Clock
) -> str:
    """Make the champion the anchor; saying it again adds nothing.

    Args:
        verdict: the gate's on `version`, which was compared with today's anchor.
    Returns:
        The version that was the anchor before.
    Raises:
        InputError: no such version, no name or no reason given.
        PromotionRefused: it is not the champion, or some intent does not PASS against today's anchor.
    """
    named(by)
    explained(reason)
    existing(version, registry)
    aliases = registry.aliases()
    before = aliases.get("anchor", "")
    if before == version:
        return before
    if aliases.get("champion") != version:
        raise PromotionRefused(f"version {version} is not the champion; only a release that serves can be the anchor")
    against = verdict.against_anchor.intents if verdict.against_anchor else verdict.intents
    failing = [name for name, intent in against.items() if intent.verdict is not Outcome.PASS]
    if failing or not against:
        told = f"{', '.join(failing)} did not PASS" if failing else "nothing was compared"
        raise PromotionRefused(f"version {version} cannot become the anchor: against today's, {told}")
    details = {"previous_anchor": before}
    history.append(
        ReleaseEvent(at=clock.now(), event="anchored", version=version, by=by, reason=reason, details=details)
    )
    registry.point("anchor", version)
    return before
