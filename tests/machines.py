"""Two machines with a home each and a tiny project, which share nothing but a remote and a git."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ecomintent.adapters import hand_off, settings
from ecomintent.adapters import system as systems

PIPELINE = """
stages:
  prepare:
    cmd: mkdir -p data/prepared && cp data/input/tickets.txt data/prepared/train.parquet
    deps: [data/input/tickets.txt]
    outs: [data/prepared]
  train:
    cmd: {train}
    deps: [data/input/taxonomy.json, data/prepared/train.parquet, params.yaml]
    outs: [data/trained]
"""
TRAIN = "echo ran >> {told} && mkdir -p data/trained && sort data/prepared/* params.yaml > data/trained/model"
RUN_AT = "2031-06-01T03:00:00+00:00"


@dataclass
class Machine:
    """A home, and what was noted each time `train` ran there or elsewhere."""

    environment: dict[str, str]
    system: systems.System
    told: Path

    @property
    def runs(self):
        return systems.run_history(self.system.settings)

    def trained(self):
        """How often."""
        return len(self.told.read_text().splitlines()) if self.told.exists() else 0

    def prepare(self, tickets):
        """A retrain up to `prepare`; its name and the commit that was handed over."""
        run = self.runs.open(RUN_AT)
        pipeline, workspace = self.system.pipeline, self.system.settings.workspace
        pipeline.lay_out()
        pipeline.prepare()
        (workspace / "data" / "input").mkdir(parents=True, exist_ok=True)
        (workspace / "data" / "input" / "tickets.txt").write_text(tickets)
        (workspace / "data" / "input" / "taxonomy.json").write_text("[]")
        pipeline.add([Path("data/input/tickets.txt"), Path("data/input/taxonomy.json")])
        pipeline.reproduce("prepare")
        return run, hand_off.hand_over(self.system, self.runs, run)


def two_machines(folder: Path, remote: dict[str, str], train: str = TRAIN) -> list[Machine]:
    """One that retrains, one that trains for it.

    Args:
        remote: the variables that name DVC's remote.
        train: the command of the stage `train`.
    """
    project = folder / "project"
    for name in ("ecomintent", "expectations"):
        (project / name).mkdir(parents=True)
        (project / name / "code.py").touch()
    (project / "dvc.yaml").write_text(PIPELINE.format(train=train.format(told=folder / "told")))
    (project / "requirements.lock").touch()
    (project / "params.yaml").write_text("epochs: 3\n")
    shared = folder / "retrains.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(shared)], check=True)
    made = []
    for name in ("cpu", "gpu"):
        environment = {
            **os.environ,
            **remote,
            "ECOMINTENT_HOME": str(folder / name),
            "ECOMINTENT_PROJECT": str(project),
            "ECOMINTENT_RUNS_REMOTE": str(shared),
        }
        system = systems.build(settings.from_environment(environment, folder))
        made.append(Machine(environment, system, folder / "told"))
    return made
