"""`watch.ports.Retrains` without a Prefect server: a process of this machine, as `ecomintent retrain` starts it."""

from ecomintent.adapters import processes
from ecomintent.adapters.settings import Settings


class LocalRetrains:
    """Those of one home. Two at once are kept apart by the home's lock."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def start(self, key: str) -> str:
        """Run one to its end; what it came to.

        Raises:
            EcomIntentError: it stopped; says why.
        """
        outcome = processes.run_flow(self._settings, "flows.retrain", [])
        return f"{outcome['verdict']}: {outcome['cause']}"
