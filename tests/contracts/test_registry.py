"""What every model registry promises: the same tests on the fake and on MLflow, then MLflow's own dangers.

Over 250 lines: fake and real registry run the same list of rules.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import pytest

from ecomintent import files
from ecomintent.adapters.mlflow_registry import NAME, MlflowRegistry
from ecomintent.errors import ReleaseError
from ecomintent.records import RegisteredVersion
from tests.contracts.conftest import open_store
from tests.fakes.registry import FakeRegistry

REVIEW = {"verdict": "REVIEW", "snapshot": "ab" * 32}


@dataclass
class Desk:
    """A registry under test, and what tests need around it."""

    registry: Any
    run_id: str
    other_run_id: str
    stored: Any
    """version -> folder whose files are the registry's own bytes; after a change call `keep`."""
    keep: Any


@pytest.fixture
def fake_desk(tmp_path):
    registry = FakeRegistry()

    def stored(version):
        folder = tmp_path / "bytes" / version
        for name, content in registry.contents[version].items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return folder

    def keep(version):
        folder = tmp_path / "bytes" / version
        found = [path for path in folder.rglob("*") if path.is_file()]
        registry.contents[version] = {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}

    return Desk(registry, "run-1", "run-2", stored, keep)


@pytest.fixture
def mlflow_desk(mlflow_store):
    client, experiment = mlflow_store.client(), mlflow_store.experiment("retrain")
    first, second = (client.create_run(experiment).info.run_id for _ in range(2))

    def stored(version):
        return Path(unquote(urlparse(client.get_model_version_download_uri(NAME, version)).path))

    return Desk(MlflowRegistry(mlflow_store), first, second, stored, lambda version: None)


@pytest.fixture(params=["fake", "mlflow"])
def desk(request):
    return request.getfixturevalue(f"{request.param}_desk")


@pytest.fixture
def release(tmp_path):
    """Makes release folders; another name, other weights."""

    def make(name="a"):
        folder = tmp_path / "made" / name
        (folder / "tokenizer").mkdir(parents=True)
        (folder / "model.safetensors").write_bytes(name.encode() * 1000)
        (folder / "tokenizer" / "vocab.txt").write_text("where\nis\n")
        return folder, files.folder_digest(folder)

    return make


def contents(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_an_empty_registry_answers_with_nothing(desk):
    desk.registry.drop("candidate")

    assert (desk.registry.aliases(), list(desk.registry.versions()), desk.registry.version("1")) == ({}, [], None)


def test_a_registered_folder_is_a_version_with_its_tags(desk, release):
    folder, weights = release()

    made = desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags=REVIEW)

    assert made == RegisteredVersion(
        version="1", run_id=desk.run_id, weights=weights, tags={**REVIEW, "weights": weights}
    )
    assert (desk.registry.version("1"), list(desk.registry.versions())) == (made, [made])


def test_equal_weights_stay_one_version_whose_tags_and_run_are_the_latest(desk, release):
    folder, weights = release()
    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={**REVIEW, "note": "kept"})

    again = desk.registry.register(folder, run_id=desk.other_run_id, weights=weights, tags={"verdict": "PROMOTE"})

    tags = {**REVIEW, "note": "kept", "verdict": "PROMOTE", "weights": weights}
    assert again == RegisteredVersion(version="1", run_id=desk.other_run_id, weights=weights, tags=tags)
    assert list(desk.registry.versions()) == [again]


def test_other_weights_are_another_version_and_the_newest_comes_first(desk, release):
    for name in "ab":
        folder, weights = release(name)
        desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})

    assert [found.version for found in desk.registry.versions()] == ["2", "1"]


def test_a_folder_that_is_not_what_its_digest_says_is_not_registered(desk, release):
    folder, weights = release()
    (folder / "late.txt").write_text("written after the digest was taken")

    with pytest.raises(ReleaseError):
        desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})

    assert list(desk.registry.versions()) == []


def test_aliases_move_in_one_write_and_may_share_a_version(desk, release):
    for name in "ab":
        folder, weights = release(name)
        desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})
    for alias, version in (("candidate", "2"), ("champion", "1"), ("champion", "2"), ("previous", "1")):
        desk.registry.point(alias, version)

    for _ in range(2):
        desk.registry.drop("candidate")

    assert desk.registry.aliases() == {"champion": "2", "previous": "1"}


def test_tags_are_added_and_replaced(desk, release):
    folder, weights = release()
    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags=REVIEW)

    desk.registry.tag("1", {"approval": "approved", "verdict": "PROMOTE"})

    expected = {**REVIEW, "verdict": "PROMOTE", "approval": "approved", "weights": weights}
    assert desk.registry.version("1").tags == expected


@pytest.mark.parametrize("version", ["2", "champion", "../1"])
def test_a_version_that_is_not_there_cannot_be_pointed_at_tagged_or_fetched(desk, release, version, tmp_path):
    folder, weights = release()
    made = desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})

    for act in (
        lambda: desk.registry.point("champion", version),
        lambda: desk.registry.tag(version, {"approval": "approved"}),
        lambda: desk.registry.fetch(version, tmp_path / "into"),
    ):
        with pytest.raises(ReleaseError, match="is not in the registry"):
            act()

    assert (desk.registry.version(version), desk.registry.aliases(), list(desk.registry.versions())) == (
        None,
        {},
        [made],
    )


def test_a_fetched_version_is_the_registered_folder_even_when_that_is_gone(desk, release, tmp_path):
    folder, weights = release()
    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})
    before = contents(folder)
    shutil.rmtree(folder)

    fetched = desk.registry.fetch("1", tmp_path / "into")

    assert (fetched, contents(fetched)) == (tmp_path / "into" / "1", before)


def test_a_verified_copy_is_reused_and_a_damaged_one_replaced(desk, release, tmp_path):
    folder, weights = release()
    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})
    model = desk.registry.fetch("1", tmp_path / "into") / "model.safetensors"
    first = model.stat().st_ino

    desk.registry.fetch("1", tmp_path / "into")
    reused = model.stat().st_ino
    model.write_bytes(b"forged")
    fetched = desk.registry.fetch("1", tmp_path / "into")

    assert reused == first
    assert contents(fetched) == contents(folder)


DAMAGE = {
    "a flipped byte": lambda folder: (folder / "model.safetensors").write_bytes(b"b" + b"a" * 999),
    "a missing file": lambda folder: (folder / "tokenizer" / "vocab.txt").unlink(),
    "a file too many": lambda folder: (folder / "extra.txt").write_text("?"),
    "nothing left": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_registry_that_lost_or_spoilt_its_bytes_delivers_nothing(desk, release, tmp_path, damage):
    folder, weights = release()
    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})
    damage(desk.stored("1"))
    desk.keep("1")

    with pytest.raises(ReleaseError, match=r"version 1: its stored files .*") as refused:
        desk.registry.fetch("1", tmp_path / "into")

    assert "\n" not in str(refused.value)
    assert [path.name for path in (tmp_path / "into").iterdir() if not path.name.startswith(".")] == []


@pytest.mark.parametrize("damage", [DAMAGE["a flipped byte"], DAMAGE["nothing left"]])
def test_registering_equal_weights_again_mends_what_the_registry_lost(desk, release, tmp_path, damage):
    folder, weights = release()
    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})
    damage(desk.stored("1"))
    desk.keep("1")

    desk.registry.register(folder, run_id=desk.run_id, weights=weights, tags={})

    assert contents(desk.registry.fetch("1", tmp_path / "into")) == contents(folder)


STEPS = [
    "create_logged_model",
    "log_model_artifacts",
    "finalize_logged_model",
    "create_registered_model",
    "create_model_version",
]
MOMENTS = [("log_model_artifacts", "within"), *((step, "after") for step in STEPS)]
"""Before a step is after the one before it."""


@pytest.mark.parametrize("moment", MOMENTS, ids="-".join)
def test_a_registration_killed_at_any_step_is_completed_by_the_next_one(
    mlflow_desk, mlflow_store, release, killed, moment
):
    folder, weights = release()

    def register():
        return mlflow_desk.registry.register(folder, run_id=mlflow_desk.run_id, weights=weights, tags=REVIEW)

    killed(*moment, register)

    made = register()

    assert made.tags == {**REVIEW, "weights": weights}
    assert list(mlflow_desk.registry.versions()) == [made]
    assert contents(mlflow_desk.registry.fetch("1", folder.parent / "into")) == contents(folder)
    client = mlflow_store.client()
    assert [found.status for found in client.search_model_versions(f"name = '{NAME}'")] == ["READY"]
    models = client.search_logged_models([mlflow_store.experiment("retrain")])
    assert [(model.status, model.tags["weights"]) for model in models] == [("READY", weights)]
    assert client.get_model_version(NAME, "1").source == f"models:/{models[0].model_id}"


def test_two_homes_in_one_process_do_not_mix(mlflow_desk, mlflow_home, release):
    folder, weights = release()
    store = open_store(mlflow_home)
    other, other_run_id = MlflowRegistry(store), store.client().create_run(store.experiment("retrain")).info.run_id

    for registry, run_id in ((mlflow_desk.registry, mlflow_desk.run_id), (other, other_run_id)):
        registry.register(folder, run_id=run_id, weights=weights, tags={})
    other.point("champion", "1")

    assert (mlflow_desk.registry.aliases(), other.aliases()) == ({}, {"champion": "1"})
    assert not mlflow_desk.stored("1").is_relative_to(mlflow_home)
    assert Path(store.client().get_model_version_download_uri(NAME, "1")[len("file://") :]).is_relative_to(mlflow_home)


def test_a_version_that_somebody_registered_by_hand_is_none_of_ours(mlflow_desk, mlflow_store, release):
    folder, weights = release()
    made = mlflow_desk.registry.register(folder, run_id=mlflow_desk.run_id, weights=weights, tags={})

    mlflow_store.client().create_model_version(NAME, source=str(folder))

    assert list(mlflow_desk.registry.versions()) == [made]


def test_a_copy_that_cannot_be_written_is_a_release_error(mlflow_desk, release, tmp_path):
    folder, weights = release()
    mlflow_desk.registry.register(folder, run_id=mlflow_desk.run_id, weights=weights, tags={})
    (tmp_path / "into").write_text("a file where the folder belongs")

    with pytest.raises(ReleaseError, match=r"version 1 cannot be copied to .*into"):
        mlflow_desk.registry.fetch("1", tmp_path / "into")
