"""What is stopped is stopped whole: DVC and the stage it runs."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from ecomintent.adapters import dvc_command
from ecomintent.adapters.dvc_pipeline import DvcPipeline

SLEEPS = """
stages:
  sleeps: {cmd: "python -c 'import time; print(\\"ecomintent sleeps\\", flush=True); time.sleep(600)'"}
"""
WAITS = """
import os, pathlib, signal, sys
from ecomintent.adapters.dvc_pipeline import DvcPipeline

def stop(*_):
    raise KeyboardInterrupt

signal.signal(signal.SIGTERM, stop)
here = pathlib.Path(sys.argv[1])
pipeline = DvcPipeline(workspace=here, project=here, params=here, home=here / "home", environment=dict(os.environ))
pipeline.prepare()
pipeline.reproduce("sleeps")
"""


@pytest.fixture
def training(tmp_path):
    """A process that waits for a stage, and the folder in which DVC and the stage run."""
    (tmp_path / "dvc.yaml").write_text(SLEEPS)
    started = subprocess.Popen(
        [sys.executable, "-c", WAITS, str(tmp_path)], env={**os.environ, "DVC_NO_ANALYTICS": "1"}
    )
    yield started, tmp_path
    for process in [*inside(tmp_path), started]:
        process.kill()


def inside(folder):
    """Processes that run in `folder`."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd() == str(folder):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("never came true")


def test_what_stops_a_retrain_ends_dvc_and_the_training_it_started(training):
    started, folder = training
    until(lambda: any("time.sleep(600)" in " ".join(process.cmdline()) for process in inside(folder)))

    started.send_signal(signal.SIGTERM)

    started.wait(timeout=60)
    until(lambda: inside(folder) == [])


def test_a_lock_is_laid_out_in_a_folder_that_holds_nothing_else(tmp_path):
    workspace, project = tmp_path / "workspace", tmp_path / "project"
    for folder in (project / "ecomintent", project / "expectations"):
        folder.mkdir(parents=True)
    (project / "dvc.yaml").write_text('stages: {copies: {cmd: "cp in.txt copy.txt", deps: [in.txt], outs: [copy.txt]}}')
    (project / "requirements.lock").touch()
    (project / "params.yaml").touch()
    environment = {**os.environ, "DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
    pipelines = [
        DvcPipeline(
            workspace=folder, project=project, params=project / "params.yaml", home=tmp_path, environment=environment
        )
        for folder in (workspace, tmp_path / "next")
    ]
    pipelines[0].prepare()
    (workspace / "in.txt").write_text("tickets")
    pipelines[0].reproduce("copies")
    (tmp_path / "next").mkdir()
    for name in ("dvc.yaml", "dvc.lock"):
        (tmp_path / "next" / name).write_bytes((workspace / name).read_bytes())

    pipelines[1].lay_out()

    assert (tmp_path / "next" / "copy.txt").read_text() == "tickets"


def test_a_remote_that_is_away_is_told_by_dvcs_own_error_and_not_by_its_offer_of_help():
    said = [
        'ERROR: unexpected error - Could not connect to the endpoint URL: "http://127.0.0.1:9/"',
        "Having any troubles? Hit us up at https://dvc.org/support, we are always happy to help!",
    ]

    told = dvc_command._reason(said, "dvc push")

    assert told == 'dvc push: unexpected error - Could not connect to the endpoint URL: "http://127.0.0.1:9/"'
