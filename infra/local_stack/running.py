"""Processes of a stack: started in groups of their own, known again, and ended with everything they started."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import psutil

from infra.local_stack.state import Stack, Started

MARK: Final = "ECOMINTENT_STACK"
"""Environment variable that every process of a stack inherits: its folder. A worker's flow runs leave its group."""
GRACE_SECONDS: Final = 20


def start(stack: Stack, name: str, command: list[str], environment: Mapping[str, str], cwd: Path) -> None:
    """Start `command` as the service `name`, its output at the end of its log."""
    with stack.log(name).open("ab") as log:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**os.environ, **environment, MARK: str(stack.folder)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stack.processes[name] = Started(process.pid, psutil.Process(process.pid).create_time())
    stack.save()


def alive(stack: Stack, name: str) -> bool:
    """True while the very process that we started as `name` lives."""
    return _process(stack.processes.get(name)) is not None


def stop(stack: Stack, names: list[str]) -> list[str]:
    """End these services with their groups, the last first; then, when none is left, all that they left behind.

    Returns:
        The services that were running.
    """
    stopped = []
    for name in names:
        process = _process(stack.processes.pop(name, None))
        if process is not None:
            _end_group(process)
            stopped.append(name)
        stack.save()
    if not stack.processes:
        _end_leftovers(stack.folder)
    return stopped


def _process(started: Started | None) -> psutil.Process | None:
    if started is None:
        return None
    try:
        process = psutil.Process(started.pid)
        ours = process.create_time() == started.at and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return None
    return process if ours else None


def _end_group(leader: psutil.Process) -> None:
    members = [leader, *leader.children(recursive=True)]
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(leader.pid, how)
        except ProcessLookupError:
            return
        _, members = psutil.wait_procs(members, timeout=GRACE_SECONDS)
        if not members:
            return


def _end_leftovers(folder: Path) -> None:
    left = [process for process in psutil.process_iter() if _belongs(process, folder)]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=GRACE_SECONDS)


def _belongs(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == str(folder)
    except (psutil.Error, OSError):
        return False


def wait_until(answers: Callable[[], bool], *, seconds: float) -> bool:
    """Ask every half second; False when it did not say yes in time."""
    end = time.monotonic() + seconds
    while not answers():
        if time.monotonic() > end:
            return False
        time.sleep(0.5)
    return True
