"""Answers of one run against a large language model, a line each, kept as they come: paid for once."""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from threading import Lock
from typing import Any, Final

import filelock

from ecomintent.errors import AlreadyRunning, InputError
from ecomintent.llm.answers import Asked

FIELDS: Final = tuple(field.name for field in fields(Asked))


class AnswersFile:
    """The file of one run. Every line also says which run it is of, and `ecomintent gate judge` reads it as it is."""

    def __init__(self, path: Path, run: Mapping[str, str | int], known: Mapping[str, Asked]) -> None:
        self.path = path
        self._run = dict(run)
        self._known = dict(known)
        self._lock = Lock()

    @property
    def known(self) -> dict[str, Asked]:
        """Ticket id -> answer, all that the file holds."""
        return dict(self._known)

    def add(self, asked: Asked) -> None:
        """Keep one answer; it is on the disk when this returns. Safe to call from several threads."""
        line = json.dumps({**asdict(asked), **self._run}, ensure_ascii=False) + "\n"
        with self._lock, self.path.open("a", encoding="utf-8") as stream:
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())
            self._known[asked.id] = asked


@contextmanager
def opened(path: Path, run: Mapping[str, str | int]) -> Iterator[AnswersFile]:
    """The file of this run, made where there is none; a last line that a killed run cut off is taken away.

    Args:
        run: what all answers of the file have in common, by name.
    Raises:
        InputError: the file cannot be written, or holds something else or the answers of another run.
        AlreadyRunning: another process writes it.
    """
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
        path.touch()
    except filelock.Timeout as error:
        raise AlreadyRunning(f"another run writes {path}; wait for it, or give another --out") from error
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}); give another --out", where=str(path)) from error
    try:
        yield AnswersFile(path, run, _read(path, run))
    finally:
        lock.release()


def _read(path: Path, run: Mapping[str, str | int]) -> dict[str, Asked]:
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    found = {}
    for number, line in enumerate(whole.splitlines(), start=1):
        row = _row(line, where=f"{path}:{number}")
        for name, value in run.items():
            if row.get(name) != value:
                raise InputError(
                    f"holds the answers of another run ({name} is {row.get(name)!r} there, {value!r} here); "
                    "give another --out",
                    where=str(path),
                )
        found[row["id"]] = Asked(**{name: row[name] for name in FIELDS})
    if len(whole) < len(content):
        os.truncate(path, len(whole))
    return found


def _row(line: bytes, *, where: str) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        [row[name] for name in FIELDS]
    except (ValueError, TypeError, KeyError) as error:
        raise InputError("is no answer that this command kept; give another --out", where=where) from error
    return row
