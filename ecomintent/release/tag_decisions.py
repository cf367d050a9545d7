"""Decisions that a person left as tags of a version in the registry, for instance on MLflow's page.

Whoever may set tags may decide, so who may is the registry's to say (with MLflow's basic auth: EDIT on
`registered_model_version`, which moves no alias). A tag has no author, hence `approved_by` beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ecomintent.records import RegisteredVersion, ReleaseEvent
from ecomintent.release.approval import decision

REASON_OF: Final = "approval_reason."
"""Before an intent's name: tag that holds the reason for this undecided intent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A yes or no, before anybody looked whether it may be said."""

    approved: bool
    """False: rejected."""
    by: str
    reason: str
    waivers: dict[str, str] = field(default_factory=dict)
    second: str = ""
    """Who else agrees to override a BLOCK."""


def asked(version: RegisteredVersion, events: Sequence[ReleaseEvent]) -> Asked | None:
    """The decision in the tags of `version` that the history does not know yet; None where there is none.

    The tag `approval` says `approved` or `rejected`; `approved_by` (or `rejected_by`), `approval_reason` and, for an
    undecided intent, `approval_reason.WISMO` say the rest. A tag that follows an earlier decision is no new one.
    """
    said = version.tags.get("approval", "").strip().lower()
    if said not in ("approved", "rejected") or decision(version.version, events) is not None:
        return None
    return Asked(
        approved=said == "approved",
        by=version.tags.get(f"{said}_by", ""),
        reason=version.tags.get("approval_reason", ""),
        waivers={
            name.removeprefix(REASON_OF): value
            for name, value in version.tags.items()
            if name.startswith(REASON_OF) and value.strip()
        },
    )
