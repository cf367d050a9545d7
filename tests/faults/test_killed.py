"""kill -9 in the middle: the next run ends right, and the champion classifies throughout. Tests run in order."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from ecomintent.adapters.settings import from_environment
from tests.shop import ROOT, open_shop

pytestmark = [pytest.mark.slow, pytest.mark.long]

MONTH2 = "data/samples/corrections-month2.jsonl"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop with a champion, version 1, and a second month of corrections that was not trained on yet."""
    shop = open_shop(tmp_path_factory.mktemp("killed"))
    shop.run("samples")
    shop.run("retrain")
    shop.approve("1", reason="first release")
    shop.run("labels", "import", MONTH2)
    return shop


def flow_environment(shop):
    environment = from_environment(shop.environment, ROOT).child_environment(shop.environment)
    return {**environment, "PYTHONPATH": str(ROOT)}


def run_until_killed(shop, point, *arguments):
    """Output goes nowhere: what the killed process leaves running would hold a pipe open."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.killed", point, *arguments],
        env=flow_environment(shop),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def processes_of(shop):
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("ECOMINTENT_FLOW", "").startswith(f"{shop.home}|"):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def serves(shop, version):
    assert shop.json("status")["champion"]["version"] == version
    return shop.json("classify", "where is my parcel")["intent"] != ""


def test_killed_during_training_leaves_the_champion_serving(shop):
    flow = subprocess.Popen(
        [sys.executable, "-m", "flows.retrain"],
        env=flow_environment(shop),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 180
    while not any("ecomintent.stages.train" in " ".join(p.cmdline()) for p in processes_of(shop)):
        assert time.monotonic() < deadline, "training never started"
        time.sleep(0.2)

    os.kill(flow.pid, signal.SIGKILL)
    flow.wait()

    assert serves(shop, "1")


@pytest.mark.parametrize(
    "point", ["mlflow.finalize_logged_model", "mlflow.create_model_version", "register:after:1", "point:before:1"]
)
def test_killed_during_registering_leaves_the_champion_serving(shop, point):
    run_until_killed(shop, point, "retrain")

    assert serves(shop, "1")


def test_the_next_retrain_ends_right_with_exactly_one_new_version(shop):
    outcome = shop.json("retrain")

    assert outcome["version"] == "2"
    assert shop.json("status")["candidate"]["version"] == "2"
    assert shop.run("show", "3", code=1).stderr.strip().endswith("there are: 2, 1")


def test_the_next_retrain_ended_what_the_killed_ones_left_running(shop):
    assert processes_of(shop) == []


def test_killed_between_the_two_alias_moves_the_old_champion_serves(shop):
    from ecomintent.adapters import system
    from ecomintent.release import approval

    running = system.build(from_environment(shop.environment, ROOT))
    approval.approve(
        "2",
        by="Dana Ortiz",
        reason="month two",
        waivers=dict.fromkeys(filter(None, running.registry.version("2").tags["undecided"].split(",")), "read"),
        registry=running.registry,
        history=running.history,
        clock=running.clock,
    )

    run_until_killed(shop, "point:after:1", "promote")

    assert serves(shop, "1")
    assert shop.json("status")["unfinished_promotions"] == ["2"]


def test_the_next_retrain_finishes_the_approved_promotion(shop):
    shop.run("retrain")

    status = shop.json("status")
    assert (status["champion"]["version"], status["previous"]["version"]) == ("2", "1")
    assert status["unfinished_promotions"] == []
    assert processes_of(shop) == []
    assert serves(shop, "2")
