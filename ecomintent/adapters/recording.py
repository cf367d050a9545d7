"""What the shop's git is told of a retrain: when it begins, what it made, which version that became."""

import logging
from typing import Final

from ecomintent.adapters.run_history import RunHistory
from ecomintent.adapters.system import System
from ecomintent.errors import PipelineError

log = logging.getLogger(__name__)

COMMIT: Final = "run_commit"
"""Tag of a version: the commit in the shop's git that it was made from."""


def open_run(system: System, runs: RunHistory) -> str:
    """Begin a retrain in a worktree that holds what the last finished one made; its name."""
    waiting = system.registry.aliases().get("candidate", "")
    found = system.registry.version(waiting) if waiting else None
    run = runs.open(system.clock.now(), protected=[found.tags[COMMIT]] if found and COMMIT in found.tags else [])
    system.pipeline.lay_out()
    return run


def keep_run(system: System, runs: RunHistory, run: str) -> str:
    """Commit what the stages made; push data and branch where the settings name a place for them. Safe to repeat.

    Returns:
        The commit: that of the last finished retrain where everything is equal.
    """
    commit = runs.commit(run, f"Retrain {run}")
    if system.settings.remotes.store:
        system.pipeline.push()
    runs.push(run)
    runs.finish(run, commit)
    return commit


def note_commit(system: System, version: str, commit: str) -> None:
    """Tag the version with its commit; nothing where no version was made."""
    if version:
        system.registry.tag(version, {COMMIT: commit})


def note_champion(system: System, runs: RunHistory) -> None:
    """Merge and tag the commit that the champion was made from. Safe to repeat; what cannot be done stops nothing.

    A version that names no commit was made before there were commits of retrains.
    """
    champion = system.registry.aliases().get("champion", "")
    found = system.registry.version(champion) if champion else None
    commit = found.tags.get(COMMIT, "") if found else ""
    if not commit:
        return
    try:
        runs.promote(champion, commit)
    except PipelineError as error:
        log.warning(
            "version %s serves, but main and tags are not where they belong; tried again later: %s", champion, error
        )
