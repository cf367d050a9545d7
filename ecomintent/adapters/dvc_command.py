"""DVC's command line, each call in a process group of its own: what is stopped is stopped whole.

A DVC that alone is killed leaves the stage it runs behind, and the next one starts a second training over the same
outputs.
"""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from ecomintent.errors import PipelineError

log = logging.getLogger(__name__)

OFFER = "Having any troubles?"
"""DVC's last line after what it did not expect, such as a remote that is away."""


class DvcCommand:
    """Runs `dvc ...` on the Python that runs us, with the modules of the folder it runs in."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        # dvc.yaml says `python`: it must be the one we run on, whether its environment is activated or not.
        path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", "")])
        self._environment = {**environment, "PATH": path, "PYTHONUNBUFFERED": "1"}

    def run(self, arguments: list[str], folder: Path, *, stage: str = "") -> str:
        """Run it in `folder` and wait; whatever ends the waiting ends its whole process group.

        Args:
            stage: the stage it brings up to date, whose own lines are passed on to the log; empty for none.
        Returns:
            What it said.
        Raises:
            PipelineError: it failed; quotes the line that says why.
        """
        # The folder itself, not a link to it: the link may name another folder tomorrow.
        folder = folder.resolve()
        process = subprocess.Popen(
            [sys.executable, "-m", "dvc", *arguments],
            cwd=folder,
            env={**self._environment, "PYTHONPATH": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if stage else subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            lines = _passed_on(process) if stage else []
            output, errors = process.communicate()
        except BaseException:
            end(process)
            raise
        if process.returncode:
            said = lines or [*output.splitlines(), *(errors or "").splitlines()]
            raise PipelineError(_reason(said, f"stage {stage}" if stage else f"dvc {arguments[0]}"))
        return "\n".join([*lines, output])


def end(process: "subprocess.Popen[str]") -> None:
    """Kill the process and everything in the session that it leads."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    finally:
        process.kill()
        process.wait()


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
    ran = [line for line in said if not line.startswith(("ERROR:", "Running stage", ">", "Stage ", OFFER))]
    return f"{what}: {(ran or dvc or ['no output'])[-1]}"
