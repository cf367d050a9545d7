"""A customer is forgotten: out of the label store for good, and who learned from them is named, with a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ecomintent import params
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.system import System
from ecomintent.corrected import SOURCE
from ecomintent.data.frozen_reading import read_stored
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.params_labels import LabelsParams
from ecomintent.records import Tombstone

Ticket = tuple[str, str, str]
"""Source, account, id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """A registered version, and what it has of the erased tickets."""

    version: str
    aliases: tuple[str, ...]
    snapshot: str
    """Digest of what it was trained on."""
    tickets: int | None
    """How many of them are in it; None where it was made before this was kept: count it as if they all were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was done, and what is still to do."""

    tickets: tuple[str, ...]
    retrain_by: str
    learned: tuple[Learned, ...]
    frozen: tuple[str, ...]
    """Ids of frozen tickets that are theirs by id or by text, as far as the store still knew the texts."""


def erase(system: System, *, source: str, requester: str, ticket: str, by: str) -> Erased:
    """Forget a customer (`requester`, the helpdesk's id) or one ticket. Again, it says what is left to do.

    Args:
        source: `kind:account`, or `file`.
    Raises:
        InputError: nobody is named, or not one of customer and ticket.
    """
    if not by.strip():
        raise InputError("empty; an erasure is bound to a person", where="--by")
    if bool(requester) == bool(ticket):
        raise InputError("name one: --requester, or --ticket where no customer is known", where="erase")
    kind, _, account = source.partition(":")
    hashed = system.pseudonyms.of(kind, account, requester) if requester else ""
    now = system.clock.now()
    days = params.section(system.settings.params, "labels", into=LabelsParams).erasure_days
    texts = {
        text_key(one.text)
        for one in system.labels.corrections()
        if (one.source, one.account) == (kind, account)
        and (one.ticket_id == ticket or (hashed and one.requester == hashed))
    }
    tombstones = system.erasure.erase(
        Tombstone(
            source=kind,
            account=account,
            ticket_id=ticket,
            requester=hashed,
            at=now,
            by=by.strip(),
            retrain_by=(datetime.fromisoformat(now) + timedelta(days=days)).date().isoformat(),
        )
    )
    kept = LabellingDatabase(system.settings.home)
    if ticket and kind == SOURCE and kept.path.is_file():
        # After the tombstone, which keeps out what a server hands on meanwhile.
        kept.forget(ticket)
    return Erased(
        tickets=tuple(one.ticket_id for one in tombstones),
        retrain_by=min((one.retrain_by for one in tombstones), default=""),
        learned=learned(system, [(one.source, one.account, one.ticket_id) for one in tombstones]),
        frozen=_frozen(system, {one.ticket_id for one in tombstones}, texts),
    )


def learned(system: System, tickets: Sequence[Ticket]) -> tuple[Learned, ...]:
    """The registered versions that were trained on any of the tickets, or may have been; newest first."""
    aliases = system.registry.aliases()
    found = []
    for version in system.registry.versions() if tickets else ():
        count = system.evidence.learned_from(version.weights, tickets)
        if count != 0:
            named = tuple(sorted(alias for alias, points_to in aliases.items() if points_to == version.version))
            snapshot = version.tags.get("snapshot", "")
            found.append(Learned(version=version.version, aliases=named, snapshot=snapshot, tickets=count))
    return tuple(found)


def _frozen(system: System, tickets: set[str], texts: set[str]) -> tuple[str, ...]:
    path = system.frozen.path()
    rows = read_stored(path) if path else []
    return tuple(row.id for row in rows if row.id in tickets or text_key(row.text) in texts)
