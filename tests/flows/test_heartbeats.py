"""Runs that say they run and whose process is gone, on a real Prefect server."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.prefect_lab import Lab

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


def running(lab, name, *beats):
    """A run that says it runs, with heartbeats these many seconds ago."""
    flow = lab.ask("/flows/", name="of-a-test")["id"]
    run = lab.ask("/flow_runs/", flow_id=flow, name=name, state={"type": "RUNNING", "name": "Running"})["id"]
    events = [
        {
            "id": str(uuid4()),
            "occurred": (datetime.now(UTC) - timedelta(seconds=ago)).isoformat(),
            "event": "prefect.flow-run.heartbeat",
            "resource": {"prefect.resource.id": f"prefect.flow-run.{run}"},
        }
        for ago in beats
    ]
    if not events:
        return run
    assert lab.api.post("/events", json=events).is_success
    stored = {"filter": {"resource": {"id": [f"prefect.flow-run.{run}"]}, "event": {"name": [events[0]["event"]]}}}
    lab.until(lambda: lab.ask("/events/filter", **stored)["total"] == len(beats), "its heartbeats were not stored")
    return run


def test_a_run_whose_process_is_gone_is_ended_and_no_other(lab):
    gone = running(lab, "gone", 630, 600)
    # Far from their limits, three hours and nine minutes: a slow machine must not decide.
    told = [running(lab, "beats seldom", 3700, 100), running(lab, "young", 5), running(lab, "never beat")]
    code = "from flows import heartbeats; print(heartbeats.end_dead_runs(second_look=1))"

    done = subprocess.run([sys.executable, "-c", code], env=lab.environment, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['gone']"
    assert lab.state(gone)["type"] == "CRASHED"
    assert [lab.state(run)["type"] for run in told] == ["RUNNING"] * 3
