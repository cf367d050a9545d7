"""`ports.Tracker` on MLflow runs."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ecomintent.adapters.mlflow_store import MlflowStore

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

LOCAL_PAGE: Final = "http://127.0.0.1:5000"
"""Where `make ui` serves the home's own MLflow."""
EXPERIMENT: Final = "ecomintent-retrain"
KEY: Final = "ecomintent.key"
BATCH: Final = 100
"""Params, and likewise tags, that MLflow takes at once."""
DIGEST: Final = 32
"""Characters of a digest that name a dataset (MLflow takes 36); the whole of it stands in the tags."""


class MlflowTracker:
    """One run per retrain, found again by its key."""

    def __init__(self, store: MlflowStore, ui: str = LOCAL_PAGE) -> None:
        self._store = store
        self._ui = ui

    def record(
        self,
        *,
        key: str,
        name: str,
        params: dict[str, Any],
        metrics: dict[str, float],
        tags: dict[str, str],
        datasets: dict[str, str],
        artifacts: Sequence[Path],
    ) -> str:
        """Write the run and return its id. The finished run of this key stays as it is; an unfinished one is completed.

        The run is finished last, so that one which a crash cut short is told from a whole one.
        """
        client, experiment = self._store.client(), self._store.experiment(EXPERIMENT)
        run = _run_of(client, experiment, key)
        if run is None:
            run = client.create_run(experiment, run_name=name, tags={KEY: key})
        elif run.info.status == "FINISHED":
            return str(run.info.run_id)
        _log_values(client, run, params, metrics, {**tags, **{f"dataset.{role}": d for role, d in datasets.items()}})
        _log_datasets(client, run, datasets)
        for path in artifacts:
            if path.is_dir():
                client.log_artifacts(run.info.run_id, str(path), path.name)
            else:
                client.log_artifact(run.info.run_id, str(path))
        client.set_terminated(run.info.run_id, "FINISHED")
        return str(run.info.run_id)

    def link(self, run_id: str) -> str:
        """The run's page, the home's own while `make ui` runs; the parameter keeps MLflow out of its GenAI view."""
        experiment = self._store.experiment(EXPERIMENT)
        return f"{self._ui}/#/experiments/{experiment}/runs/{run_id}?workflowType=machine_learning"


def _run_of(client: "MlflowClient", experiment: str, key: str) -> "Run | None":
    """The run with this key, a finished one before all others."""
    found = client.search_runs([experiment], filter_string=f"tags.`{KEY}` = '{key}'")
    return min(found, key=lambda run: run.info.status != "FINISHED", default=None)


def _log_values(
    client: "MlflowClient", run: "Run", params: dict[str, Any], metrics: dict[str, float], tags: dict[str, str]
) -> None:
    from mlflow.entities import Metric, Param, RunTag

    # The run's own start: a repetition then writes the very same points instead of a second one beside each.
    at = run.info.start_time
    client.log_batch(
        run.info.run_id,
        metrics=[Metric(name, value, at, 0) for name, value in sorted(metrics.items())],
    )
    named = [Param(name, str(value)) for name, value in sorted(params.items())]
    noted = [RunTag(name, value) for name, value in sorted(tags.items())]
    for start in range(0, max(len(named), len(noted)), BATCH):
        # MLflow counts params and tags separately.
        client.log_batch(run.info.run_id, params=named[start : start + BATCH], tags=noted[start : start + BATCH])


def _log_datasets(client: "MlflowClient", run: "Run", datasets: dict[str, str]) -> None:
    from mlflow.data.code_dataset_source import CodeDatasetSource
    from mlflow.data.meta_dataset import MetaDataset
    from mlflow.entities import DatasetInput, InputTag

    inputs = []
    for role, digest in datasets.items():
        dataset = MetaDataset(CodeDatasetSource(tags={"sha256": digest}), name=role, digest=digest[:DIGEST])
        marks = [InputTag("mlflow.data.context", role), InputTag("sha256", digest)]
        inputs.append(DatasetInput(dataset=dataset._to_mlflow_entity(), tags=marks))
    client.log_inputs(run.info.run_id, datasets=inputs)
