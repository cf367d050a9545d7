"""infra/prefect-pools: which work pools are asked for, as seen by a double of Prefect's command line."""

import re
import subprocess
import sys
from pathlib import Path

from tests.test_documents import ROOT
from tests.test_kubernetes import key_of, objects, pods

POOLS = ("cpu", "gpu")


def pools_made(tmp_path, *arguments, has=""):
    """What infra/prefect-pools asks of Prefect, where the server has pools of the type `has`."""
    prefect, said = tmp_path / "prefect", tmp_path / "said"
    prefect.write_text(
        f'#!/bin/sh\necho "$*" >>{said}\n'
        f'case "$*" in *inspect*) [ -n "{has}" ] || exit 1; echo \'{{"type": "{has}"}}\';; esac\n'
    )
    prefect.chmod(0o755)
    done = subprocess.run(
        [ROOT / "infra" / "prefect-pools", *arguments],
        env={"PATH": f"{tmp_path}:{Path(sys.executable).parent}:/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return done, [line for line in said.read_text().splitlines() if "inspect" not in line]


def test_pools_are_made_of_what_the_overlay_describes(tmp_path):
    (pools,) = [t["spec"] for each, t in pods("jobs") if key_of(each) == ("Job", "prefect-pools")]
    folder = pools["containers"][0]["command"][-1]
    mounts = {each["name"]: each["mountPath"] for each in pools["containers"][0]["volumeMounts"]}
    (volume,) = [each for each in pools["volumes"] if mounts[each["name"]] == folder]
    (files,) = [e["data"] for e in objects("jobs") if key_of(e) == ("ConfigMap", volume["configMap"]["name"])]

    done, asked = pools_made(tmp_path, folder, has="kubernetes")

    assert done.returncode == 0, done.stderr
    assert {f"{folder}/{name}" for name in files} == set(re.findall(r"--base-job-template (\S+)", "".join(asked)))
    assert [line.split()[3:6] for line in asked] == [[pool, "--type", "kubernetes"] for pool in POOLS]


def test_pools_are_of_processes_where_nothing_is_said(tmp_path):
    done, asked = pools_made(tmp_path)

    assert done.returncode == 0, done.stderr
    assert asked == [f"--no-prompt work-pool create {pool} --type process --overwrite" for pool in POOLS]


def test_a_pool_of_another_type_is_not_overwritten(tmp_path):
    done, asked = pools_made(tmp_path, "/pools", has="process")

    assert done.returncode == 1
    assert "prefect work-pool delete cpu" in done.stderr
    assert asked == []
