import sys
from pathlib import Path

import pytest

from ecomintent.adapters.dvc_pipeline import DvcPipeline
from ecomintent.errors import PipelineError

PIPELINE = """
stages:
  which: {cmd: "python -c 'import sys; print(sys.executable)' > out.txt", outs: [out.txt]}
  copies: {cmd: "cp in.txt copy.txt", deps: [in.txt], outs: [copy.txt]}
  explains: {cmd: "echo 'ecomintent train: corpus.csv:3: bad' >&2; exit 1"}
  dies: {cmd: "echo 'ModuleNotFoundError: no pandas' >&2; exit 1"}
"""


@pytest.fixture
def pipeline(tmp_path):
    """A workspace that is its own project, with a PATH on which our Python is not the first."""
    (tmp_path / "dvc.yaml").write_text(PIPELINE)
    (tmp_path / "in.txt").write_text("tickets")
    pipeline = DvcPipeline(
        workspace=tmp_path,
        project=tmp_path,
        params=tmp_path / "params.yaml",
        home=tmp_path / "home",
        environment={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "DVC_SITE_CACHE_DIR": str(tmp_path / "site")},
    )
    pipeline.prepare()
    return pipeline


def test_a_stage_runs_on_the_python_that_runs_us_even_without_an_activated_environment(pipeline, tmp_path):
    pipeline.reproduce("which")

    assert Path((tmp_path / "out.txt").read_text().strip()) == Path(sys.executable)


def test_a_stages_own_explanation_is_what_is_said(pipeline):
    with pytest.raises(PipelineError, match=r"^train: corpus\.csv:3: bad$"):
        pipeline.reproduce("explains")


def test_a_stage_that_dies_is_quoted_with_its_last_line(pipeline):
    with pytest.raises(PipelineError, match=r"^stage dies: ModuleNotFoundError: no pandas$"):
        pipeline.reproduce("dies")


def test_a_pipeline_is_fresh_after_it_ran_and_not_before(pipeline):
    before = pipeline.fresh("which")
    pipeline.reproduce("which")

    assert (before, pipeline.fresh("which")) == (False, True)


def test_whether_a_command_ran_is_told_also_where_an_equal_run_gives_the_outcome(pipeline, tmp_path):
    first, again = pipeline.reproduce("copies"), pipeline.reproduce("copies")
    (tmp_path / "dvc.lock").unlink()
    (tmp_path / "copy.txt").unlink()

    assert (first, again, pipeline.reproduce("copies")) == (True, False, False)
    assert (tmp_path / "copy.txt").is_file()
