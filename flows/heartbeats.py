"""Runs that say they run and whose process is gone: found by the heartbeats that stopped, and ended as crashed.

A worker that dies with its machine tells nobody; without this its run is Running for ever. A run counts as dead when it
was silent three times as long as between its last two heartbeats, and still is on a second look: the first look after a
server came back sees old heartbeats of everybody.
"""

import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import FlowRun
from prefect.context import FlowRunContext
from prefect.events.filters import EventFilter, EventNameFilter, EventOccurredFilter, EventResourceFilter
from prefect.states import Crashed

from flows.wiring import log

EVENT: Final = "prefect.flow-run.heartbeat"
SHORTEST: Final = 30.0
"""Seconds between heartbeats: Prefect sends none more often."""
USUAL: Final = 180.0
"""Where only one was seen, so that the time between two is not known: what Prefect does when it is told nothing."""
TIMES: Final = 3
SECOND_LOOK: Final = 45.0
"""Seconds after the first, more than the shortest time between two heartbeats."""


class Watch:
    """Remembers who was silent at the first look."""

    def __init__(self, second_look: float = SECOND_LOOK) -> None:
        self._suspects: dict[UUID, float] = {}
        self._second_look = second_look

    @property
    def waits(self) -> bool:
        """Whether somebody needs a second look."""
        return bool(self._suspects)

    def end_if_dead(self, client: SyncPrefectClient, run: FlowRun) -> bool:
        """Look once more at a run; end it as crashed where it was silent at both looks. Whether it was ended."""
        running = run.state is not None and run.state.is_running()
        if not running or not is_silent(client, run.id):
            self._suspects.pop(run.id, None)
            return False
        since = self._suspects.setdefault(run.id, time.monotonic())
        if time.monotonic() - since < self._second_look:
            return False
        del self._suspects[run.id]
        said = "its process is gone: no heartbeat for three times as long as before"
        client.set_flow_run_state(run.id, Crashed(message=said), force=True)
        log.warning("the run %s is ended as crashed: %s", run.name, said)
        return True


def is_silent(client: SyncPrefectClient, run: UUID) -> bool:
    """Whether heartbeats of the run stopped; False where it never sent one, which tells nothing."""
    beats = _last_beats(client, run)
    if not beats:
        return False
    between = (beats[0] - beats[1]).total_seconds() if len(beats) > 1 else USUAL
    return (datetime.now(UTC) - beats[0]).total_seconds() > TIMES * max(between, SHORTEST)


def end_dead_runs(second_look: float = SECOND_LOOK) -> list[str]:
    """End every run of this server whose process is gone, this one's own left out; their names."""
    own = FlowRunContext.get()
    me = own.flow_run.id if own and own.flow_run else None
    ended, watch = [], Watch(second_look)
    running = FlowRunFilter.model_validate({"state": {"type": {"any_": ["RUNNING"]}}})
    with get_client(sync_client=True) as client:
        while True:
            runs = [run for run in client.read_flow_runs(flow_run_filter=running) if run.id != me]
            ended += [run.name for run in runs if watch.end_if_dead(client, run)]
            if not watch.waits:
                return ended
            time.sleep(min(second_look, 5))


def _last_beats(client: SyncPrefectClient, run: UUID) -> list[datetime]:
    """Times of the last two heartbeats, newest first."""
    wanted = EventFilter(
        event=EventNameFilter(name=[EVENT]),
        resource=EventResourceFilter(id=[f"prefect.flow-run.{run}"]),
        occurred=EventOccurredFilter(),
    )
    return [event.occurred for event in client.read_events(wanted, limit=2).events]
