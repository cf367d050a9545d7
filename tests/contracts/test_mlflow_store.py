"""Opening MLflow's database: first use, silence, and what cannot be opened."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.errors import InputError
from tests.contracts.conftest import database_of, open_store

ROOT = Path(__file__).parents[2]


def test_asking_an_unused_home_makes_nothing_and_needs_no_mlflow(tmp_path):
    code = (
        "import sys; from pathlib import Path; from ecomintent.adapters.mlflow_store import MlflowStore;"
        "from ecomintent.adapters.mlflow_registry import MlflowRegistry;"
        "registry = MlflowRegistry(MlflowStore(f'sqlite:///{sys.argv[1]}/mlflow/mlflow.db', Path(sys.argv[1])));"
        "print(registry.aliases(), registry.versions(), 'mlflow' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT
    ).stdout

    assert (said.strip(), list(tmp_path.iterdir())) == ("{} [] False", [])


def test_a_database_that_is_none_is_an_input_error_at_once(mlflow_home):
    database_of(mlflow_home).write_bytes(b"torn" * 1000)

    with pytest.raises(InputError, match=r"mlflow.db: MLflow's database cannot be read \(file is not a database\)"):
        MlflowRegistry(open_store(mlflow_home)).aliases()


def test_a_database_of_another_mlflow_version_is_an_input_error_that_says_what_to_do(mlflow_home):
    with sqlite3.connect(database_of(mlflow_home)) as database:
        database.execute("UPDATE alembic_version SET version_num = '0a8213491aaa'")

    with pytest.raises(InputError, match=r"mlflow.db: MLflow cannot open it: .*mlflow db upgrade") as refused:
        MlflowRegistry(open_store(mlflow_home)).aliases()

    assert "\n" not in str(refused.value)


def test_a_home_that_cannot_hold_a_database_is_an_input_error(tmp_path):
    (tmp_path / "mlflow").write_text("a file where the folder belongs")

    with pytest.raises(InputError, match="cannot be written"):
        open_store(tmp_path).client()


def bare_environment(home):
    """Nothing that quiets MLflow, and what makes it talk at import."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(ROOT), "AI_AGENT": "1"}


FIRST_USE = """
import sys
from pathlib import Path
from ecomintent import files
from tests.contracts.conftest import open_store
from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_tracker import MlflowTracker

home, folder = Path(sys.argv[1]), Path(sys.argv[2])
store = open_store(home)
run_id = MlflowTracker(store).record(
    key=folder.name, name="first", params={}, metrics={}, tags={}, datasets={}, artifacts=[folder]
)
registry = MlflowRegistry(store)
weights = files.folder_digest(folder)
version = registry.register(folder, run_id=run_id, weights=weights, tags={}).version
registry.fetch(version, home / "releases")
"""

READING = """
import sys
from pathlib import Path
from tests.contracts.conftest import open_store
from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_tracker import MlflowTracker

{first}
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "first",
    [
        "MlflowRegistry(open_store(Path(sys.argv[1]))).aliases()",
        "MlflowTracker(open_store(Path(sys.argv[1]))).link('r')",
    ],
)
def test_a_process_that_only_reads_says_nothing_of_its_own(mlflow_home, tmp_path, first):
    done = subprocess.run(
        [sys.executable, "-c", READING.format(first=first), str(mlflow_home)],
        env=bare_environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.slow
def test_processes_that_start_a_home_at_once_all_succeed_in_silence_and_stay_inside_it(tmp_path):
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    for folder in (home / "mlflow", elsewhere):
        folder.mkdir(parents=True)
    (home / "mlflow" / ".mlflow.db.killed").write_bytes(b"half a database")
    first_uses = []
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(name.encode())
        first_uses.append(
            subprocess.Popen(
                [sys.executable, "-c", FIRST_USE, str(home), str(folder)],
                cwd=elsewhere,
                env=bare_environment(tmp_path),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )

    said = [first_use.communicate()[0] for first_use in first_uses]

    assert (said, [first_use.returncode for first_use in first_uses]) == (["", ""], [0, 0])
    assert list(elsewhere.iterdir()) == []
    found = MlflowRegistry(open_store(home)).versions()
    assert [version.version for version in found] == ["2", "1"]
    assert {path.name for path in (home / "mlflow").iterdir()} == {"artifacts", "init.lock", "mlflow.db"}
