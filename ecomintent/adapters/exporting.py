"""`ecomintent release export`: the folder one would push to a model hub, whole or not at all."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import yaml

from ecomintent import files, layout
from ecomintent.adapters import passports
from ecomintent.adapters.evidence import SOURCES, kept_name
from ecomintent.adapters.releases import resolve
from ecomintent.adapters.system import System
from ecomintent.errors import InputError, ReleaseError
from ecomintent.gate.verdict import Verdict
from ecomintent.records import Lineage
from ecomintent.release import card
from ecomintent.release.card_facts import Facts
from ecomintent.release.passport import Passport
from ecomintent.release.record import verdict_digest

CARD: Final = "README.md"
PASSPORT: Final = "passport.json"
MANIFEST: Final = "export.json"
NOTE: Final = "release.json"


def export(system: System, version: str, target: Path, *, unreleased: bool, licence: str) -> dict[str, Any]:
    """Put release files, model card, licence note and passport of `version` at `target`; returns the manifest.

    An earlier export that nobody touched is replaced; anything else at `target` is left alone and refused.

    Args:
        unreleased: export it without asking for a passport; the card says so.
        licence: identifier of the licence its owner gives the weights; `other` for none yet.
    Raises:
        InputError: `target` holds something else.
        ReleaseError: the passport does not verify, the weights are not the registered ones, or the evidence is gone,
            changed or of another retrain.
    """
    target = target.resolve()
    require_free(target)
    passport = None if unreleased else passports.require(system, version)
    release, weights = resolve(system, version)
    facts = gather(system, version, release, weights, passport=passport, licence=licence)
    texts = {CARD: card.render(facts), card.LICENCE_FILE: card.licence_note(facts)}
    if passport:
        texts[PASSPORT] = _registered_passport(system, version)
    manifest: dict[str, Any] = {"version": version, "weights": weights, "released": passport is not None}

    def fill(into: Path) -> None:
        shutil.copytree(release, into, dirs_exist_ok=True)
        for name, text in texts.items():
            (into / name).write_text(text, encoding="utf-8")
        manifest["files"] = _digests(into)
        (into / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")

    files.replace_folder(target, fill)
    return manifest


def require_free(target: Path) -> None:
    """Let a target pass that is absent, empty, or an earlier export that nobody touched since.

    Raises:
        InputError: it is something else; names the first thing that would be lost.
    """
    instead = "name an empty or a new folder"
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(f"it is a file; {instead}", where=str(target))
    found = sorted(path.relative_to(target).as_posix() for path in target.rglob("*") if not path.is_dir())
    if not found and not any(target.iterdir()):
        return
    known = _manifest_of(target)
    if known is None:
        told = f"it is not empty ({', '.join(found[:3]) or 'folders'} ...) and no earlier export; {instead}"
        raise InputError(told, where=str(target))
    for name in found:
        if name != MANIFEST and name not in known:
            raise InputError(f"{name} is not of the earlier export and would be lost; {instead}", where=str(target))
        if name != MANIFEST and files.digest(target / name) != known[name]:
            raise InputError(
                f"{name} was changed since it was exported and would be lost; {instead}", where=str(target)
            )


def gather(
    system: System, version: str, release: Path, weights: str, *, passport: Passport | None, licence: str
) -> Facts:
    """Everything the card says, from the evidence of these weights; each file is held to the others.

    Raises:
        ReleaseError: a file is gone or damaged, or speaks of another retrain.
    """
    folder = system.evidence.folder(weights)
    verdict = _read(folder / layout.VERDICT.name, version)
    lineage = _read(folder / "lineage.json", version, Lineage)
    report = _read(folder / kept_name(layout.REPORT), version)
    _same(version, "lineage.json", "weights", lineage.weights, weights)
    _same(version, kept_name(layout.REPORT), "weights", report["weights"]["candidate"], weights)
    _same(version, kept_name(layout.REPORT), "frozen set", report["frozen_set"]["digest"], lineage.frozen_set)
    if passport:
        _same(version, layout.VERDICT.name, "verdict", verdict_digest(verdict), passport.verdict_digest)
        _same(version, "lineage.json", "snapshot", lineage.snapshot, passport.snapshot)
    return Facts(
        version=version,
        lineage=lineage,
        note=_read(release / NOTE, version),
        report=report,
        prepared=_read(folder / kept_name(layout.PREPARATION_REPORT), version),
        exported=_read(folder / kept_name(layout.EXPORT_REPORT), version),
        sources=_read(folder / SOURCES, version),
        params=_read(folder / layout.PARAMS.name, version, load=yaml.safe_load),
        verdict=Verdict.from_json(verdict, where=str(folder / layout.VERDICT.name)),
        passport=passport,
        files={path.relative_to(release).as_posix(): path.stat().st_size for path in _files(release)},
        licence=licence,
    )


def _read(path: Path, version: str, into: Callable[..., Any] = dict, *, load: Callable[[str], Any] = json.loads) -> Any:
    try:
        return into(**load(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        said = str(error).splitlines()[0]
        raise ReleaseError(
            f"version {version}: {path} cannot be read ({said}); restore it from a backup, or retrain"
        ) from error


def _same(version: str, name: str, what: str, found: str, wanted: str) -> None:
    if found != wanted:
        raise ReleaseError(
            f"version {version}: {name} speaks of {what} {found[:12]}, not {wanted[:12]}; its evidence is of another "
            "retrain or was changed: restore it from a backup, or retrain"
        )


def _registered_passport(system: System, version: str) -> str:
    found = system.registry.version(version)
    return found.tags[passports.TAG] if found else ""


def _manifest_of(target: Path) -> dict[str, str] | None:
    try:
        known = json.loads((target / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return known if isinstance(known, dict) else None


def _digests(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): files.digest(path) for path in _files(folder)}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
