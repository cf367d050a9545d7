"""A correction with everything said; a test changes what it is about."""

from dataclasses import replace
from typing import Any

from ecomintent.records import Correction, Provenance

SAID = Correction(
    ticket_id="T-1",
    text="where is my parcel",
    intent="WISMO",
    created_at="2026-05-04T11:30:00+00:00",
    agent="dana",
    source="file",
    provenance=Provenance.EDITED,
    previous_intent="OTHER",
)


def corrected(**changed: Any) -> Correction:
    """Dana's edit of a ticket from OTHER to WISMO, but for `changed`."""
    return replace(SAID, **changed)
