"""The short list of what a serving machine installs: in the lock, and without the heavy ones."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[3]


def listed(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    words = [re.split(r"[=<>\[; ]", line)[0] for line in lines if line and not line.startswith("#")]
    return [word.lower().replace("_", "-") for word in words]


def test_every_package_the_server_needs_is_pinned_by_the_one_lock_file():
    assert set(listed("infra/serve-requirements.txt")) <= set(listed("requirements.lock"))


def test_the_server_needs_no_trainer_and_no_registry():
    heavy = {"torch", "transformers", "datasets", "accelerate", "mlflow", "prefect", "dvc", "pandas"}

    assert heavy.isdisjoint(listed("infra/serve-requirements.txt"))


def test_the_package_without_extras_is_the_server():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {re.split(r"[=<>\[; ]", line)[0] for line in project["dependencies"]}

    assert needed == set(listed("infra/serve-requirements.txt")) - {"setuptools"}
    assert {"torch", "transformers", "mlflow", "prefect", "dvc"} <= {
        re.split(r"[=<>\[; ]", line)[0] for line in project["optional-dependencies"]["train"]
    }


def test_tagging_imports_no_trainer_no_registry_and_no_label_store():
    rooms = [*(ROOT / "ecomintent/tagging").glob("*.py"), *(ROOT / "ecomintent/adapters").glob("desk_*.py")]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in rooms]
    heavy = {"torch", "transformers", "mlflow", "sqlalchemy", "pandas", "datasets", "prefect", "spacy", "scipy"}
    modules = ", ".join([*names, "ecomintent.adapters.hook_accounts", "ecomintent.adapters.tag_queue"])
    command = f"import sys, {modules}; print(sorted({heavy!r} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "[]"
