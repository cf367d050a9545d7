"""infra/kubernetes/many-gpus: one fine-tune on several nodes, as an indexed Job."""

import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from tests.test_documents import ROOT
from tests.test_kubernetes import FOLDER, SECRETS, SECURITY, VERSION, build, key_of, objects

SCRIPT = ROOT / "infra" / "train-together"
OBJECTS = {each["kind"]: each for each in build(FOLDER / "many-gpus")}
JOB, SERVICE = OBJECTS["Job"], OBJECTS["Service"]
POD = JOB["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]


def test_every_object_is_what_kubernetes_takes():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validate = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed").validate

    for each in OBJECTS.values():
        validate(each, VERSION, strict=True)
    # It is applied beside a running overlay and removed again: nothing of that may go with it.
    assert OBJECTS.keys() == {"Job", "Service", "NetworkPolicy"}
    assert {key_of(each) for each in OBJECTS.values()}.isdisjoint(key_of(each) for each in objects("jobs"))


def test_each_pod_keeps_to_the_restricted_standard_and_says_what_it_takes():
    (worker,) = [each["spec"]["template"]["spec"] for each in objects("gpu") if key_of(each)[1] == "worker-gpu"]

    assert {key: POD[key] for key in ("securityContext", "nodeSelector", "tolerations")} == {
        key: worker[key] for key in ("securityContext", "nodeSelector", "tolerations")
    }
    assert POD["automountServiceAccountToken"] is False
    assert CONTAINER["securityContext"] == SECURITY
    assert CONTAINER["image"] == worker["containers"][0]["image"]
    assert CONTAINER["resources"]["requests"] == CONTAINER["resources"]["limits"]


def test_every_pod_knows_how_many_there_are_and_where_the_first_is():
    script, nodes, gpus, first = CONTAINER["command"]
    job, service = JOB["spec"], SERVICE["spec"]

    assert ROOT / script == SCRIPT
    assert job["completionMode"] == "Indexed"
    assert job["completions"] == job["parallelism"] == int(nodes) > 1
    assert CONTAINER["resources"]["limits"]["nvidia.com/gpu"] == int(gpus)
    assert POD["subdomain"] == SERVICE["metadata"]["name"]
    assert first == f"{JOB['metadata']['name']}-0.{POD['subdomain']}"
    assert service["clusterIP"] == "None"
    assert service["publishNotReadyAddresses"]
    assert service["selector"] == job["template"]["metadata"]["labels"]
    assert re.findall(r"--master-port (\d+)", SCRIPT.read_text()) == [str(port["port"]) for port in service["ports"]]
    # What one pod lost cannot be made up by starting it again: the others are in the middle of a step.
    assert job["backoffLimit"] == 0
    assert POD["restartPolicy"] == "Never"


def test_what_is_named_is_there_and_shared_by_all_pods():
    base = {key_of(each): each for each in objects("base")}
    volumes = {each["name"]: each for each in POD["volumes"]}
    mounts = {each["mountPath"]: volumes[each["name"]] for each in CONTAINER["volumeMounts"]}

    assert {each["name"] for each in CONTAINER["volumeMounts"]} == volumes.keys()
    home = base["PersistentVolumeClaim", mounts["/var/lib/ecomintent"]["persistentVolumeClaim"]["claimName"]]
    assert home["spec"]["accessModes"] == ["ReadWriteMany"]
    assert base["ConfigMap", "ecomintent"]["data"]["ECOMINTENT_HOME"] == "/var/lib/ecomintent"
    assert mounts["/dev/shm"]["emptyDir"]["medium"] == "Memory"
    (item,) = mounts["/run/secrets"]["secret"]["items"]
    assert item["key"] == item["path"] in SECRETS.split()
    told = {each["name"]: each["value"] for each in CONTAINER["env"]}
    assert told == {"AWS_SHARED_CREDENTIALS_FILE": f"/run/secrets/{item['path']}", "AWS_DEFAULT_REGION": "us-east-1"}


def trained(tmp_path, index, code=0):
    """What infra/train-together runs as pod `index`, and in which folder; torchrun ends with `code`."""
    workspace, said, programs = tmp_path / "runs" / "1", tmp_path / "said", tmp_path / "programs"
    for folder in (workspace, programs):
        folder.mkdir(parents=True)
    (tmp_path / "workspace").symlink_to(workspace)
    for name, end in (("torchrun", code), ("python", 0)):
        (programs / name).write_text(f'#!/bin/sh\necho "{name} $*|$PWD|$TMPDIR|$PYTHONPATH" >>{said}\nexit {end}\n')
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [SCRIPT, "3", "4", "train-0.train"],
        env={
            "PATH": f"{programs}:/usr/bin:/bin",
            "ECOMINTENT_HOME": str(tmp_path),
            "JOB_COMPLETION_INDEX": str(index),
        },
        check=False,
    )
    lines = [line.split("|") for line in said.read_text().splitlines()]
    # The link may name another folder tomorrow.
    assert {tuple(line[1:]) for line in lines} == {(str(workspace), f"{tmp_path}/tmp", str(workspace))}
    assert (tmp_path / "tmp").is_dir()
    return done.returncode, [line[0] for line in lines]


def test_the_first_pod_keeps_the_outcome(tmp_path):
    code, ran = trained(tmp_path, 0)

    assert code == 0
    assert ran == [
        "torchrun --nnodes 3 --nproc-per-node 4 --node-rank 0 --master-addr train-0.train --master-port 29500"
        " --rdzv-conf timeout=3600 -m ecomintent.stages.train",
        "python -m dvc commit --quiet --force train",
        "python -m dvc push --quiet --run-cache train",
    ]


def test_another_pod_only_trains(tmp_path):
    code, ran = trained(tmp_path, 2)

    assert code == 0
    assert len(ran) == 1
    assert "--node-rank 2 " in ran[0]


def test_what_failed_is_not_kept(tmp_path):
    code, ran = trained(tmp_path, 0, code=1)

    assert code == 1
    assert len(ran) == 1


def dvc(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "dvc", *words],
        cwd=folder,
        env={**os.environ, "DVC_NO_ANALYTICS": "true", "DVC_SITE_CACHE_DIR": str(folder.parent / "dvc" / "site")},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def test_the_next_retrain_finds_the_outcome_here_and_where_the_remote_is_read(tmp_path):
    """The stage's own command would fail: what is laid out can only be the outcome that was kept."""
    workspace, torchrun = tmp_path / "workspace", tmp_path / "programs" / "torchrun"
    workspace.mkdir()
    torchrun.parent.mkdir()
    torchrun.write_text("#!/bin/sh\nmkdir data && echo weights >data/model\n")
    torchrun.chmod(0o755)
    dvc(workspace, "init", "--no-scm", "--quiet")
    for words in (("cache", "dir", str(tmp_path / "cache")), ("remote", "add", "-d", "store", str(tmp_path / "store"))):
        dvc(workspace, *words)
    (workspace / "rows").write_text("prepared\n")
    (workspace / "dvc.yaml").write_text("stages: {train: {cmd: exit 1, deps: [rows], outs: [data]}}\n")
    next_one = shutil.copytree(workspace, tmp_path / "next")

    subprocess.run(
        [SCRIPT, "2", "1", "train-0.train"],
        env={
            "PATH": f"{torchrun.parent}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "ECOMINTENT_HOME": str(tmp_path),
            "JOB_COMPLETION_INDEX": "0",
        },
        check=True,
    )

    dvc(next_one, "repro", "--single-item", "train")
    assert (next_one / "data" / "model").read_text() == "weights\n"
    for made in (tmp_path / "cache", next_one / "data"):
        shutil.rmtree(made)
    dvc(next_one, "repro", "--pull", "--single-item", "train")
    assert (next_one / "data" / "model").read_text() == "weights\n"
