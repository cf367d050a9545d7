"""Which code ran: the checkout's commit."""

import subprocess
from pathlib import Path


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
