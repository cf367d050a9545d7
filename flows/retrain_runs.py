"""`watch.ports.Retrains` on a Prefect server: a run of the deployment that the schedule uses too."""

from typing import Final, cast

from prefect.client.schemas.objects import FlowRun
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.settings import PREFECT_API_URL

from ecomintent.errors import InputError

DEPLOYMENT: Final = "retrain/retrain"


def server() -> str:
    """The address of the Prefect server that the environment names; empty where it names none."""
    return PREFECT_API_URL.value() or ""


class ServerRetrains:
    """Asks for a run and does not wait for it: a worker takes it up, and its limit keeps two apart."""

    def __init__(self, address: str) -> None:
        self._address = address

    def start(self, key: str) -> str:
        """Ask the server; the same key again names the same run.

        Raises:
            InputError: the server has no such deployment.
        """
        try:
            # Prefect types what can also be awaited; called from here it is the run itself.
            run = cast(FlowRun, run_deployment(DEPLOYMENT, timeout=0, idempotency_key=key, as_subflow=False))
        except ObjectNotFound as error:
            raise InputError(
                f"the server at {self._address} has no deployment {DEPLOYMENT}; make it, or run ecomintent retrain",
                where="PREFECT_API_URL",
            ) from error
        return f"run {run.name} at {self._address}"
