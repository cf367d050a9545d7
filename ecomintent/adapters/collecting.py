"""Every configured source into the label store, one after another; a bad one never stops the others."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from ecomintent.adapters import sources, syncing
from ecomintent.adapters.sources import Source
from ecomintent.adapters.system import System
from ecomintent.adapters.tables import in_frozen_set
from ecomintent.errors import EcomIntentError, InputError
from ecomintent.labels.rules import Rules
from ecomintent.labels.texts import redacted

log = logging.getLogger(__name__)

TICKETS_A_LINE = 500
"""How often progress is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one source came to."""

    source: str
    """`kind:account`."""
    error: str
    """Why it stopped; empty where it did not."""
    synced: dict[str, Any]
    """`syncing.Synced` as plain values; empty where it stopped."""


def named(system: System, names: Sequence[str]) -> list[str]:
    """The sources to read: those of these names, or all.

    Raises:
        InputError: there are none, or none of a name; lists what there is.
    """
    found = [source.name for source in sources.read(system.settings)]
    if not found:
        raise InputError(
            "names no source yet; docs/connect.md shows an entry for each helpdesk",
            where=str(system.settings.sources_file),
        )
    for name in names:
        if name not in found:
            raise InputError(f"there is no such source; there are {', '.join(found)}", where=name)
    return [name for name in found if not names or name in names]


def collect(system: System, name: str, *, since: str = "", dry: bool = False) -> Outcome:
    """Read one source; what stops it is said, not raised.

    Args:
        since: for a first sync, instead of the file's own.
    """
    try:
        source = next(one for one in sources.read(system.settings) if one.name == name)
        done = syncing.sync(
            source.connect(),
            rules_of(system, source),
            system.labels,
            since=since or source.since,
            dry=dry,
            told=_told(name),
        )
    except EcomIntentError as error:
        log.warning("source %s stopped: %s", name, error)
        return Outcome(source=name, error=str(error), synced={})
    return Outcome(source=name, error="", synced=asdict(done))


def rules_of(system: System, source: Source) -> Rules:
    """What a source is read by in this home."""
    setup = source.setup
    return Rules(
        source=setup.kind,
        account=setup.account,
        intents=source.intents,
        redact=redacted,
        pseudonym=partial(system.pseudonyms.of, setup.kind, setup.account),
        in_frozen_set=in_frozen_set(system),
        include=source.include,
        erased=frozenset(one.requester for one in system.erasure.tombstones() if one.requester),
    )


def _told(name: str) -> Callable[[int, int | None], None]:
    last = 0

    def tell(done: int, total: int | None) -> None:
        nonlocal last
        if done - last >= TICKETS_A_LINE:
            last = done
            log.info("source %s: %d tickets%s", name, done, f" of {total}" if total else "")

    return tell
