"""What in a home names the place where it lay: MLflow's artefacts, git's worktrees, DVC's settings, links."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

MLFLOW = Path("mlflow") / "mlflow.db"


def mend(home: Path, *, was: Path, will_be: Path) -> int:
    """Let everything below `home` name `will_be` where it named `was`. Safe to repeat.

    Args:
        home: where the files lie now; may be neither of the two.
    Returns:
        How many places in MLflow's database were changed.
    """
    for settings in home.rglob(".dvc/config.local"):
        settings.unlink()  # written anew by the next retrain, for the cache of this home
    _mend_git(home, will_be)
    shutil.rmtree(home / "promotions", ignore_errors=True)  # written anew by the next promotion
    database = home / MLFLOW
    return _mend_mlflow(database, was, will_be) if database.is_file() and was != will_be else 0


def _mend_mlflow(database: Path, was: Path, will_be: Path) -> int:
    """Every column of text in which an address begins with the old home's."""
    old, new = was.as_uri() + "/", will_be.as_uri() + "/"
    changed = 0
    with closing(sqlite3.connect(database)) as opened, opened:
        tables = [name for (name,) in opened.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for _, column, kind, *_ in opened.execute(f'PRAGMA table_info("{table}")').fetchall():
                if "CHAR" in kind.upper() or "TEXT" in kind.upper():
                    changed += opened.execute(
                        f'UPDATE "{table}" SET "{column}" = ? || substr("{column}", ?) '
                        f'WHERE substr("{column}", 1, ?) = ?',
                        (new, len(old) + 1, len(old), old),
                    ).rowcount
    return changed


def _mend_git(home: Path, will_be: Path) -> None:
    """A worktree and its repository name each other by whole paths."""
    for noted in (home / "runs.git" / "worktrees").glob("*/gitdir"):
        name = Path(noted.read_text(encoding="utf-8").strip()).parent.name
        worktree = home / "runs" / name
        if not worktree.is_dir():
            continue
        noted.write_text(f"{will_be / 'runs' / name / '.git'}\n", encoding="utf-8")
        back = will_be / "runs.git" / "worktrees" / noted.parent.name
        (worktree / ".git").write_text(f"gitdir: {back}\n", encoding="utf-8")
