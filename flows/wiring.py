"""The composition root: which adapters the flows use, and where their log lines go."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from ecomintent.adapters import processes, settings
from ecomintent.adapters import system as adapters
from ecomintent.adapters.local_retrains import LocalRetrains
from ecomintent.adapters.run_history import RunHistory
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError
from ecomintent.watch.ports import Retrains
from flows import retrain_runs

log = logging.getLogger("ecomintent.flows")


def home() -> Path:
    """The home that the environment names; builds nothing."""
    return settings.current().home


@cache
def system() -> System:
    """The one system of this process, as the environment describes it."""
    return adapters.current()


@cache
def runs() -> RunHistory:
    """The git of this home's retrains."""
    return adapters.run_history(system().settings)


def begin() -> None:
    """What a flow's process needs, whoever started it: log lines, and children that can be told from others."""
    set_up_logging()
    processes.mark(home())


@contextmanager
def the_only(what: str) -> Iterator[None]:
    """`begin`, and be the only one of its kind in this home.

    Raises:
        AlreadyRunning: another holds it.
    """
    set_up_logging()
    with processes.the_flow(home(), what):
        yield


@cache
def retrains() -> Retrains:
    """Where PREFECT_API_URL names a server, its deployment; else a process of this machine."""
    address = retrain_runs.server()
    return retrain_runs.ServerRetrains(address) if address else LocalRetrains(settings.current())


def set_up_logging() -> None:
    """Show the core's lines in Prefect's log, and explained errors as one line instead of a traceback."""
    logging.getLogger("ecomintent").setLevel(logging.INFO)
    # It tells every address it asks, and the link to an export is as good as a credential.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    explain = _OneLineForExplainedErrors()
    for name in ("prefect", "prefect.flow_runs", "prefect.task_runs"):
        for handler in logging.getLogger(name).handlers:
            handler.addFilter(explain)


class _OneLineForExplainedErrors(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and isinstance(record.exc_info[1], EcomIntentError):
            record.msg, record.args = f"stopped: {record.exc_info[1]}", ()
            record.exc_info = record.exc_text = None
        return True
