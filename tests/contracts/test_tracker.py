"""What every tracker promises: the same tests on the fake and on MLflow, then MLflow's own dangers."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from ecomintent.adapters.mlflow_tracker import DIGEST, EXPERIMENT, MlflowTracker
from tests.fakes.tracker import FakeTracker, Recorded


@dataclass
class Desk:
    """A tracker under test, and how to read what it keeps."""

    tracker: Any
    read: Any
    """run id -> Recorded."""


@pytest.fixture
def fake_desk():
    tracker = FakeTracker()
    return Desk(tracker, tracker.runs.get)


@pytest.fixture
def mlflow_desk(mlflow_store, tmp_path):
    def read(run_id):
        client = mlflow_store.client()
        run = client.get_run(run_id)
        folder = tmp_path / "read" / run_id
        folder.mkdir(parents=True)
        client.download_artifacts(run_id, "", str(folder))
        tags = {k: v for k, v in run.data.tags.items() if not k.startswith(("mlflow.", "ecomintent.", "dataset."))}
        return Recorded(
            name=run.info.run_name,
            params=run.data.params,
            metrics=run.data.metrics,
            tags=tags,
            datasets={
                data.dataset.name: next(tag.value for tag in data.tags if tag.key == "sha256")
                for data in run.inputs.dataset_inputs
            },
            artifacts={p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()},
        )

    return Desk(MlflowTracker(mlflow_store), read)


@pytest.fixture(params=["fake", "mlflow"])
def desk(request):
    return request.getfixturevalue(f"{request.param}_desk")


@pytest.fixture
def retrain(tmp_path):
    """Arguments of one retrain, artefacts included."""
    evidence = tmp_path / "evidence"
    (evidence / "pages").mkdir(parents=True)
    (evidence / "pages" / "review.html").write_text("<p>Zoë</p>", encoding="utf-8")
    (tmp_path / "verdict.json").write_text("{}")
    return {
        "key": "ab" * 32,
        "name": "REVIEW 1f2e3d4c",
        "params": {"train.epochs": 3, "train.learning_rate": 1e-4, "gate.margins": {"OTHER": 0.1}, "model.base": "x"},
        "metrics": {"f1/WISMO": 0.91, "f1_delta/WISMO": -0.02, "frozen/macro_f1": 0.84},
        "tags": {"verdict": "REVIEW", "weights": "cd" * 32},
        "datasets": {"snapshot": "12" * 32, "corpus": "34" * 32, "frozen_set": "56" * 32},
        "artifacts": [evidence, tmp_path / "verdict.json"],
    }


def recorded(retrain):
    return Recorded(
        name=retrain["name"],
        params={name: str(value) for name, value in retrain["params"].items()},
        metrics=retrain["metrics"],
        tags=retrain["tags"],
        datasets=retrain["datasets"],
        artifacts={"evidence/pages/review.html": "<p>Zoë</p>".encode(), "verdict.json": b"{}"},
    )


def test_what_was_recorded_can_be_read_back(desk, retrain):
    run_id = desk.tracker.record(**retrain)

    assert desk.read(run_id) == recorded(retrain)


def test_the_run_of_an_equal_key_is_never_doubled_nor_changed(desk, retrain):
    first = desk.tracker.record(**retrain)

    again = desk.tracker.record(**{**retrain, "name": "another", "metrics": {"f1/WISMO": 0.1}})

    assert (again, desk.read(again)) == (first, recorded(retrain))


def test_another_key_is_another_run(desk, retrain):
    first = desk.tracker.record(**retrain)

    second = desk.tracker.record(**{**retrain, "key": "ef" * 32, "tags": {}, "artifacts": []})

    assert second != first
    assert desk.read(second) == replace(recorded(retrain), tags={}, artifacts={})


def test_more_params_and_tags_than_one_request_takes_are_all_kept(desk, retrain):
    many = {f"name{number}": str(number) for number in range(250)}

    run_id = desk.tracker.record(**{**retrain, "params": many, "tags": many, "artifacts": []})

    kept = desk.read(run_id)
    assert (kept.params, kept.tags) == (many, many)


def test_the_link_names_the_run(desk, retrain):
    run_id = desk.tracker.record(**retrain)

    link = desk.tracker.link(run_id)

    assert link.startswith("http://")
    assert run_id in link


STEPS = ["create_run", "log_batch", "log_inputs", "log_artifacts", "log_artifact", "set_terminated"]
MOMENTS = [
    *((step, "after", "RUNNING") for step in STEPS),
    ("log_artifact", "before", "FAILED"),
    ("set_terminated", "before", "KILLED"),
]
"""Before a step is after the one before it."""


@pytest.mark.parametrize("moment", MOMENTS, ids="-".join)
def test_a_record_killed_at_any_step_is_completed_by_the_next_one(mlflow_desk, mlflow_store, retrain, killed, moment):
    step, when, status = moment
    client, experiment = mlflow_store.client(), mlflow_store.experiment(EXPERIMENT)
    killed(step, when, lambda: mlflow_desk.tracker.record(**retrain))
    for run in client.search_runs([experiment]):
        client.update_run(run.info.run_id, status)

    run_id = mlflow_desk.tracker.record(**retrain)

    assert mlflow_desk.read(run_id) == recorded(retrain)
    runs = client.search_runs([experiment])
    assert [(run.info.run_id, run.info.status) for run in runs] == [(run_id, "FINISHED")]
    assert [point.value for point in client.get_metric_history(run_id, "f1/WISMO")] == [0.91]
    assert len(runs[0].inputs.dataset_inputs) == 3


def test_a_run_is_found_by_the_digest_of_a_dataset_and_linked_past_the_genai_page(mlflow_desk, mlflow_store, retrain):
    run_id = mlflow_desk.tracker.record(**retrain)
    experiment = mlflow_store.experiment(EXPERIMENT)

    for condition in (f"dataset.digest = '{('12' * 32)[:DIGEST]}'", f"tags.`dataset.snapshot` = '{'12' * 32}'"):
        found = mlflow_store.client().search_runs([experiment], filter_string=condition)
        assert [run.info.run_id for run in found] == [run_id]
    page = f"http://127.0.0.1:5000/#/experiments/{experiment}/runs/{run_id}?workflowType=machine_learning"
    assert mlflow_desk.tracker.link(run_id) == page


def test_an_experiment_that_somebody_deleted_is_taken_up_again(mlflow_desk, mlflow_store, retrain):
    first = mlflow_desk.tracker.record(**retrain)
    mlflow_store.client().delete_experiment(mlflow_store.experiment(EXPERIMENT))

    second = mlflow_desk.tracker.record(**{**retrain, "key": "ef" * 32})

    assert second != first
    assert mlflow_desk.read(second) == recorded(retrain)
