"""Where a flow that failed or died says so: in the log, and to the people who asked to be told."""

from typing import Any

from prefect import Flow
from prefect.client.schemas.objects import FlowRun, State

from ecomintent.adapters import telling
from ecomintent.watch import notices
from flows.wiring import log, system


def tell(flow: "Flow[..., Any]", flow_run: FlowRun, state: "State[Any]") -> None:
    """Hook for `on_failure` and `on_crashed`."""
    log.error("%s %s: the run %s says: %s", flow.name, state.name, flow_run.name, state.message)
    telling.tell(system().settings, system().clock.now(), notices.stopped(flow.name, flow_run.name, str(state.name)))
