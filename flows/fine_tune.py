"""Flow `fine-tune`: the stage `train` of a retrain, on a worker of another pool. The flow `retrain` starts it."""

from prefect import flow

from flows import training, wiring


@flow(name="fine-tune", timeout_seconds=3 * 60 * 60, flow_run_name="train {run}")
def fine_tune(run: str, commit: str) -> None:
    """Train what the retrain `run` prepared in `commit`; the outcome goes to the remote. Safe to repeat."""
    with wiring.the_only("fine-tune"):
        training.train_for(run, commit)
