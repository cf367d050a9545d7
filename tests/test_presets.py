"""Each preset is a whole params.yaml, and says what it claims to say."""

from pathlib import Path

import pytest
import yaml

from ecomintent import params
from ecomintent.data.baseline_build import BuildParams
from ecomintent.params import ModelParams, TrainParams

ROOT = Path(__file__).parents[1]
PRESETS = sorted((ROOT / "presets").glob("*.yaml"))
BASELINE = ROOT / "presets" / "public-baseline.yaml"


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.name)
@pytest.mark.parametrize("name", params.SECTIONS)
def test_a_preset_holds_every_section_and_key_of_the_params_file(path, name):
    found = params.section(path, name, into=params.SECTIONS[name])

    assert type(found) is type(params.section(ROOT / "params.yaml", name, into=params.SECTIONS[name]))


@pytest.mark.parametrize("path", PRESETS, ids=lambda path: path.name)
def test_a_preset_leaves_the_gate_and_what_guards_labels_as_they_are(path):
    own, ours = (yaml.safe_load(each.read_text(encoding="utf-8")) for each in (path, ROOT / "params.yaml"))

    assert {name: own[name] for name in ("gate", "release", "labels", "evaluate")} == {
        name: ours[name] for name in ("gate", "release", "labels", "evaluate")
    }


def test_the_public_baseline_s_recipe_is_the_published_one():
    model = params.section(BASELINE, "model", into=ModelParams)
    train = params.section(BASELINE, "train", into=TrainParams)
    build = params.section(BASELINE, "build", into=BuildParams)

    assert model == ModelParams(base="distilbert-base-uncased", max_tokens=128)
    assert (train.learning_rate, train.warmup_fraction, train.weight_decay) == (2e-5, 0.1, 0.01)
    assert (train.epochs, train.patience, train.batch_size, train.precision) == (8, 3, 32, "fp16")
    assert (train.label_smoothing, train.class_weight_power) == (0.0, 0.0)
    assert (build.least_words, build.most_words, build.class_cap) == (3, 200, 4.0)
    assert (build.validation_fraction, build.test_fraction, build.max_tokens) == (0.1, 0.1, 128)


def test_the_page_beside_the_presets_names_each():
    page = (ROOT / "presets" / "README.md").read_text(encoding="utf-8")

    assert [path.name for path in PRESETS if f"`{path.name}`" not in page] == []
    assert PRESETS
