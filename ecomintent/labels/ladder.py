"""The ladder of provenance: how far a label can be trusted, by who set it and on top of what."""

from typing import Final

from ecomintent.records import Provenance
from ecomintent.tickets import ActorKind

BY_MACHINES: Final = {
    ActorKind.SELF: Provenance.OWN,
    ActorKind.BOT: Provenance.BOT,
    ActorKind.RULE: Provenance.RULE,
}


def provenance(actor: ActorKind, intent: str, previous: str | None) -> Provenance | None:
    """The rung a label stands on; None where nobody knows who set it, which is for the quarantine.

    Args:
        previous: the intent before; empty where there was none, None where the system does not say: that counts as
            none, which is the lower rung.
    """
    if actor in BY_MACHINES:
        return BY_MACHINES[actor]
    if actor is ActorKind.UNKNOWN:
        return None
    if not previous:
        return Provenance.SET_FROM_BLANK
    return Provenance.CONFIRMED if previous == intent else Provenance.EDITED
