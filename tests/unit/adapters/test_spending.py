"""What a stage took is what it took when it ran, also where its outcome is taken from an equal run."""

import json

import pytest
import yaml

from ecomintent.adapters.spending import Ledger
from ecomintent.errors import InputError
from ecomintent.release.simulation import Spent


class Pipeline:
    """Of `ports.Pipeline`, what the ledger asks: writes the lock, and runs what it has not run yet."""

    def __init__(self, lock):
        self.lock, self.md5, self.done = lock, "a", set()

    def reproduce(self, stage):
        deps = [{"path": "train.parquet", "md5": self.md5}]
        self.lock.write_text(yaml.safe_dump({"stages": {stage: {"cmd": "python", "deps": deps, "outs": [{}]}}}))
        ran = self.md5 not in self.done
        self.done.add(self.md5)
        return ran


@pytest.fixture
def pipeline(tmp_path):
    return Pipeline(tmp_path / "dvc.lock")


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "shared" / "spent.json")


def test_an_equal_run_costs_what_the_first_one_did(pipeline, ledger, tmp_path):
    first = ledger.run(pipeline, "train", lock=pipeline.lock)
    ((name, _),) = json.loads((tmp_path / "shared" / "spent.json").read_text()).items()
    (tmp_path / "shared" / "spent.json").write_text(json.dumps({name: {"wall_s": 140.0, "cpu_s": 139.5}}))

    again = ledger.run(pipeline, "train", lock=pipeline.lock)

    assert first.wall_s < 100
    assert again == Spent(wall_s=140.0, cpu_s=139.5)


def test_other_inputs_are_another_run(pipeline, ledger, tmp_path):
    ledger.run(pipeline, "train", lock=pipeline.lock)
    pipeline.md5 = "b"

    ledger.run(pipeline, "train", lock=pipeline.lock)

    assert len(json.loads((tmp_path / "shared" / "spent.json").read_text())) == 2


def test_what_ended_in_the_moment_of_a_crash_is_unknown(pipeline, ledger):
    pipeline.done.add("a")

    assert ledger.run(pipeline, "train", lock=pipeline.lock) == Spent(wall_s=None, cpu_s=None)


def test_a_damaged_ledger_is_named(pipeline, ledger, tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "spent.json").write_text("{")

    with pytest.raises(InputError, match=r"spent\.json: damaged"):
        ledger.run(pipeline, "train", lock=pipeline.lock)
