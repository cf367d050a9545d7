"""Flow `rehearse-rollback`: is there a way back today? Moves no alias; what came of it is in the release history."""

from prefect import flow

from flows import failing, tasks, wiring


@flow(name="rehearse-rollback", timeout_seconds=30 * 60, on_failure=[failing.tell], on_crashed=[failing.tell])
def rehearse_rollback() -> str:
    """Fetch the release a rollback would return to, check its passport and bytes, and let it answer its probes."""
    wiring.begin()
    return tasks.rehearse_the_way_back()
