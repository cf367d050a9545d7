"""One stage trained on another machine: git says what, DVC's cache and run-cache carry it there and back.

The machine that trains is told a branch and a commit, nothing else. From which git and which remote it takes them is in
its own settings: whoever may start a run cannot make it run code from elsewhere.
"""

import logging
import shutil
from pathlib import Path
from typing import Final

from ecomintent import layout
from ecomintent.adapters import git
from ecomintent.adapters import system as systems
from ecomintent.adapters.remote_settings import RUNS, STORE
from ecomintent.adapters.run_history import RunHistory, branch
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.system import System
from ecomintent.errors import PipelineError

log = logging.getLogger(__name__)

STAGE: Final = "train"
READ: Final = (layout.PREPARED, layout.TAXONOMY)
"""What the stage reads and git does not hold."""
MADE: Final = (layout.TRAINED,)


def hand_over(system: System, runs: RunHistory, run: str) -> str:
    """Put everything `train` reads where the other machine finds it; the commit that names it. Safe to repeat."""
    commit = runs.commit(run, f"Prepare {run}")
    system.pipeline.push(READ)
    runs.push(run)
    log.info("handed over commit=%s branch=%s", commit[:12], branch(run))
    return commit


def train(settings: Settings, *, run: str, commit: str) -> bool:
    """Bring `train` of a retrain up to date here, and its outcome into the remote; whether it ran. Safe to repeat.

    The caller holds the home: what an earlier call left is removed.

    Raises:
        PipelineError: the commit or the data are not where this machine's settings say, or training failed.
    """
    root = settings.home / "fine-tune"
    shutil.rmtree(root, ignore_errors=True)
    folder = root / commit[:16]
    folder.mkdir(parents=True)
    _check_out(settings, run, commit, folder)
    pipeline = systems.pipeline_in(settings, folder)
    pipeline.prepare()
    try:
        pipeline.pull(READ)
    except PipelineError as error:
        raise PipelineError(f"the prepared data of {run} are not there ({error}); look at {STORE} here") from error
    ran = pipeline.reproduce(STAGE, pull=True)
    pipeline.push(MADE)
    log.info("trained commit=%s ran=%s", commit[:12], ran)
    shutil.rmtree(root)
    return ran


def _check_out(settings: Settings, run: str, commit: str, folder: Path) -> None:
    address = systems.run_history(settings).address
    try:
        git.ask(folder, "init", "--quiet")
        git.ask(folder, "fetch", "--quiet", "--depth=1", address, f"refs/heads/{branch(run)}")
        found = git.ask(folder, "rev-parse", "FETCH_HEAD")
    except PipelineError as error:
        raise PipelineError(f"{branch(run)} is not in {address} ({error}); look at {RUNS} here") from error
    if found != commit:
        raise PipelineError(f"{branch(run)} in {address} is at {found[:12]}, not at {commit[:12]}; retrain again")
    git.ask(folder, "checkout", "--quiet", "--detach", commit)
