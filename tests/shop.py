"""A shop for tests: a home of its own, small params, and the real command line."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]

# Three short epochs on few tickets, enough to know every intent well (an intent of which nothing is recognised
# any more blocks), and a gate that doubts but proves no loss: these tests are about the loop.
SMALL = {
    "prepare": {"corpus_max_per_intent": 40},
    "train": {"epochs": 3, "patience": 3, "batch_size": 16, "learning_rate": 0.0005},
    "gate": {
        "first_release_floor": 0.0,
        "alpha_block_intents": 0.0,
        "alpha_block_overall": 0.0,
        "costly_intents": [],
    },
}


@dataclass(frozen=True)
class Shop:
    """One home and the environment that points at it."""

    home: Path
    environment: dict[str, str]

    def run(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run `ecomintent ARGUMENTS`; fails the test when the exit code is not `code` (None allows any)."""
        done = subprocess.run(
            [sys.executable, "-m", "ecomintent", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert code is None or done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *arguments: str) -> Any:
        """The JSON that `ecomintent ARGUMENTS --json` prints."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def approve(self, version: str, by: str = "Dana Ortiz", reason: str = "read by hand") -> str:
        """Approve `version` with a reason for every undecided intent; what the command said."""
        undecided = self.json("show", version)["tags"]["undecided"]
        waivers = [f"--intent={name}=its tickets were read" for name in undecided.split(",") if name]
        return self.run("approve", version, "--by", by, "--reason", reason, *waivers).stdout

    def params(self, **changes: dict[str, Any]) -> None:
        """Write the shop's params: the checkout's, made small, with `changes` by section."""
        content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        for section, values in [*SMALL.items(), *changes.items()]:
            content[section].update(values)
        Path(self.environment["ECOMINTENT_PARAMS"]).write_text(yaml.safe_dump(content), encoding="utf-8")


def open_shop(folder: Path) -> Shop:
    """A fresh home below `folder`."""
    environment = {
        **os.environ,
        "ECOMINTENT_HOME": str(folder / "home"),
        "ECOMINTENT_PROJECT": str(ROOT),
        "ECOMINTENT_PARAMS": str(folder / "params.yaml"),
    }
    shop = Shop(home=folder / "home", environment=environment)
    shop.params()
    return shop
