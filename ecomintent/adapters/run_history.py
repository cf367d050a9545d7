"""The shop's own git: one branch and one worktree for each retrain, `main` and a tag for what was promoted.

`<home>/runs.git` holds what a retrain is made of and nothing a customer wrote: code, params, dvc.lock and the digests
of the inputs. `<home>/workspace` is a link to the worktree of the latest retrain. The checkout's own home has no
worktrees: there the checkout is the workspace, so that `dvc repro` works where people expect it, and only the branches
are kept.

A few lines over the usual 200: branches, worktrees and the link to them change together or not at all.

Over 200 lines: one repository, and every git command that touches it.
"""

import logging
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Final

from ecomintent.adapters import git

log = logging.getLogger(__name__)

RECORDED: Final = (
    "dvc.yaml",
    "dvc.lock",
    "params.yaml",
    "requirements.lock",
    "ecomintent",
    "expectations",
    ".dvc/config",
)
DIGESTS: Final = "data/input/*.dvc"
COMPILED: Final = ":(exclude,glob)**/__pycache__/**"

FINISHED: Final = "refs/ecomintent/finished"
"""The last retrain whose stages all ended: the next one starts from its lock, so that nothing runs twice."""
MAIN: Final = "refs/heads/main"
PUSHED: Final = "refs/ecomintent/pushed"
"""Where `main` was when it last reached the remote."""
BEFORE: Final = "00-before"
KEPT: Final = 3
"""Worktrees of the latest retrains that are not removed."""


class RunHistory:
    """The retrains of one home. Whoever calls holds the home's one lock."""

    def __init__(self, *, home: Path, workspace: Path, project: Path, remote: str = "") -> None:
        """Nothing is opened or written here.

        Args:
            remote: git address or folder that branches and tags are pushed to; empty: they stay in the home.
        """
        self._repository, self._worktrees = home / "runs.git", home / "runs"
        self._workspace, self._in_place, self._remote = workspace, workspace == project, remote

    @property
    def address(self) -> str:
        """Where others find what is pushed."""
        return self._remote or str(self._repository)

    def open(self, at: str, *, protected: Collection[str] = ()) -> str:
        """Begin a retrain: its name; the workspace is then its worktree, as the last finished retrain left it.

        Args:
            at: the time, ISO 8601.
            protected: commits whose retrains keep their worktrees, beside the latest ones.
        Raises:
            PipelineError: git failed.
        """
        self._set_up()
        run = self._free_name(at)
        if self._in_place:
            return run
        if self._workspace.is_dir() and not self._workspace.is_symlink():
            self._take_in_plain_workspace()
        self._clean({*self._names_at(protected), self._current()})
        start = FINISHED if git.knows(self._repository, FINISHED) else MAIN
        self._ask("worktree", "add", "--quiet", "-b", branch(run), str(self._worktrees / run), start)
        self._point_workspace(run)
        return run

    def commit(self, run: str, message: str) -> str:
        """Put what the workspace holds on the retrain's branch; the commit's hash, that of the start if all is equal.

        Raises:
            PipelineError: git failed.
        """
        before = self._tip(run)
        tree = self._tree()
        if git.knows(self._repository, before) and tree == self._ask("rev-parse", f"{before}^{{tree}}"):
            return self._ask("rev-parse", before)
        made = self._ask("commit-tree", tree, "-p", self._ask("rev-parse", before), "-m", message)
        self._ask("update-ref", f"refs/heads/{branch(run)}", made)
        return made

    def finish(self, run: str, commit: str) -> None:
        """Say that all stages of the retrain ended; one that brought nothing new goes without a trace."""
        if git.knows(self._repository, FINISHED) and commit == self._ask("rev-parse", FINISHED):
            self.drop(run)
            return
        self._ask("update-ref", FINISHED, commit)

    def drop(self, run: str) -> None:
        """Remove a retrain that found nothing to do, and its worktree where an earlier one can take its place."""
        earlier = [folder.name for folder in self._folders() if folder.name != run]
        if self._in_place or not earlier:
            return
        self._point_workspace(self._finished_among(earlier))
        shutil.rmtree(self._worktrees / run)
        self._ask("worktree", "prune")
        self._ask("branch", "--quiet", "-D", branch(run))

    def promote(self, version: str, commit: str) -> None:
        """Merge the champion's retrain into `main` and tag it `model/v<version>`. Safe to repeat.

        `main` then holds exactly what the champion was made from, and has every champion before it as an ancestor.

        Raises:
            PipelineError: git failed, or the remote cannot be reached.
        """
        tag = f"refs/tags/model/v{version}"
        if not git.knows(self._repository, commit):
            log.warning("version %s: its commit %s is not in %s; not tagged", version, commit, self._repository)
            return
        self._ask("update-ref", tag, commit)
        parents = self._ask("rev-parse", f"{MAIN}^@").split()
        if commit not in parents:
            main, tree = self._ask("rev-parse", MAIN), f"{commit}^{{tree}}"
            said = f"Version {version} is the champion"
            merge = self._ask("commit-tree", tree, "-p", main, "-p", commit, "-m", said)
            self._ask("update-ref", MAIN, merge, main)
        if self._remote and self._ask("rev-parse", MAIN) != self._pushed():
            self._ask("push", "--quiet", self._remote, MAIN, f"+{tag}")
            self._ask("update-ref", PUSHED, MAIN)

    def _pushed(self) -> str:
        return self._ask("rev-parse", PUSHED) if git.knows(self._repository, PUSHED) else ""

    def push(self, run: str) -> None:
        """Put the retrain's branch where other machines find it.

        Raises:
            PipelineError: it cannot be reached, or refuses.
        """
        if self._remote and git.knows(self._repository, branch(run)):
            self._ask("push", "--quiet", self._remote, f"+refs/heads/{branch(run)}")

    def _set_up(self) -> None:
        if not (self._repository / "HEAD").is_file():
            self._repository.parent.mkdir(parents=True, exist_ok=True)
            git.ask(self._repository.parent, "init", "--quiet", "--bare", str(self._repository))
        if not git.knows(self._repository, MAIN):
            nothing = self._ask("hash-object", "-t", "tree", "-w", "/dev/null")
            self._ask("update-ref", MAIN, self._ask("commit-tree", nothing, "-m", "Begin the shop's history"))

    def _free_name(self, at: str) -> str:
        name = "".join(at.partition("+")[0].split("-")).replace(":", "")
        names = [name, *(f"{name}-{count}" for count in range(2, 100))]
        return next(
            n for n in names if not git.knows(self._repository, branch(n)) and not (self._worktrees / n).exists()
        )

    def _take_in_plain_workspace(self) -> None:
        """A home of before there were worktrees: what its workspace holds becomes the first retrain of the history."""
        run = BEFORE
        if (self._workspace / "dvc.lock").is_file() and not git.knows(self._repository, FINISHED):
            self._ask("update-ref", FINISHED, self.commit(run, "Take in what was here before"))
        self._worktrees.mkdir(exist_ok=True)
        self._workspace.rename(self._worktrees / run)

    def _tip(self, run: str) -> str:
        known = (branch(run), FINISHED, MAIN)
        return next(name for name in known if git.knows(self._repository, name))

    def _tree(self) -> str:
        folder = self._workspace.resolve()
        here = [name for name in RECORDED if (folder / name).exists()]
        here += [path.relative_to(folder).as_posix() for path in sorted(folder.glob(DIGESTS))]
        is_worktree = self._workspace.is_symlink()
        work = () if is_worktree else ("--git-dir", str(self._repository), "--work-tree", str(folder))
        git.ask(folder, *work, "add", "--all", "--force", "--", *here, COMPILED)
        return git.ask(folder, *work, "write-tree")

    def _current(self) -> str:
        return self._workspace.readlink().name if self._workspace.is_symlink() else ""

    def _point_workspace(self, run: str) -> None:
        link = self._workspace.with_name(".workspace")
        link.unlink(missing_ok=True)
        link.symlink_to(Path(self._worktrees.name) / run)
        link.replace(self._workspace)

    def _finished_among(self, names: list[str]) -> str:
        finished = self._names_at([FINISHED])
        return next((name for name in reversed(names) if name in finished), names[-1])

    def _names_at(self, commits: Collection[str]) -> set[str]:
        """The retrains whose branches end at one of these commits."""
        known = [f"--points-at={commit}" for commit in commits if git.knows(self._repository, commit)]
        if not known:
            return set()
        at = self._ask("for-each-ref", *known, "--format=%(refname:lstrip=3)", "refs/heads/retrain/")
        return set(at.split())

    def _folders(self) -> list[Path]:
        """Worktrees, oldest first."""
        found = self._worktrees.iterdir() if self._worktrees.is_dir() else ()
        return sorted(found, key=lambda folder: folder.name)

    def _clean(self, keep: Collection[str]) -> None:
        for folder in self._folders()[:-KEPT]:
            if folder.name not in keep:
                log.info("removed the worktree of retrain %s; its branch stays", folder.name)
                shutil.rmtree(folder)
        self._ask("worktree", "prune")

    def _ask(self, *arguments: str) -> str:
        return git.ask(self._repository, *arguments)


def branch(run: str) -> str:
    """The branch of a retrain."""
    return f"retrain/{run}"
