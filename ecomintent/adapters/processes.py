"""One retrain per home, and the end of what a killed one left running.

A flow that is killed outright leaves DVC, the training child and Prefect's own server behind. All of them inherit
`MARK` in their environment, so the next run finds them by it: no pid file that could be stale or missing.
"""

import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import filelock
import psutil

from ecomintent.adapters import prefect_server
from ecomintent.adapters.settings import Settings
from ecomintent.errors import AlreadyRunning, EcomIntentError, InputError, PipelineError

log = logging.getLogger(__name__)

MARK: Final = "ECOMINTENT_FLOW"
"""Environment variable; its value is `<home>|<pid of the flow>`."""


@contextmanager
def only_one(home: Path, what: str) -> Iterator[None]:
    """Hold `home` for `what` (a word such as retrain); released by the system when the process dies.

    Raises:
        AlreadyRunning: somebody else holds it.
        InputError: the home cannot be written.
    """
    make_home(home)
    lock = filelock.FileLock(home / f"{what}.lock", timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise AlreadyRunning(f"another {what} is running in {home}; wait for it or stop it") from error
    except OSError as error:
        raise _unwritable(home, error) from error
    try:
        yield
    finally:
        lock.release()


def make_home(home: Path) -> None:
    """Make the folder of a home; safe to repeat. Prefect's server makes its own folder in it, but not the home.

    Raises:
        InputError: it cannot be written.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(home, error) from error


def _unwritable(home: Path, error: OSError) -> InputError:
    return InputError(f"cannot be written ({error.strerror}); set ECOMINTENT_HOME", where=str(home))


@contextmanager
def the_flow(home: Path, what: str) -> Iterator[None]:
    """Be the one `what` of `home`, its children marked, after the end of what a dead one left; again, it is a no-op.

    Again: the command line's process holds the home from before the flow's own server starts, a worker's does not.

    Raises:
        AlreadyRunning: as `only_one`.
    """
    if os.environ.get(MARK) == _mine(home):
        yield
        return
    with only_one(home, what):
        mark(home)
        end_leftovers(home)
        yield


def held(home: Path, what: str) -> bool:
    """Whether somebody holds `home` for `what` at this moment."""
    try:
        with only_one(home, what):
            return False
    except AlreadyRunning:
        return True


def mark(home: Path) -> None:
    """Make this process's children recognisable as parts of this flow."""
    os.environ[MARK] = _mine(home)


def _mine(home: Path) -> str:
    return f"{home}|{os.getpid()}"


def end_leftovers(home: Path) -> int:
    """Kill what flows of this home that are dead left running; call it while holding the home.

    Returns:
        How many processes were ended.
    """
    left = [process for process in psutil.process_iter() if _is_left(process, home)]
    for process in left:
        process.kill()
    if left:
        log.info("ended %d processes that a killed run left behind", len(left))
        psutil.wait_procs(left, timeout=10)
    return len(left)


def _is_left(process: psutil.Process, home: Path) -> bool:
    of, _, flow = _mark_of(process).rpartition("|")
    return of == str(home) and not psutil.pid_exists(int(flow))


def _mark_of(process: psutil.Process) -> str:
    try:
        return str(process.environ().get(MARK, ""))
    except (psutil.Error, OSError):
        return ""


def run_flow(settings: Settings, module: str, arguments: list[str]) -> dict[str, Any]:
    """Run a flow's module in a process of its own, with this home's environment; its log goes to our stderr.

    Returns:
        What the flow ended with: the JSON on its last line.
    Raises:
        EcomIntentError: the flow explained why it stopped; said here again, after Prefect's last word.
        InputError: the home cannot be written.
        PipelineError: it died without an explanation.
    """
    make_home(settings.home)
    environment = {**settings.child_environment(os.environ), "PYTHONPATH": str(settings.project)}
    command = [sys.executable, "-m", module, *arguments]
    # A file, not a pipe: what a killed flow leaves running holds a pipe open, and we would wait for it for ever.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as answer:
        done = subprocess.run(command, cwd=settings.project, env=environment, stdout=answer, check=False)
        answer.seek(0)
        said = answer.read().strip().splitlines()
    try:
        outcome: dict[str, Any] = json.loads(said[-1] if said else "")
    except ValueError as error:
        lost = f"{module} ended with code {done.returncode} and no answer; see above"
        raise PipelineError(prefect_server.trouble(settings.services) or lost) from error
    if done.returncode:
        raise EcomIntentError(outcome.get("error", f"{module} ended with code {done.returncode}; see above"))
    return outcome
