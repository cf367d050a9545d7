"""Passports of releases: signed at promotion, required before a release answers."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ecomintent import files, taxonomy
from ecomintent.adapters.system import System
from ecomintent.errors import ReleaseError
from ecomintent.gate.verdict import Verdict
from ecomintent.records import Lineage, RegisteredVersion, ReleaseEvent
from ecomintent.release import record
from ecomintent.release.approval import waivers_of
from ecomintent.release.chain import event_digest
from ecomintent.release.passport import REMEDY, Passport, Probe, open_sealed, seal

TAG: Final = "passport"
MOST_CHARACTERS: Final = 100_000
"""MLflow refuses longer tags of a model version."""


def issue(
    system: System,
    version: str,
    *,
    approval: ReleaseEvent,
    verdict: Verdict,
    verdict_digest: str,
    probes: Sequence[Probe],
    champion_before: str,
) -> str:
    """Sign the passport of `version` and keep it in the registry and, for people, in the home. Safe to repeat.

    Args:
        verdict_digest: of the verdict in the evidence (`release.record.verdict_digest`).
        champion_before: version; empty on a first release.
    Returns:
        The sealed text; the one that is there already where it is valid and says the same.
    Raises:
        ReleaseError: there is no such version, its evidence is gone, changed or of another retrain, or the text is
            too long.
        InputError: the signing key cannot be used.
    """
    registered = _registered(system, version)
    private = system.keys.private()
    text = registered.tags.get(TAG, "")
    wanted = (event_digest(approval), verdict_digest, champion_before)
    if _said(system, registered) != wanted:
        _same_verdict(system, registered, verdict_digest)
        passport = Passport(
            version=version,
            **_lineage(system, registered),
            verdict=verdict.overall.value,
            verdict_cause=verdict.cause,
            verdict_digest=verdict_digest,
            approved_by=approval.by,
            approved_second=approval.details.get("override_by", ""),
            approval_reason=approval.reason,
            approval_waivers=waivers_of(approval),
            approved_at=approval.at,
            approval_digest=event_digest(approval),
            champion_before=champion_before,
            history_head=system.history.head(),
            issued_at=system.clock.now(),
            taxonomy_version=taxonomy.version(),
            probes=tuple(probes),
        )
        text = seal(passport, private)
    _keep(system, version, text)
    return text


def require(system: System, version: str) -> Passport:
    """The passport of `version`: signed by a trusted key, and of the very weights that the registry has.

    Raises:
        ReleaseError: it has none, or one that cannot be trusted.
        InputError: a file among the trusted keys is no key.
    """
    registered = _registered(system, version)
    text = registered.tags.get(TAG, "")
    if not text:
        raise ReleaseError(f"version {version} has no passport: it was not released through the gate; {REMEDY}")
    passport = open_sealed(text, system.keys.trusted(), where=f"version {version}")
    for what, said, held in (
        ("version", passport.version, version),
        ("weights", passport.weights, registered.weights),
    ):
        if said != held:
            raise ReleaseError(
                f"version {version}: its passport is for {what} {said[:12]}, the registry has {held[:12]}; {REMEDY}"
            )
    return passport


def _keep(system: System, version: str, text: str) -> None:
    """In the registry, whose copy counts, then in the home; nothing is written where the same text lies already."""
    if len(text) > MOST_CHARACTERS:
        raise ReleaseError(
            f"the passport of version {version} has {len(text)} characters; the registry takes {MOST_CHARACTERS}. "
            "Approve again with shorter reasons"
        )
    if _registered(system, version).tags.get(TAG) != text:
        system.registry.tag(version, {TAG: text})
    copy_to_home(system, version)


def copy_to_home(system: System, version: str) -> None:
    """Lay the registry's copy where people and the server read it; nothing is written where it lies already."""
    text = _registered(system, version).tags.get(TAG, "")
    path = system.settings.home / "passports" / f"{version}.json"
    if not path.is_file() or path.read_bytes() != text.encode():
        files.write_text(path, text)


def _said(system: System, registered: RegisteredVersion) -> tuple[str, str, str] | None:
    """What the passport that is there says about approval, verdict and champion; None where none is valid."""
    try:
        there = require(system, registered.version)
    except ReleaseError:
        return None
    return there.approval_digest, there.verdict_digest, there.champion_before


def _registered(system: System, version: str) -> RegisteredVersion:
    found = system.registry.version(version)
    if found is None:
        raise ReleaseError(f"version {version} is not in the registry; ecomintent status shows what is")
    return found


def _same_verdict(system: System, registered: RegisteredVersion, wanted: str) -> None:
    try:
        found = record.verdict_digest(system.evidence.verdict(registered.weights))
    except ValueError as error:
        found = str(error)
    if found != wanted:
        raise ReleaseError(
            f"version {registered.version}: the verdict in {system.evidence.folder(registered.weights)} is not the one "
            f"that was approved (digest {found[:12]}, approved {wanted[:12]}); retrain, then approve again"
        )


def _lineage(system: System, registered: RegisteredVersion) -> dict[str, Any]:
    """The passport's lineage, on which registry and evidence have to agree."""
    path = system.evidence.folder(registered.weights) / "lineage.json"
    told = _read(path, registered.version)
    held = {**registered.tags, "params": registered.tags.get("params_digest", ""), "weights": registered.weights}
    differing = sorted(name for name, value in told.items() if held.get(name, "") != value)
    if differing:
        raise ReleaseError(
            f"version {registered.version}: {path} and the registry differ in {', '.join(differing)}; the evidence is "
            "of another retrain: retrain, then approve again"
        )
    renamed = {"code_commit": told.pop("git_commit"), "encoder_digest": told.pop("encoder_digest", "")}
    return {**told, **renamed}


def _read(path: Path, version: str) -> dict[str, str]:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return asdict(Lineage(**raw))
    except (OSError, ValueError, TypeError) as error:
        raise ReleaseError(
            f"version {version}: {path} cannot be read ({error}); retrain here, then approve again"
        ) from error
