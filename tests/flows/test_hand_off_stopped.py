"""A training on a worker that is killed, cancelled, finished or lost with its machine, on a real Prefect server.

The project is tiny and its `train` waits for a word. Tests run in order and share server and worker.
"""

import os
import signal

import psutil
import pytest

from tests.machines import two_machines
from tests.prefect_lab import Lab

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal]

WAITS = "while ! test -e {told}.go; do sleep 1; done; mkdir -p data/trained && cp params.yaml data/trained/model"


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    folder = tmp_path_factory.mktemp("machines")
    return two_machines(folder, {"ECOMINTENT_DVC_REMOTE": str(folder / "remote")}, WAITS)


@pytest.fixture(scope="module")
def handed_over(machines):
    return machines[0].prepare("where is my parcel\n")


@pytest.fixture(scope="module")
def lab(machines, tmp_path_factory):
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.deploy()
    lab.gpu = lab.worker("gpu", machines[1].environment)
    yield lab
    lab.close()


def training(machines):
    """DVC and the shells it started on the machine that trains."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("ECOMINTENT_FLOW", "").startswith(f"{machines[1].system.settings.home}|"):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def begin(lab, machines, handed_over):
    """A parent that waits for a training that has begun; its process and its run."""
    before = len(lab.runs_of("parent"))
    process = lab.start("parent", "tests.flows.parent", *handed_over, "900")
    lab.until(lambda: len(lab.runs_of("parent")) > before, "the parent never began", 600)
    lab.until(lambda: any(p.name() == "sleep" for p in training(machines)), "training never began", 900)
    return process, lab.runs_of("parent")[0]["id"]


def test_training_that_is_killed_ends_the_parent_with_a_clear_failure(lab, machines, handed_over):
    _, run = begin(lab, machines, handed_over)

    for process in training(machines):
        if process.name() in {"sh", "bash", "dash"}:
            os.kill(process.pid, signal.SIGKILL)

    said = lab.ended(run)
    assert said["type"] == "FAILED"
    assert "fine-tune/gpu did not complete on pool gpu (Failed: " in said["message"]
    assert lab.ended(lab.runs_of("fine-tune")[0]["id"])["type"] == "FAILED"


def test_a_parent_that_is_stopped_cancels_its_child_and_leaves_no_training_process(lab, machines, handed_over):
    parent, _ = begin(lab, machines, handed_over)

    parent.terminate()

    parent.wait(timeout=300)
    assert lab.ended(lab.runs_of("fine-tune")[0]["id"])["type"] == "CANCELLED"
    lab.until(lambda: training(machines) == [], "training went on")


def test_a_training_that_completes_is_found_cached_by_the_other_machine(lab, machines, handed_over):
    _, run = begin(lab, machines, handed_over)

    machines[0].told.with_name("told.go").touch()

    assert lab.ended(run)["type"] == "COMPLETED"
    assert machines[0].system.pipeline.reproduce("train", pull=True) is False
    assert (machines[0].system.settings.workspace / "data" / "trained" / "model").read_text() == "epochs: 3\n"


def test_a_machine_that_is_lost_ends_its_run_as_crashed_and_the_parent_as_failed(lab, machines):
    machines[0].told.with_name("told.go").unlink()
    _, run = begin(lab, machines, machines[0].prepare("another ticket\n"))
    child = lab.runs_of("fine-tune")[0]["id"]
    beats = {"resource": {"id": [f"prefect.flow-run.{child}"]}, "event": {"name": ["prefect.flow-run.heartbeat"]}}
    lab.until(lambda: lab.ask("/events/filter", filter=beats)["total"] >= 2, "no second heartbeat")

    for process in [*psutil.Process(lab.gpu.pid).children(recursive=True), psutil.Process(lab.gpu.pid)]:
        process.kill()

    said = lab.ended(run)
    assert said["type"] == "FAILED"
    assert "Crashed: its process is gone" in said["message"]
    assert lab.state(child)["type"] == "CRASHED"
