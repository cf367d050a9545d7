"""A whole home as one tar file, while its server runs: databases by SQLite's own backup, the rest under its locks.

`manifest.json`, the last member, names every file with its SHA-256. What is not of the home (an MLflow server, a remote
of DVC, a signing key elsewhere) is named in it as left outside.
"""

import json
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import __version__, files
from ecomintent.adapters import processes, row_copy
from ecomintent.adapters.served_releases import HANDED_OVER
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError, InputError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
LABELS: Final = "labels.db"
"""The label store's rows, whatever database they were in."""
SQLITE_MARK: Final = b"SQLite format 3\0"
BESIDE: Final = ("-wal", "-shm", "-journal")
"""Of a SQLite file; its backup holds what they hold."""
SCRATCH: Final = ("promotions", "dvc/site", "decisions.lock", "promote.lock", "retrain.lock")
"""Below the home, made anew when needed."""
POINTERS: Final = (Path("frozen") / "current.json", Path("corpus") / "current.json", HANDED_OVER)
"""They say what counts; one that changes meanwhile makes the copy one of two moments."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds."""

    format: int
    made_at: str
    program: str
    home: str
    """Where it lay; paths in MLflow's database begin with it."""
    champion: str
    """Version; empty where there was none."""
    labels_schema: str
    rows: dict[str, int]
    """Of the label store, by table."""
    outside: list[str]
    """What belongs to this shop and is not in the backup."""
    files: dict[str, str]
    """Path below the home -> SHA-256."""
    links: dict[str, str]
    """Path below the home -> what the link says."""


def backup(system: System, target: Path) -> Manifest:
    """Write the home of `system` to the tar file `target` (mode 0600: keys are in it), whole or not at all.

    Raises:
        AlreadyRunning: a retrain or a promotion works in the home.
        InputError: there is no home, `target` lies in it or exists, or a file cannot be read or written.
        EcomIntentError: a sealed set or the champion was changed meanwhile.
    """
    home = system.settings.home
    if not home.is_dir() or not any(home.iterdir()):
        raise InputError("there is nothing to back up; set ECOMINTENT_HOME", where=str(home))
    target = target.resolve()
    if target.exists() or target.is_relative_to(home):
        raise InputError("a backup goes into a new file outside of the home; name another one", where=str(target))
    with processes.only_one(home, "retrain"), processes.only_one(home, "promote"):
        written: list[Manifest] = []
        try:
            files.write(target, lambda path: written.append(_write(system, path)))
        except (OSError, sqlite3.Error) as error:
            raise InputError(f"the backup cannot be written ({error}); make room for it", where=str(target)) from error
        target.chmod(0o600)
    return written[0]


def _write(system: System, path: Path) -> Manifest:
    settings = system.settings
    home, before = settings.home, _pointers(settings.home)
    digests: dict[str, str] = {}
    links: dict[str, str] = {}
    path.chmod(0o600)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup.") as spare, tarfile.open(path, "w") as tar:
        labels = Path(spare) / LABELS
        rows = row_copy.copy_rows(settings.database_url, f"sqlite:///{labels}")
        _add(tar, labels, LABELS, digests, mode=0o600)
        for found in _content(home):
            name = found.relative_to(home).as_posix()
            if found.is_symlink():
                links[name] = str(found.readlink())
            elif name != LABELS:
                _add(tar, _still(found, Path(spare)), name, digests, mode=found.stat().st_mode & 0o777)
        if _pointers(home) != before:
            raise EcomIntentError("a sealed set or the champion was changed while it was copied; make the backup again")
        manifest = Manifest(
            format=FORMAT,
            made_at=system.clock.now(),
            program=__version__,
            home=str(home),
            champion=system.registry.aliases().get("champion", ""),
            labels_schema=row_copy.schema(),
            rows=rows,
            outside=_outside(system),
            files=digests,
            links=links,
        )
        told = Path(spare) / MANIFEST
        told.write_text(json.dumps(asdict(manifest), indent=1) + "\n", encoding="utf-8")
        tar.add(told, MANIFEST)
    return manifest


def _content(home: Path) -> Iterator[Path]:
    """Files and links that make up the home, in the order of their names."""
    for found in sorted(home.rglob("*")):
        name = found.relative_to(home).as_posix()
        scratch = any(name == each or name.startswith(f"{each}/") for each in SCRATCH)
        in_link = any(parent.is_symlink() for parent in found.parents if parent.is_relative_to(home))
        if scratch or in_link or name.endswith(BESIDE) or "/.dvc/tmp/" in name or "__pycache__" in found.parts:
            continue
        if found.is_symlink() or found.is_file():
            yield found


def _still(found: Path, spare: Path) -> Path:
    """The file itself, or of a database a copy as of one moment: its server may be writing."""
    with found.open("rb") as stream:
        if stream.read(len(SQLITE_MARK)) != SQLITE_MARK:
            return found
    copy = spare / "database"
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(found)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        # Whole in one file: what reads the copy needs no log beside it.
        target.execute("PRAGMA journal_mode = DELETE")
    return copy


def _add(tar: tarfile.TarFile, path: Path, name: str, digests: dict[str, str], *, mode: int) -> None:
    entry = tar.gettarinfo(path, name)
    entry.mode = mode
    with path.open("rb") as stream:
        tar.addfile(entry, stream)
    digests[name] = files.digest(path)


def _pointers(home: Path) -> list[bytes]:
    return [(home / name).read_bytes() if (home / name).is_file() else b"" for name in POINTERS]


def _outside(system: System) -> list[str]:
    settings = system.settings
    known: dict[str, Any] = {
        "the registry and its artefacts: MLflow's server": settings.services.mlflow_url,
        "runs of flows: Prefect's server": settings.services.prefect_url,
        "DVC's remote": settings.remotes.store.url if settings.remotes.store else "",
        "branches of retrains": settings.remotes.runs,
        "the signing key": settings.signing_key or "",
        "the list of sources": settings.sources or "",
    }
    return [f"{what} ({where})" for what, where in known.items() if where]
