"""The command that acts on decisions, started beside the server: one at a time, none forgotten, quietly."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

from ecomintent.adapters.decisions_command import LOG, DecisionsCommand

ROOT = Path(__file__).parents[3]
SLOW = (
    "timeit",
    "-n",
    "1",
    "-r",
    "1",
    "import os, time; open('runs', 'a').write(f'{os.getpid()}\\n'); time.sleep(0.3)",
)


def command(folder, *words):
    (folder / "serving").mkdir(exist_ok=True)
    settings = SimpleNamespace(home=folder, project=folder, child_environment=dict)
    return DecisionsCommand(settings, command=words or SLOW)


def runs(folder):
    path = folder / "runs"
    return len(path.read_text().splitlines()) if path.is_file() else 0


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_what_is_left_while_it_runs_is_seen_by_one_more_run(tmp_path):
    worker = command(tmp_path)
    worker.wake()
    assert until(lambda: runs(tmp_path) == 1)
    worker.wake()
    worker.wake()

    assert until(lambda: not worker._runs)
    assert runs(tmp_path) == 2


def test_what_it_says_is_kept_for_its_owner_alone(tmp_path):
    worker = command(tmp_path, "no_such_module")
    worker.wake()

    assert until(lambda: not worker._runs)
    assert "no_such_module" in (tmp_path / LOG).read_text()
    assert worker.problem == "ecomintent decisions ended with code 1; serving/decisions.log in the home says why"
    assert stat.S_IMODE((tmp_path / LOG).stat().st_mode) == 0o600


def test_where_its_packages_are_not_installed_nothing_is_started(tmp_path, monkeypatch):
    monkeypatch.setattr("ecomintent.adapters.decisions_command.NEEDS", ("mlflow", "no_such_package"))
    worker = command(tmp_path)
    worker.wake()

    assert (worker.here, worker._runs, runs(tmp_path)) == (False, False, 0)


def test_a_server_with_its_pages_imports_no_trainer_and_no_registry(tmp_path):
    heavy = {"torch", "transformers", "mlflow", "prefect", "dvc", "pandas", "datasets", "sqlalchemy"}
    code = (
        "import sys; from ecomintent.adapters import settings; from ecomintent.cli import serve; "
        "from ecomintent.serving.app import create_app; "
        "create_app(*serve.whole(settings.current(), loopback=True)); "
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    environment = {**os.environ, "ECOMINTENT_HOME": str(tmp_path), "ECOMINTENT_PROJECT": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )

    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr[-2000:]
