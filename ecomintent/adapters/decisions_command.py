"""`serving.label_ports.Worker`: `ecomintent decisions` in a process of its own: the server has no registry."""

import logging
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ecomintent.adapters.settings import Settings

log = logging.getLogger(__name__)

NEEDS: Final = ("mlflow", "prefect", "dvc", "flows")
LOG: Final = Path("serving") / "decisions.log"
"""Below the home: what the last run said. It holds names and reasons, hence not in the server's own log."""
NICE: Final = 10
"""The gate, asked again, gives way to the tickets that are answered meanwhile."""


class DecisionsCommand:
    """The command of one home, one at a time."""

    def __init__(self, found: Settings, *, command: tuple[str, ...] = ("ecomintent", "decisions")) -> None:
        self._settings, self._command = found, command
        self._lock = threading.Lock()
        self._runs = self._again = False
        self.here = all(find_spec(name) for name in NEEDS)
        """Whether what the command needs is installed beside the server."""
        self.problem = ""

    def wake(self) -> None:
        """Begin, and return at once; what is left while it runs is seen by a run after it."""
        with self._lock:
            if not self.here:
                return
            self._again = True
            if self._runs:
                return
            self._runs = True
        threading.Thread(target=self._run, name="decisions", daemon=True).start()

    def _run(self) -> None:
        while self._wanted():
            try:
                code = self._once()
                self.problem = (
                    f"ecomintent decisions ended with code {code}; {LOG} in the home says why" if code else ""
                )
            except OSError as error:
                self.problem = f"ecomintent decisions could not be started ({error})"
            log.info("decisions taken up%s", f": {self.problem}" if self.problem else "")

    def _wanted(self) -> bool:
        with self._lock:
            self._runs, self._again = self._again, False
            return self._runs

    def _once(self) -> int:
        home, project = self._settings.home, self._settings.project
        environment = {**self._settings.child_environment(os.environ), "PYTHONPATH": str(project)}
        with os.fdopen(os.open(home / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as said:
            # A session of its own: Ctrl-C ends the server, not a promotion halfway.
            running = subprocess.Popen(
                [sys.executable, "-m", *self._command],
                cwd=project,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        os.setpriority(os.PRIO_PROCESS, running.pid, NICE)
        return running.wait()
