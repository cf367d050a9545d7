"""The stages of a retrain, and the hand-off of `train` to another machine."""

import time

from prefect import task

from ecomintent.adapters import hand_off
from flows import elsewhere
from flows.tasks import COMPUTES, REACHES_OUT
from flows.wiring import log, runs, system


def bring_up_to_date(stage: str, run: str) -> float:
    """One stage of the retrain `run`, DVC deciding whether that means running it; returns seconds."""
    started = time.monotonic()
    remotes = system().settings.remotes
    if stage == hand_off.STAGE and remotes.pool and not system().pipeline.fresh(stage):
        parameters = {"run": run, "commit": hand_over(run)}
        elsewhere.run(f"fine-tune/{remotes.pool}", parameters, pool=remotes.pool, wait_seconds=remotes.wait_seconds)
        take_back()
    else:
        reproduce(stage)
    return round(time.monotonic() - started, 1)


@task(task_run_name="reproduce {stage}", **COMPUTES)
def reproduce(stage: str) -> bool:
    """Run a stage here unless an equal run was made; whether it ran."""
    return system().pipeline.reproduce(stage)


@task(task_run_name="hand over the prepared data of {run}", **REACHES_OUT)
def hand_over(run: str) -> str:
    """Push what `train` reads; the commit that names it."""
    return hand_off.hand_over(system(), runs(), run)


@task(task_run_name="take back what was trained", **COMPUTES)
def take_back() -> bool:
    """Lay out what the other machine trained; whether training ran here all the same."""
    ran = system().pipeline.reproduce(hand_off.STAGE, pull=True)
    if ran:
        log.warning("trained here: what the pool trained was not made from the same inputs, or did not arrive")
    return ran


@task(task_run_name="train {run}", **COMPUTES)
def train_for(run: str, commit: str) -> bool:
    """Train on this machine for a retrain on another one; whether it ran, or an equal run was at hand."""
    return hand_off.train(system().settings, run=run, commit=commit)
