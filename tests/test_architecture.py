"""The house's rules that a machine can check and import-linter does not."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted([*(ROOT / "ecomintent").rglob("*.py"), *(ROOT / "flows").rglob("*.py")])
OUTSIDE = sorted((ROOT / "infra").rglob("*.py"))
"""What starts the services: the same sizes, but processes and environments are its business."""


@pytest.mark.parametrize("path", [*SOURCES, *OUTSIDE], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_module_stays_within_250_lines_and_says_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 250
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", [*SOURCES, *OUTSIDE], ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_function_stays_within_40_lines(path):
    functions = (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef))
    long = {f.name: body for f in functions if (body := _lines_of_code(f)) > 40}

    assert long == {}


def _lines_of_code(function: ast.FunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = function.body[0]
    has_one = isinstance(docstring, ast.Expr) and isinstance(docstring.value, ast.Constant)
    skipped = (docstring.end_lineno - docstring.lineno + 1) if has_one else 0
    return function.end_lineno - function.lineno + 1 - skipped


def test_the_command_line_starts_without_the_heavy_libraries():
    heavy = (
        "torch",
        "transformers",
        "pandas",
        "mlflow",
        "sqlalchemy",
        "prefect",
        "great_expectations",
        "pyarrow",
        "cleanlab",
        "sklearn",
        "presidio_analyzer",
        "spacy",
    )
    code = f"import sys, ecomintent.cli; print([m for m in {heavy!r} if m in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert loaded.stdout.strip() == "[]"


def test_only_settings_and_process_starters_read_the_environment():
    readers = {p.name for p in SOURCES if "os.environ" in p.read_text(encoding="utf-8")}

    assert readers <= {"settings.py", "system.py", "processes.py", "pages.py", "regate.py", "decisions_command.py"}
