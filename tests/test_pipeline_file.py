"""dvc.yaml says what the code does: same paths, same params, every first-party module as a dependency."""

from pathlib import Path

import grimp
import pytest
import yaml

from ecomintent import layout, params
from ecomintent.params_simulate import SimulateParams
from ecomintent.params_watch import WatchParams

ROOT = Path(__file__).parents[1]
PIPELINE = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
STAGES = ("validate", "prepare", "train", "export", "evaluate", "gate")


def modules_behind(stage: str) -> set[str]:
    """Files of every first-party module that `python -m ecomintent.stages.STAGE` imports, directly or not."""
    graph = grimp.build_graph("ecomintent", cache_dir=None)
    module = f"ecomintent.stages.{stage}"
    found = {module, *graph.find_upstream_modules(module)}
    packages = {name.rpartition(".")[0] for name in found}
    return {_file_of(name) for name in found | packages if name}


def _file_of(module: str) -> str:
    path = Path(*module.split("."))
    file = path / "__init__.py" if (ROOT / path).is_dir() else path.with_suffix(".py")
    return file.as_posix()


def test_the_pipeline_has_its_stages_in_order():
    assert tuple(PIPELINE) == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_every_first_party_module_it_imports(stage):
    code = {dep for dep in PIPELINE[stage]["deps"] if dep.endswith(".py")}

    assert code == modules_behind(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_the_lock_because_library_versions_change_the_answer(stage):
    assert layout.LOCK.as_posix() in PIPELINE[stage]["deps"]


def test_every_data_path_of_the_pipeline_is_one_of_the_layout():
    known = {value.as_posix() for value in vars(layout).values() if isinstance(value, Path)}
    known |= {"ecomintent/maps", "ecomintent/gate/review.html", "ecomintent/data/validation.html"}
    used = {
        path for stage in PIPELINE.values() for path in [*stage["deps"], *stage["outs"]] if not path.endswith(".py")
    }

    assert used - known == set()


def test_every_params_section_is_declared_by_a_stage_but_those_about_people_the_label_store_and_replays():
    sections = set(yaml.safe_load((ROOT / layout.PARAMS).read_text(encoding="utf-8")))
    declared = {section for stage in PIPELINE.values() for section in stage.get("params", [])}

    assert declared == sections - {"release", "labels", "simulate", "watch"}


def test_params_yaml_is_complete_and_typed():
    for name, kind in params.SECTIONS.items():
        assert params.section(ROOT / layout.PARAMS, name, into=kind)
    assert params.section(ROOT / layout.PARAMS, "simulate", into=SimulateParams)
    assert params.section(ROOT / layout.PARAMS, "watch", into=WatchParams)


def rewrite() -> None:
    """Put the computed code dependencies into dvc.yaml, leaving everything else as it stands."""
    lines, stage = [], ""
    for line in (ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines():
        if line.startswith("  ") and line.strip().rstrip(":") in STAGES:
            stage = line.strip().rstrip(":")
        if line.strip().startswith("- ") and line.endswith(".py"):
            continue
        if line.strip() == "outs:" or line.strip() == "params:":
            pending = sorted(modules_behind(stage)) if stage else []
            lines += [f"      - {module}" for module in pending]
            stage = ""
        lines.append(line)
    (ROOT / "dvc.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    rewrite()
