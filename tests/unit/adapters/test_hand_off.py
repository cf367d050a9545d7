"""`train` on another machine, by DVC's run-cache: two homes that share nothing but a remote and a git."""

import shutil
from contextlib import contextmanager

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from ecomintent.adapters import hand_off
from ecomintent.errors import PipelineError
from tests.machines import two_machines
from tests.shop import ROOT


def test_all_data_that_training_reads_are_handed_over():
    read = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"][hand_off.STAGE]["deps"]

    data = [path for path in read if path.startswith("data/")]
    assert [path for path in data if not any(path.startswith(str(each)) for each in hand_off.READ)] == []
    assert len(data) >= 3


@contextmanager
def folder(tmp_path):
    yield {"ECOMINTENT_DVC_REMOTE": str(tmp_path / "remote")}


@contextmanager
def bucket(tmp_path):
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    said = dict(zip(("aws_access_key_id", "aws_secret_access_key", "region_name"), credentials.values(), strict=True))
    boto3.client("s3", endpoint_url=address, **said).create_bucket(Bucket="shop-a")
    yield {"ECOMINTENT_DVC_REMOTE": "s3://shop-a/dvc", "ECOMINTENT_S3_ENDPOINT": address, **credentials}
    server.stop()


@pytest.fixture(params=[folder], ids=["folder"])
def machines(request, tmp_path, monkeypatch):
    """One that retrains, one that trains for it."""
    with request.param(tmp_path) as remote:
        for name, value in remote.items():
            monkeypatch.setenv(name, value)
        yield two_machines(tmp_path, remote)


@pytest.mark.parametrize("machines", [folder, bucket], indirect=True, ids=["folder", "s3"])
def test_what_another_machine_trained_is_found_cached_byte_for_byte(machines):
    cpu, gpu = machines
    run, commit = cpu.prepare("where is my parcel\n")

    ran_there = hand_off.train(gpu.system.settings, run=run, commit=commit)
    ran_here = cpu.system.pipeline.reproduce("train", pull=True)

    assert (ran_there, ran_here, cpu.trained()) == (True, False, 1)
    model = cpu.system.settings.workspace / "data" / "trained" / "model"
    assert model.read_text() == "epochs: 3\nwhere is my parcel\n"


def test_training_the_same_again_anywhere_runs_nothing(machines):
    cpu, gpu = machines
    run, commit = cpu.prepare("where is my parcel\n")
    hand_off.train(gpu.system.settings, run=run, commit=commit)
    shutil.rmtree(gpu.system.settings.home)

    assert hand_off.train(gpu.system.settings, run=run, commit=commit) is False
    assert gpu.trained() == 1


def test_a_machine_that_is_told_a_commit_which_moved_on_trains_nothing(machines):
    cpu, gpu = machines
    run, _ = cpu.prepare("where is my parcel\n")

    with pytest.raises(PipelineError, match=rf"^retrain/{run} in .* is at .*, not at ffffffffffff"):
        hand_off.train(gpu.system.settings, run=run, commit="f" * 40)
    assert gpu.trained() == 0


def test_a_machine_that_looks_elsewhere_says_which_setting_to_look_at(machines):
    cpu, gpu = machines
    _, commit = cpu.prepare("where is my parcel\n")

    with pytest.raises(PipelineError, match=r"retrain/nowhere is not in .*; look at ECOMINTENT_RUNS_REMOTE here$"):
        hand_off.train(gpu.system.settings, run="nowhere", commit=commit)
    assert gpu.trained() == 0


def test_a_damaged_copy_in_the_remote_trains_nothing(machines, tmp_path):
    cpu, gpu = machines
    run, commit = cpu.prepare("where is my parcel\n")
    for path in (tmp_path / "remote").rglob("*"):
        if path.is_file() and path.read_bytes() == b"where is my parcel\n":
            path.chmod(0o644)
            path.write_bytes(b"where is my refund\n")

    with pytest.raises(PipelineError, match="look at ECOMINTENT_DVC_REMOTE here"):
        hand_off.train(gpu.system.settings, run=run, commit=commit)
    assert gpu.trained() == 0
