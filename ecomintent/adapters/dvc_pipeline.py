"""`ports.Pipeline` on the DVC command line: DVC promises that, not its Python API."""

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from ecomintent import files
from ecomintent.errors import PipelineError

log = logging.getLogger(__name__)

# no_scm: what a shop's data become here is versioned by DVC and recorded with each run, not in the checkout's git.
CONFIG: Final = """[core]
    analytics = false
    check_update = false
    no_scm = true
    remote = local
[cache]
    dir = {home}/dvc/cache
['remote "local"']
    url = {home}/dvc/remote
"""

COPIED_FILES: Final = ("dvc.yaml", "requirements.lock")
COPIED_FOLDERS: Final = ("ecomintent", "expectations")


class DvcPipeline:
    """dvc.yaml in `workspace`; cache and remote in `home`."""

    def __init__(
        self, *, workspace: Path, project: Path, params: Path, home: Path, environment: Mapping[str, str]
    ) -> None:
        self._workspace, self._project, self._params, self._home = workspace, project, params, home
        # dvc.yaml says `python`: it must be the one we run on, whether its environment is activated or not.
        path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
        self._environment = {**environment, "PATH": path, "PYTHONPATH": str(workspace), "PYTHONUNBUFFERED": "1"}

    def prepare(self) -> None:
        """Bring the workspace to the checkout's code and params, and DVC to this home's cache."""
        if self._workspace != self._project:
            self._copy_code()
        if not (self._workspace / ".dvc").is_dir():
            self._run(["init", "--no-scm", "--quiet"])
        config = self._workspace / ".dvc" / "config.local"
        wanted = CONFIG.format(home=self._home)
        if not config.is_file() or config.read_text(encoding="utf-8") != wanted:
            files.write_text(config, wanted)

    def add(self, paths: Sequence[Path]) -> None:
        """Version inputs; unchanged bytes change nothing."""
        self._run(["add", "--quiet", *map(str, paths)])

    def fresh(self, upto: str) -> bool:
        """True when neither `upto` nor any stage before it would run."""
        if not (self._workspace / "dvc.lock").is_file():
            return False
        return not json.loads(self._run(["status", "--json", "--with-deps", upto]) or "{}")

    def reproduce(self, stage: str) -> bool:
        """`dvc repro --single-item STAGE`, the stage's own lines passed on to the log; whether its command ran."""
        said = self._run(["repro", "--single-item", stage], stage=stage)
        return f"Running stage '{stage}'" in said

    def restore(self, out: Path, *, locked: Path, into: Path) -> None:
        """Lay `out` as the dvc.lock in `locked` names it into `into`, from the cache or else the remote."""
        into.mkdir(parents=True, exist_ok=True)
        for name in ("dvc.yaml", "dvc.lock"):
            files.write_bytes(into / name, (locked / name).read_bytes())
        if not (into / ".dvc").is_dir():
            self._run(["init", "--no-scm", "--quiet"], folder=into)
        files.write_text(into / ".dvc" / "config.local", CONFIG.format(home=self._home))
        try:
            self._run(["checkout", "--quiet", str(out)], folder=into)
        except PipelineError:
            self._run(["pull", "--quiet", str(out)], folder=into)

    def push(self) -> None:
        """Copy cache and run-cache to the default remote."""
        self._run(["push", "--run-cache", "--quiet"])

    def _run(self, arguments: list[str], stage: str | None = None, folder: Path | None = None) -> str:
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=folder or self._workspace,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if stage else subprocess.PIPE,
            text=True,
        )
        try:
            lines = _passed_on(process) if stage else []
            output, errors = process.communicate()
        except BaseException:
            process.kill()
            raise
        if process.returncode:
            said = lines or [*output.splitlines(), *(errors or "").splitlines()]
            raise PipelineError(_reason(said, f"stage {stage}" if stage else f"dvc {arguments[0]}"))
        return "\n".join([*lines, output])

    def _copy_code(self) -> None:
        self._workspace.mkdir(parents=True, exist_ok=True)
        for name in COPIED_FILES:
            files.write_bytes(self._workspace / name, (self._project / name).read_bytes())
        files.write_bytes(self._workspace / "params.yaml", self._params.read_bytes())
        for name in COPIED_FOLDERS:
            if _contents(self._project / name) != _contents(self._workspace / name):
                files.replace_folder(self._workspace / name, partial(self._copy_folder, name))

    def _copy_folder(self, name: str, into: Path) -> None:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(self._project / name, into, dirs_exist_ok=True, ignore=ignored)


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def _passed_on(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    lines = []
    for raw in process.stdout:
        lines.append(raw.rstrip())
        if raw.startswith("ecomintent"):
            log.info("%s", raw.rstrip())
    return lines


def _reason(lines: list[str], what: str) -> str:
    """The line a person needs: the stage's own explanation, else the last thing it said, else DVC's error."""
    said = [line.strip() for line in lines if line.strip()]
    explained = [line.removeprefix("ecomintent ") for line in said if line.startswith("ecomintent ") and ": " in line]
    if explained:
        return explained[-1]
    dvc = [line.removeprefix("ERROR: ") for line in said if line.startswith("ERROR:")]
    ran = [line for line in said if not line.startswith(("ERROR:", "Running stage", ">", "Stage "))]
    return f"{what}: {(ran or dvc or ['no output'])[-1]}"
