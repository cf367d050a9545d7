"""A stack of its own for these tests: real servers on free ports, databases of its own, gone afterwards."""

import os
import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from infra.local_stack import databases, running, state
from tests.postgres import SERVER
from tests.shop import ROOT, Shop


@dataclass(frozen=True)
class Running:
    """A stack that is up."""

    folder: Path
    shop: Shop
    """A home whose commands use the stack, as a person does who sourced its `environment`."""

    @property
    def stack(self):
        """As its folder has it now."""
        return state.load(self.folder)

    def command(self, *words, code=0):
        """`infra/local-stack WORDS --dir FOLDER`."""
        done = subprocess.run(
            [sys.executable, "-m", "infra.local_stack", *words, "--dir", str(self.folder)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def mlflow(self, account):
        """A client of MLflow's REST interface; None: of nobody in particular."""
        password = account and self.stack.secret(f"mlflow-{account}")
        auth = (account, password) if account else None
        return httpx.Client(base_url=f"{self.stack.url('mlflow')}/api/2.0/mlflow", auth=auth, timeout=60)


def environment_of(folder):
    """What a shell has that sourced the stack's `environment`."""
    lines = (folder / "environment").read_text(encoding="utf-8").splitlines()
    pairs = [line.removeprefix("export ").partition("=") for line in lines]
    return {name: value.strip("'") for name, _, value in pairs}


@pytest.fixture(scope="module")
def up(postgres, tmp_path_factory):
    """A stack with the small params of tests/shop.py."""
    folder = tmp_path_factory.mktemp("stack")
    where = sa.make_url(SERVER).set(drivername="postgresql").render_as_string(hide_password=False)
    server, _, _ = where.partition("?")
    prefix = f"ecomintent_test_{secrets.token_hex(4)}"
    params = folder / "params.yaml"
    shop = Shop(home=folder / "home", environment={"ECOMINTENT_PARAMS": str(params)})
    shop.params()
    made = Running(folder=folder, shop=shop)
    try:
        made.command("up", "--free-ports", "--prefix", prefix, "--postgres", server.rpartition("/")[0])
        shop.environment.update({**os.environ, **environment_of(folder)})
        yield made
    finally:
        if (folder / "stack.json").is_file():
            stack = state.load(folder)
            running.stop(stack, list(reversed(stack.processes)))
            databases.drop(stack)
