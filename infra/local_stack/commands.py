"""What `infra/local-stack` does: bring the stack up, take it down, say what runs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from ecomintent import files
from ecomintent.errors import EcomIntentError
from infra.local_stack import accounts, databases, programs, running
from infra.local_stack.programs import POOLS, ROOT, Program
from infra.local_stack.state import Stack

PATIENCE_SECONDS: Final = 300
"""For one service on a machine with much else to do; measured are 4 to 15 s each on a quiet one."""
LAST_LINES: Final = 15


def up(stack: Stack, say: Callable[[str], None]) -> list[str]:
    """Start what is not running, in order, each waited for; names of what was started. Safe to repeat.

    Raises:
        InputError: the databases or the accounts cannot be made.
        EcomIntentError: a service ends or does not answer.
    """
    made = databases.make(stack)
    if made:
        say(f"made databases {', '.join(made)}")
    write_environment(stack)
    runs = stack.folder / "runs.git"
    if not runs.is_dir():
        subprocess.run(["git", "init", "--quiet", "--bare", str(runs)], check=True)
    started = []
    for program in programs.all_of(stack):
        if running.alive(stack, program.name):
            continue
        begun = time.monotonic()
        running.start(stack, program.name, program.command, program.environment, ROOT)
        _wait_for(stack, program)
        _set_up_after(stack, program.name)
        say(f"{program.name} answers after {time.monotonic() - begun:.1f} s")
        started.append(program.name)
    return started


def down(stack: Stack) -> list[str]:
    """Stop every service; names of what was running. Safe to repeat."""
    return running.stop(stack, [program.name for program in reversed(programs.all_of(stack))])


def status(stack: Stack) -> list[dict[str, Any]]:
    """Each service: whether its process lives, whether it answers, where, and its log."""
    return [
        {
            "service": program.name,
            "runs": running.alive(stack, program.name),
            "answers": running.alive(stack, program.name) and program.answers(),
            "url": stack.url(program.name) if program.name in stack.ports else "",
            "log": str(stack.log(program.name)),
        }
        for program in programs.all_of(stack)
    ]


def write_environment(stack: Stack) -> None:
    """Write `environment`, to be sourced by a shell that is to use this stack: names of files, no secret."""
    wanted = programs.loop_environment(stack, stack.home)
    lines = [f"export {name}='{value}'" for name, value in wanted.items()]
    files.write_text(stack.folder / "environment", "\n".join(lines) + "\n")


def _wait_for(stack: Stack, program: Program) -> None:
    def settled() -> bool:
        return not running.alive(stack, program.name) or program.answers()

    in_time = running.wait_until(settled, seconds=PATIENCE_SECONDS)
    if not in_time or not running.alive(stack, program.name):
        log = stack.log(program.name)
        last = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST_LINES:])
        raise EcomIntentError(
            f"{program.name} {'ended' if in_time else 'does not answer'}; its log {log} ends:\n{last}"
        )


def _set_up_after(stack: Stack, name: str) -> None:
    if name == "mlflow":
        accounts.make(
            stack.url("mlflow"), {each: stack.secret(f"mlflow-{each}") for each in ("admin", "loop", "approver")}
        )
    if name == "prefect":
        for pool in POOLS:
            _prefect(stack, "work-pool", "create", pool, "--type", "process", "--overwrite")
        if (ROOT / "infra" / "prefect.yaml").is_file():
            _prefect(stack, "deploy", "--all", "--prefect-file", "infra/prefect.yaml")


def _prefect(stack: Stack, *words: str) -> None:
    environment = {**os.environ, **programs.loop_environment(stack, stack.home), **programs.prefect_environment(stack)}
    command = [sys.executable, "-m", "prefect", "--no-prompt", *words]
    done = subprocess.run(
        command, env={**environment, "PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise EcomIntentError(f"prefect {' '.join(words[:3])}: {said[-1] if said else 'no output'}")
