"""`examine`: whether everything a release's passport speaks of is still what it was on the day of the promotion."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ecomintent import files, layout
from ecomintent.adapters import passports
from ecomintent.adapters.system import System
from ecomintent.data import parquet
from ecomintent.data.frozen import COLUMNS, sealed_digest
from ecomintent.errors import EcomIntentError, ReleaseError
from ecomintent.release.chain import event_digest, links
from ecomintent.release.passport import Passport
from ecomintent.release.record import verdict_digest
from ecomintent.release.timeline import champion_at

BACKUP: Final = "restore it from a backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part of a release, and whether it is what the passport says."""

    part: str
    ok: bool
    says: str
    """One line for people: what was found, and where at fault what to do."""


def examine(system: System, version: str) -> list[Finding]:
    """Look at every part; changes nothing. What is absent, damaged or in doubt is a finding, not an error.

    Without a passport that can be trusted there is nothing to hold the other parts against, but for the history.
    """
    try:
        passport = passports.require(system, version)
    except (EcomIntentError, OSError) as error:
        first = Finding(part="passport", ok=False, says=str(error))
        return [first, _finding("history", lambda: _history(system, version))]
    signed = f"signed for version {version} at {passport.issued_at}, approved by {passport.approved_by}"
    parts: dict[str, Callable[[], str]] = {
        "weights": lambda: _weights(system, passport),
        "verdict": lambda: _verdict(system, passport),
        "review page": lambda: _review_page(system, passport),
        "frozen set": lambda: _frozen_set(system, passport),
        "approval": lambda: _approval(system, passport),
        "history": lambda: _history(system, version),
    }
    return [Finding(part="passport", ok=True, says=signed), *(_finding(part, look) for part, look in parts.items())]


def _finding(part: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(part=part, ok=True, says=look())
    except (EcomIntentError, OSError) as error:
        return Finding(part=part, ok=False, says=str(error))


def _weights(system: System, passport: Passport) -> str:
    with tempfile.TemporaryDirectory() as spare:
        found = files.folder_digest(system.registry.fetch(passport.version, Path(spare)))
    local = system.settings.releases / passport.version
    copied = files.folder_digest(local) if local.is_dir() else passport.weights
    for where, digest in (("what the registry holds", found), (f"the local copy {local}", copied)):
        if digest != passport.weights:
            raise ReleaseError(
                f"{where} has digest {digest[:12]}, the passport says {passport.weights[:12]}: damaged or changed; "
                "a damaged copy is fetched anew on the next use"
            )
    return f"digest {found[:12]}"


def _verdict(system: System, passport: Passport) -> str:
    path = system.evidence.folder(passport.weights) / layout.VERDICT.name
    try:
        kept = system.evidence.verdict(passport.weights)
    except ValueError as error:
        raise ReleaseError(f"{path} is not JSON any more ({error}); {BACKUP}") from error
    if not kept:
        raise ReleaseError(f"{path} is gone; {BACKUP}")
    found = verdict_digest(kept)
    if found != passport.verdict_digest:
        raise ReleaseError(
            f"{path} has digest {found[:12]}, the passport says {passport.verdict_digest[:12]}: changed, or of a later "
            f"retrain that gave the same weights; {BACKUP}"
        )
    return f"{passport.verdict}: {passport.verdict_cause}"


def _review_page(system: System, passport: Passport) -> str:
    path = system.evidence.folder(passport.weights) / layout.REVIEW_PAGE.name
    if not path.is_file() or not path.stat().st_size:
        raise ReleaseError(f"{path} is gone or empty; {BACKUP}")
    return str(path)


def _frozen_set(system: System, passport: Passport) -> str:
    path = system.settings.home / "frozen" / f"{passport.frozen_set}.parquet"
    rows = parquet.require(path, dict(COLUMNS))
    found = sealed_digest(rows)
    if found != passport.frozen_set:
        raise ReleaseError(f"{path} holds other tickets than were sealed (digest {found[:12]}); {BACKUP}")
    return f"{len(rows)} tickets, digest {found[:12]}"


def _approval(system: System, passport: Passport) -> str:
    digests = (event_digest(event) for event in system.history.events() if event.event == "approved")
    if passport.approval_digest not in digests:
        raise ReleaseError(
            f"the history does not hold the approval by {passport.approved_by} at {passport.approved_at} that the "
            f"passport was signed on: changed or removed; the database: {BACKUP}"
        )
    return f"by {passport.approved_by} at {passport.approved_at}"


def _history(system: System, version: str) -> str:
    broken = system.history.breaks()
    if broken:
        raise ReleaseError(f"the chain is broken at {len(broken)} places; first: {broken[0]}; the database: {BACKUP}")
    events = system.history.events()
    known = links(events)
    for passport in _readable(system):
        if passport.history_head not in known:
            raise ReleaseError(
                f"its end was cut off: the passport of version {passport.version} was signed after an event that is "
                f"not there any more; the database: {BACKUP}"
            )
    told = champion_at(events, datetime.max.replace(tzinfo=UTC))
    if system.registry.aliases().get("champion") == version and (told is None or told.version != version):
        raise ReleaseError(
            f"it names {f'version {told.version}' if told else 'no version'} as the champion, the registry version "
            f"{version}: its end was cut off, or a promotion did not end (repeat ecomintent approve)"
        )
    return f"{len(events)} events, unbroken"


def _readable(system: System) -> list[Passport]:
    """Every passport in the registry that can be trusted."""
    found = []
    for registered in system.registry.versions():
        try:
            found.append(passports.require(system, registered.version))
        except EcomIntentError:
            continue  # the version's own examination says so
    return found
