"""Two processes learn what one learns."""

import json
import os
import subprocess
import sys

import pytest
from safetensors.torch import load_file

from tests.shop import ROOT
from tests.unit.model.small import save_base

pytestmark = pytest.mark.slow

TWO = ("torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m")


def trained(base, folder, *launcher):
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", *launcher, "tests.model.alongside", str(base), str(folder)],
        cwd=ROOT,
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1", "TMPDIR": str(folder)},
        check=True,
        timeout=300,
    )
    told = json.loads((folder / "told.json").read_text(encoding="utf-8"))
    return told, load_file(folder / "release" / "model.safetensors")


def test_two_processes_on_split_batches_learn_what_one_learns(tmp_path):
    base = save_base(tmp_path / "small")

    (one, weights_one), (two, weights_two) = trained(base, tmp_path / "one"), trained(base, tmp_path / "two", *TWO)

    assert (one["processes"], two["processes"]) == (1, 2)
    assert two["best_epoch"] == one["best_epoch"]
    for epoch_one, epoch_two in zip(one["epochs"], two["epochs"], strict=True):
        assert epoch_two["loss"] == pytest.approx(epoch_one["loss"], abs=1e-4)
        assert epoch_two["validation_macro_f1"] == epoch_one["validation_macro_f1"]
    assert weights_two.keys() == weights_one.keys()
    apart = max(float((weights_two[name] - weights_one[name]).abs().max()) for name in weights_one)
    moved = max(float(value.abs().max()) for value in weights_one.values())
    assert apart < 1e-3 * moved
    left = {path.name for path in (tmp_path / "two").iterdir() if not path.name.startswith("torchelastic")}
    assert left == {"release", "told.json"}
