"""`ports.Pipeline` on the DVC command line: DVC promises that, not its Python API."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from ecomintent import files
from ecomintent.adapters.dvc_command import DvcCommand
from ecomintent.errors import PipelineError

# no_scm: the history of a shop's retrains is kept by `run_history`, not in the checkout's git.
# verify: a copy that came from elsewhere is held to its digest before anything reads it.
CONFIG: Final = """[core]
    analytics = false
    check_update = false
    no_scm = true
    remote = store
[cache]
    dir = {home}/dvc/cache
['remote "store"']
    url = {url}
    verify = true
"""

COPIED_FILES: Final = ("dvc.yaml", "requirements.lock")
COPIED_FOLDERS: Final = ("ecomintent", "expectations")


@dataclass(frozen=True, slots=True)
class Store:
    """The remote that cache and run-cache are pushed to."""

    url: str
    """A folder, or s3://bucket/prefix."""
    endpoint: str = ""
    """Address of an S3-compatible server; empty for Amazon's own, and for folders."""

    def config(self, home: Path) -> str:
        """DVC's config.local for the cache in `home` and this remote."""
        said = CONFIG.format(home=home, url=self.url)
        s3 = self.endpoint and self.url.startswith("s3://")
        return f"{said}    endpointurl = {self.endpoint}\n" if s3 else said


class DvcPipeline:
    """dvc.yaml in `workspace`; the cache in `home`, the remote where `store` says (None: in `home` too)."""

    def __init__(
        self,
        *,
        workspace: Path,
        project: Path,
        params: Path,
        home: Path,
        environment: Mapping[str, str],
        store: Store | None = None,
    ) -> None:
        self._workspace, self._project, self._params = workspace, project, params
        self._config = (store or Store(str(home / "dvc" / "remote"))).config(home)
        self._dvc = DvcCommand(environment)

    def prepare(self) -> None:
        """Bring the workspace to the checkout's code and params, and DVC to this home's cache."""
        if self._workspace != self._project:
            self._copy_code()
        self._configure(self._workspace)

    def lay_out(self) -> None:
        """Bring back what the workspace's dvc.lock and .dvc files name, as far as the cache still holds it."""
        # In a checkout files may differ on purpose.
        if self._workspace == self._project or not (self._workspace / "dvc.lock").is_file():
            return
        self._configure(self._workspace)
        self._run(["checkout", "--quiet", "--force", "--allow-missing"])

    def add(self, paths: Sequence[Path]) -> None:
        """Version inputs; unchanged bytes change nothing."""
        self._run(["add", "--quiet", *map(str, paths)])

    def fresh(self, upto: str) -> bool:
        """True when neither `upto` nor any stage before it would run."""
        if not (self._workspace / "dvc.lock").is_file():
            return False
        return not json.loads(self._run(["status", "--json", "--with-deps", upto]) or "{}")

    def reproduce(self, stage: str, *, pull: bool = False) -> bool:
        """`dvc repro --single-item STAGE`, the stage's own lines passed on to the log; whether its command ran."""
        asked = ["repro", *(["--pull"] if pull else []), "--single-item", stage]
        return f"Running stage '{stage}'" in self._run(asked, stage=stage)

    def restore(self, out: Path, *, locked: Path, into: Path) -> None:
        """Lay `out` as the dvc.lock in `locked` names it into `into`, from the cache or else the remote."""
        into.mkdir(parents=True, exist_ok=True)
        for name in ("dvc.yaml", "dvc.lock"):
            files.write_bytes(into / name, (locked / name).read_bytes())
        self._configure(into)
        try:
            self._run(["checkout", "--quiet", str(out)], folder=into)
        except PipelineError:
            self._run(["pull", "--quiet", str(out)], folder=into)

    def pull(self, outs: Sequence[Path]) -> None:
        """Bring these outputs, as the lock names them, from the remote; each is held to its digest."""
        self._run(["pull", "--quiet", *map(str, outs)])

    def push(self, outs: Sequence[Path] = ()) -> None:
        """Copy outputs, or everything the workspace names, and the run-cache to the remote."""
        # Not --quiet: then DVC does not say why a remote could not be reached.
        self._run(["push", "--run-cache", *map(str, outs)])

    def _configure(self, folder: Path) -> None:
        if not (folder / ".dvc" / "config").is_file():
            self._run(["init", "--no-scm", "--quiet", "--force"], folder=folder)
        local = folder / ".dvc" / "config.local"
        if not local.is_file() or local.read_text(encoding="utf-8") != self._config:
            files.write_text(local, self._config)

    def _run(self, arguments: list[str], stage: str = "", folder: Path | None = None) -> str:
        return self._dvc.run(arguments, folder or self._workspace, stage=stage)

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
