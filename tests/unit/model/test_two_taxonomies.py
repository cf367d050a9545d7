"""A champion of the nine and a candidate of the next intents, scored and judged by the stages themselves."""

import json
import shutil
from pathlib import Path

import pytest

from ecomintent import files, layout, taxonomy
from ecomintent.adapters import taxonomy_file
from ecomintent.data import frozen, parquet
from ecomintent.errors import ReleaseError
from ecomintent.stages import evaluate, gate
from tests.taxonomies import CHANGE, changed, using
from tests.unit.model.small import save_release

PARAMS = Path(__file__).parents[3] / "params.yaml"


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Four frozen tickets of each intent in force, and the champion's folder."""
    monkeypatch.chdir(tmp_path)
    with using(taxonomy.FIRST):
        champion = save_release(layout.CHAMPION / "model", seed=3)
    placed = {"version": "1", "weights": files.folder_digest(champion)}
    (layout.CHAMPION / "release.json").write_text(json.dumps(placed), encoding="utf-8")
    layout.ANCHOR.mkdir(parents=True)
    (layout.ANCHOR / "none.json").write_text("{}", encoding="utf-8")
    shutil.copyfile(PARAMS, layout.PARAMS)
    with using(changed(CHANGE)):
        rows = [[f"t{n:03}", f"question {n}", name, "", "blind"] for n, name in enumerate(taxonomy.NAMES * 4)]
        parquet.write(layout.FROZEN, frozen.COLUMNS, rows)
        sealed = frozen.sealed_digest(parquet.require(layout.FROZEN, frozen.COLUMNS))
        layout.SEAL.write_text(json.dumps({"frozen_set": sealed}), encoding="utf-8")
        taxonomy_file.write(layout.TAXONOMY, taxonomy.chain())
        for path in (layout.TRAIN_ROWS, layout.VALIDATION_ROWS):
            parquet.write(path, {"text": "string"}, [["something else altogether"]])
        yield tmp_path


def test_both_are_judged_under_the_names_in_force_and_the_verdict_names_the_rule(workspace):
    save_release(layout.RELEASE, seed=5)

    evaluate.run()
    gate.run()

    report = json.loads(layout.REPORT.read_text(encoding="utf-8"))
    verdict = json.loads(layout.VERDICT.read_text(encoding="utf-8"))
    said = {row["champion"] for row in parquet.require(layout.PREDICTIONS, {"champion": "string"})}
    assert report["taxonomies"] == {"candidate": "2", "champion": "1"}
    assert said <= set(taxonomy.FIRST.last.names)
    assert sorted(verdict["intents"]) == sorted(taxonomy.NAMES) == sorted(report["champion"]["intents"])
    assert verdict["warnings"][0].startswith("label map 2 was applied: 0 of 32 frozen labels renamed")


def test_a_candidate_of_earlier_intents_is_refused(workspace):
    with using(taxonomy.FIRST):
        save_release(layout.RELEASE, seed=5)

    with pytest.raises(ReleaseError, match="trained on taxonomy 1, in force is 2; run ecomintent retrain"):
        evaluate.run()


def test_a_release_of_intents_this_process_does_not_know_asks_for_a_restart(workspace):
    save_release(layout.RELEASE, seed=5)

    with using(taxonomy.FIRST), pytest.raises(ReleaseError, match="of taxonomy 2, this process knows 1; restart it"):
        evaluate.run()
