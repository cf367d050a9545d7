"""Ask the gate again: the same two stages, in a folder of their own, against today's champion and frozen set."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from ecomintent import files, layout, taxonomy
from ecomintent.adapters import frozen_set, taxonomy_file
from ecomintent.adapters.system import System
from ecomintent.data import frozen_reading
from ecomintent.errors import InputError, PipelineError, PromotionRefused, ReleaseError
from ecomintent.records import Sealed

STAGES: Final = ("evaluate", "gate")


def place_champion(system: System, workspace: Path) -> str:
    """Put the champion's and the anchor's releases where the evaluate stage of `workspace` expects them.

    An anchor that is the champion is not placed twice: it would be compared twice with the same outcome.

    Returns:
        The champion's version, empty when there is none.
    """
    aliases = system.registry.aliases()
    champion, anchor = aliases.get("champion", ""), aliases.get("anchor", "")
    _place(system, "champion", champion, workspace / layout.CHAMPION)
    _place(system, "anchor", "" if anchor == champion or not champion else anchor, workspace / layout.ANCHOR)
    return champion


def place_frozen(system: System, workspace: Path) -> Sealed:
    """Put the frozen set, and the digest it was sealed under, where the stages of `workspace` expect them.

    Raises:
        InputError: there is none, or it is not what was sealed.
    """
    sealed = frozen_set.require_sealed(system)
    system.frozen.copy_to(workspace / layout.FROZEN)
    note = json.dumps({"frozen_set": sealed.digest}) + "\n"
    older = sorted({row.label for row in frozen_reading.read_stored(workspace / layout.FROZEN)} & _no_more())
    if older:
        raise InputError(
            f"it still says {older[0]}, which is no intent any more: a change of the intents stopped half way; run "
            "ecomintent taxonomy apply FILE again with the file of that change",
            where="frozen set",
        )
    seal = workspace / layout.SEAL
    if not seal.is_file() or seal.read_text(encoding="utf-8") != note:
        files.write_text(seal, note)
    return sealed


def _no_more() -> set[str]:
    """Names of earlier versions that are not in force."""
    return set(taxonomy.chain().known) - set(taxonomy.NAMES)


def judge_again(system: System, version: str) -> Path:
    """Score and judge a registered version; the folder that holds its fresh verdict and review page.

    Raises:
        PromotionRefused: its evidence or its training rows are gone, so that the leak check cannot be repeated.
        PipelineError: a stage failed.
    """
    registered = system.registry.version(version)
    if registered is None:
        raise PromotionRefused(f"version {version} is not in the registry")
    evidence = system.evidence.folder(registered.weights)
    if not (evidence / "dvc.lock").is_file():
        raise PromotionRefused(f"the evidence of version {version} is not in {evidence}; retrain here, then approve")
    folder = system.settings.home / "promotions" / version
    shutil.rmtree(folder, ignore_errors=True)
    try:
        system.pipeline.restore(layout.PREPARED, locked=evidence, into=folder)
    except PipelineError as error:
        raise PromotionRefused(f"the training rows of version {version} are gone ({error}); retrain here") from error
    release = system.registry.fetch(version, system.settings.releases)
    (folder / layout.EXPORTED).mkdir(parents=True)
    (folder / layout.RELEASE).symlink_to(release)
    shutil.copyfile(system.settings.params, folder / layout.PARAMS)
    taxonomy_file.write(folder / layout.TAXONOMY, taxonomy.chain())
    place_frozen(system, folder)
    place_champion(system, folder)
    for stage in STAGES:
        _run(system, stage, folder)
    return folder


def _place(system: System, role: str, version: str, folder: Path) -> None:
    """One release at `folder`, or the note that there is none; unchanged where it lies there already."""
    if not version:
        if not (folder / "none.json").is_file():
            files.replace_folder(folder, lambda into: (into / "none.json").write_text("{}\n", encoding="utf-8"))
        return
    found = system.registry.version(version)
    if found is None:
        raise ReleaseError(f"the {role} alias names version {version}, which the registry does not have")
    wanted = {"version": version, "weights": found.weights}
    noted = folder / "release.json"
    release = system.registry.fetch(version, system.settings.releases)
    if noted.is_file() and json.loads(noted.read_text(encoding="utf-8")) == wanted:
        return

    def fill(into: Path) -> None:
        shutil.copytree(release, into / "model")
        (into / "release.json").write_text(json.dumps(wanted, sort_keys=True) + "\n", encoding="utf-8")

    files.replace_folder(folder, fill)


def _run(system: System, stage: str, folder: Path) -> None:
    environment = {
        **system.settings.child_environment(os.environ),
        "PYTHONPATH": str(system.settings.project),
    }
    done = subprocess.run(
        [sys.executable, "-m", f"ecomintent.stages.{stage}"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no output"]
        raise PipelineError(said[-1].removeprefix("ecomintent "))
