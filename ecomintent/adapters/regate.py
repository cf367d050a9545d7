"""Ask the gate again: the same two stages, in a folder of their own, against today's champion and frozen set."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from ecomintent import files, layout
from ecomintent.adapters.system import System
from ecomintent.errors import PipelineError, PromotionRefused, ReleaseError

STAGES: Final = ("evaluate", "gate")


def place_champion(system: System, folder: Path) -> str:
    """Put the champion's release at `folder` as the evaluate stage expects it.

    Returns:
        Its version, empty when there is no champion.
    """
    version = system.registry.aliases().get("champion", "")
    noted = folder / "champion.json"
    found = system.registry.version(version) if version else None
    if version and found is None:
        raise ReleaseError(f"the champion alias names version {version}, which the registry does not have")
    wanted = {"version": version, "weights": found.weights} if found else {}
    if not found:
        if not (folder / "none.json").is_file():
            files.replace_folder(folder, lambda into: (into / "none.json").write_text("{}\n", encoding="utf-8"))
        return ""
    release = system.registry.fetch(version, system.settings.releases)
    if noted.is_file() and json.loads(noted.read_text(encoding="utf-8")) == wanted:
        return version

    def fill(into: Path) -> None:
        shutil.copytree(release, into / "model")
        (into / "champion.json").write_text(json.dumps(wanted, sort_keys=True) + "\n", encoding="utf-8")

    files.replace_folder(folder, fill)
    return version


def judge_again(system: System, version: str) -> Path:
    """Score and judge a registered version; the folder that holds its fresh verdict and review page.

    Raises:
        PromotionRefused: its evidence is not here, so that the leak check cannot be repeated.
        PipelineError: a stage failed.
    """
    registered = system.registry.version(version)
    if registered is None:
        raise PromotionRefused(f"version {version} is not in the registry")
    keys = system.evidence.folder(registered.weights) / "train_keys.parquet"
    if not keys.is_file():
        raise PromotionRefused(f"the evidence of version {version} is not in {keys.parent}; retrain here, then approve")
    folder = system.settings.home / "promotions" / version
    shutil.rmtree(folder, ignore_errors=True)
    release = system.registry.fetch(version, system.settings.releases)
    (folder / layout.TRAINED).mkdir(parents=True)
    (folder / layout.MODEL).symlink_to(release)
    (folder / layout.PREPARED).mkdir(parents=True)
    shutil.copyfile(keys, folder / layout.TRAIN_ROWS)
    shutil.copyfile(system.settings.params, folder / layout.PARAMS)
    system.frozen.copy_to(folder / layout.FROZEN)
    place_champion(system, folder / layout.CHAMPION)
    for stage in STAGES:
        _run(system, stage, folder)
    return folder


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
