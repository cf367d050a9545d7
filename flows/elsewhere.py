"""A run in another pool, waited for: never for ever, never believed before it completed, never left behind."""

import time
from typing import Any, Final, cast
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State
from prefect.deployments import run_deployment
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Cancelling

from ecomintent.errors import WorkerError
from flows.heartbeats import Watch
from flows.wiring import log

BETWEEN_LOOKS: Final = 2.0
"""Seconds."""


def run(deployment: str, parameters: dict[str, Any], *, pool: str, wait_seconds: float) -> None:
    """Start `deployment` (flow/name) as a child of this flow and wait until it completed.

    Args:
        wait_seconds: how long the pool may take to begin; how long the work takes is the flow's own limit.
    Raises:
        WorkerError: there is no such deployment, no worker began in time, or the run failed, died or was cancelled.
    """
    with get_client(sync_client=True) as client:
        child = _start(deployment, parameters, pool)
        try:
            _await_begin(client, child.id, deployment, pool, wait_seconds)
            ended = _await_end(client, child.id)
        except BaseException:
            # A child that nobody waits for would train when its worker comes back.
            _cancel(client, child.id)
            raise
    state = ended.state
    if state is None or not state.is_completed():
        said = f"{state.name}: {state.message}" if state else "no state"
        raise WorkerError(f"{deployment} did not complete on pool {pool} ({said}); its run is {child.name}")


def _start(deployment: str, parameters: dict[str, Any], pool: str) -> FlowRun:
    try:
        # Without this timeout it would wait for ever; with another it returns a run that has not ended.
        # Prefect types what can also be awaited; called from here it is the run itself.
        return cast(FlowRun, run_deployment(deployment, parameters=parameters, timeout=0))
    except ObjectNotFound as error:
        raise WorkerError(
            f"this Prefect server has no deployment {deployment} for pool {pool}; "
            "prefect deploy --all --prefect-file infra/prefect.yaml makes it"
        ) from error


def _await_begin(client: SyncPrefectClient, child: UUID, deployment: str, pool: str, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while not _begun(client.read_flow_run(child)):
        if time.monotonic() >= deadline:
            raise WorkerError(
                f"no worker of pool {pool} began {deployment} within {wait_seconds:.0f} s, so it was cancelled; "
                f"start one (prefect worker start --pool {pool}), or unset ECOMINTENT_GPU_POOL to train here"
            )
        time.sleep(min(BETWEEN_LOOKS, wait_seconds))


def _begun(run: FlowRun) -> bool:
    return run.state is not None and not (run.state.is_scheduled() or run.state.is_pending())


def _await_end(client: SyncPrefectClient, child: UUID) -> FlowRun:
    watch = Watch()
    while True:
        run = client.read_flow_run(child)
        if run.state is not None and run.state.is_final():
            return run
        watch.end_if_dead(client, run)
        time.sleep(BETWEEN_LOOKS)


def _cancel(client: SyncPrefectClient, child: UUID) -> None:
    run = client.read_flow_run(child)
    if run.state is None or run.state.is_final():
        return
    # A worker ends the process of a run that is Cancelling; nobody would take note of one that never began.
    wanted: State[Any] = Cancelling() if _begun(run) else Cancelled()
    client.set_flow_run_state(child, wanted, force=True)
    log.info("cancelled the run %s", run.name)
