"""The git command: which code ran, and the one way in which this package asks git for anything."""

import subprocess
from pathlib import Path
from typing import Final

from ecomintent.errors import PipelineError

# A bot's name for what no person wrote; no hook and no rewriting of line ends of whoever's machine this is.
SETUP: Final = (
    *("-c", "user.name=ecomintent", "-c", "user.email=ecomintent@localhost"),
    *("-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", "-c", "init.defaultBranch=main"),
)


def commit_of(checkout: Path) -> str:
    """The commit hash, with '+dirty' where tracked files differ; 'unknown' outside git."""
    head = _git(checkout, "rev-parse", "HEAD")
    if not head:
        return "unknown"
    return f"{head}+dirty" if _git(checkout, "status", "--porcelain", "--untracked-files=no") else head


def _git(checkout: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(checkout), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def ask(folder: Path, *arguments: str) -> str:
    """What `git ARGUMENTS` prints in `folder`; it never asks a person for a password.

    Raises:
        PipelineError: it failed, or there is no git; quotes the line that says why.
    """
    try:
        done = subprocess.run(
            ["git", *SETUP, *arguments],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise PipelineError("git is not installed; retrains are recorded with it") from error
    if done.returncode:
        said = [line for line in done.stderr.strip().splitlines() if line.strip()] or ["no output"]
        fatal = [line for line in said if line.startswith(("fatal:", "error:"))]
        raise PipelineError(f"git {arguments[0]}: {(fatal or said[-1:])[0]}")
    return done.stdout.strip()


def knows(folder: Path, name: str) -> bool:
    """Whether the repository in `folder` has a commit of this name."""
    try:
        ask(folder, "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}")
    except PipelineError:
        return False
    return True
