"""The composition root: which adapters the flows use, and where their log lines go."""

import logging
from functools import cache
from pathlib import Path

from ecomintent.adapters import settings
from ecomintent.adapters import system as adapters
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError

log = logging.getLogger("ecomintent.flows")


def home() -> Path:
    """The home that the environment names; builds nothing."""
    return settings.current().home


@cache
def system() -> System:
    """The one system of this process, as the environment describes it."""
    return adapters.current()


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
