"""A backup back into an empty home, here or on another machine: every byte checked before the home appears."""

import json
import shutil
import sqlite3
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any, Final

from ecomintent import files
from ecomintent.adapters import moved_home, row_copy
from ecomintent.adapters.backup import FORMAT, LABELS, MANIFEST, Manifest
from ecomintent.adapters.settings import Settings
from ecomintent.errors import InputError

AGAIN: Final = "it was damaged or changed; use another backup"


def restore(settings: Settings, source: Path) -> Manifest:
    """Lay the backup out as the home of `settings`, its label store into the database that they name.

    The home appears whole, by one rename, or not at all.

    Raises:
        InputError: the home or the database holds something already, or the backup is not whole.
    """
    home = settings.home
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise InputError("it is not empty; restore into another place (ECOMINTENT_HOME)", where=str(home))
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}."))
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror})", where=str(home.parent)) from error
    try:
        manifest = _unpack(source, staged)
        moved_home.mend(staged, was=Path(manifest.home), will_be=home)
        _place_labels(settings, staged)
        staged.chmod(0o755)
        if home.exists():
            home.rmdir()
        staged.rename(home)
    except (OSError, sqlite3.Error) as error:
        raise InputError(f"cannot be restored ({error})", where=str(source)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return manifest


def _unpack(source: Path, into: Path) -> Manifest:
    """Every file that the manifest names, each with its digest, and nothing else."""
    try:
        with tarfile.open(source, "r:") as tar:
            for entry in tar:
                if not entry.isfile() or not _below(entry.name):
                    raise InputError(f"it holds {entry.name!r}, which no backup holds; {AGAIN}", where=str(source))
                stream = tar.extractfile(entry)
                path = into / entry.name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("xb") as written:
                    if stream is not None:
                        shutil.copyfileobj(stream, written, files.CHUNK)
                path.chmod(entry.mode & 0o777)
    except (tarfile.TarError, EOFError, FileExistsError) as error:
        raise InputError(f"it is no whole backup ({error}); {AGAIN}", where=str(source)) from error
    manifest = _manifest(into, source)
    there = {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}
    differing = sorted(there ^ set(manifest.files)) or [
        name for name, digest in manifest.files.items() if files.digest(into / name) != digest
    ]
    if differing:
        said = f"{len(differing)} files are not what its manifest says, such as {differing[0]}; {AGAIN}"
        raise InputError(said, where=str(source))
    for name, target in manifest.links.items():
        if not _below(name) or not _below(target):
            raise InputError(f"its link {name!r} leads out of the home; {AGAIN}", where=str(source))
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        (into / name).symlink_to(target)
    return manifest


def _manifest(folder: Path, source: Path) -> Manifest:
    path = folder / MANIFEST
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        manifest = Manifest(**raw)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"its manifest cannot be read ({type(error).__name__}); {AGAIN}", where=str(source)) from error
    if manifest.format != FORMAT:
        raise InputError(f"it has format {manifest.format}, known is {FORMAT}; use its ecomintent", where=str(source))
    path.unlink()
    return manifest


def _place_labels(settings: Settings, staged: Path) -> None:
    """Leave the rows where the settings look for them: in the home, or in the database they name."""
    if settings.database_url != f"sqlite:///{settings.home / LABELS}":
        row_copy.copy_rows(f"sqlite:///{staged / LABELS}", settings.database_url)
        (staged / LABELS).unlink()


def _below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
