"""A retrain on a CPU worker whose training runs on another worker, on a real Prefect server. In order, one shop."""

import os
import signal
from dataclasses import replace

import psutil
import pytest

from ecomintent import files
from tests.prefect_lab import Lab
from tests.shop import open_shop

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """A shop with labels, whose settings hand training to the pool gpu."""
    folder = tmp_path_factory.mktemp("shop")
    opened = open_shop(folder)
    remotes = {
        "ECOMINTENT_DVC_REMOTE": str(folder / "remote"),
        "ECOMINTENT_GPU_POOL": "gpu",
        "ECOMINTENT_GPU_WAIT_SECONDS": "600",
    }
    opened = replace(opened, environment={**opened.environment, **remotes})
    opened.run("samples")
    return opened


@pytest.fixture(scope="module")
def trainer(shop, tmp_path_factory):
    """The home of the machine that trains: it shares nothing with the shop's but the remote and the git."""
    home = tmp_path_factory.mktemp("trainer")
    there = {"ECOMINTENT_HOME": str(home), "ECOMINTENT_RUNS_REMOTE": str(shop.home / "runs.git")}
    return replace(shop, home=home, environment={**shop.environment, **there})


@pytest.fixture(scope="module")
def lab(shop, trainer, tmp_path_factory):
    """A server with both workers."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    lab.deploy()
    lab.worker("cpu", shop.environment)
    lab.worker("gpu", trainer.environment)
    yield lab
    lab.close()


def training_in(home):
    """Processes that run the stage train for flows of `home`."""
    found = []
    for process in psutil.process_iter():
        try:
            ours = process.environ().get("ECOMINTENT_FLOW", "").startswith(f"{home}|")
            if ours and "ecomintent.stages.train" in " ".join(process.cmdline()):
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def test_training_that_is_killed_ends_the_retrain_with_a_clear_failure(lab, shop, trainer):
    run = lab.run("retrain/retrain")
    lab.until(lambda: training_in(trainer.home), "training never began", 900)

    for process in training_in(trainer.home):
        os.kill(process.pid, signal.SIGKILL)

    said = lab.ended(run)
    assert said["type"] == "FAILED"
    assert "fine-tune/gpu did not complete on pool gpu (Failed: " in said["message"]
    assert lab.runs_of("fine-tune")[0]["state_type"] == "FAILED"


def test_a_retrain_that_is_cancelled_leaves_no_training_process(lab, shop, trainer):
    run = lab.run("retrain/retrain")
    lab.until(lambda: training_in(trainer.home), "training never began", 900)

    lab.cancel(run)

    assert lab.ended(run)["type"] == "CANCELLED"
    lab.until(lambda: training_in(trainer.home) == [], "training went on")
    assert lab.ended(lab.runs_of("fine-tune")[0]["id"])["type"] == "CANCELLED"


def test_the_other_worker_trains_and_the_retrain_finds_it_cached_byte_for_byte(lab, shop, trainer):
    run = lab.run("retrain/retrain")

    assert lab.ended(run)["type"] == "COMPLETED", lab.lines(run)
    child = lab.runs_of("fine-tune")[0]
    assert child["state_type"] == "COMPLETED"
    assert any("ran=True" in line for line in lab.lines(child["id"]))
    assert not any("trained here" in line for line in lab.lines(run))
    weights = next((shop.home / "workspace" / "data" / "trained").rglob("*.safetensors"))
    made = [path for path in (trainer.home / "dvc" / "cache").rglob("*") if path.is_file()]
    same = [path for path in made if path.stat().st_size == weights.stat().st_size]
    assert files.digest(weights) in {files.digest(path) for path in same}
    assert shop.json("status")["candidate"]["version"] == "1"


def test_what_is_approved_is_merged_and_tagged(shop, lab):
    from ecomintent.adapters import git

    shop.approve("1")

    repository = shop.home / "runs.git"
    commit = git.ask(repository, "rev-parse", "model/v1^{commit}")
    assert git.ask(repository, "log", "--format=%s", "-1", "main") == "Version 1 is the champion"
    assert commit in git.ask(repository, "rev-list", "main").split()
    assert git.ask(repository, "show", "main:dvc.lock") == (shop.home / "workspace" / "dvc.lock").read_text().strip()
