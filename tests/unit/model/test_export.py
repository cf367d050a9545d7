import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from ecomintent import files
from ecomintent.errors import InputError, ReleaseError
from ecomintent.model import encoding, trained
from ecomintent.model.export import Tickets, export
from ecomintent.model.inference import Classifier
from ecomintent.params import ExportParams
from tests.unit.model.small import save_trained

TEXTS = ["where is my parcel", "hello", "charged twice " * 9, "", "cancel my order", "is my order broken", "refund"]
ROWS = Tickets(texts=TEXTS, intents=["WISMO"] * len(TEXTS))
EXACT = ExportParams(quantise="none", clear_margin=0.0, least_agreement=1.0)
ANY = ExportParams(quantise="int8", clear_margin=0.0, least_agreement=0.0)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save_trained(tmp_path_factory.mktemp("trained") / "model")


def change(one, other):
    """Mean over the rows of the largest change of a score."""
    first, second = (np.exp(z.astype(float)) / np.exp(z.astype(float)).sum(1, keepdims=True) for z in (one, other))
    return float(np.abs(first - second).max(axis=1).mean())


def torch_logits(folder, texts):
    model, tokenizer, note = trained.load(folder)
    return trained.logits(model, encoding.tokenise(tokenizer, texts, note.max_tokens))


def test_in_32_bits_the_release_is_the_trained_model_at_every_length(model, tmp_path):
    texts = [" ".join(["parcel", "hello"] * 10)[:length] for length in range(0, 130, 7)]

    export(model, tmp_path / "release", ROWS, EXACT)

    found = Classifier.load(tmp_path / "release", None, threads=1).logits(texts)
    assert found == pytest.approx(torch_logits(model, texts), abs=1e-6)


def test_in_8_bits_the_scores_stay_near_and_the_report_says_how_near(model, tmp_path):
    told = export(model, tmp_path / "release", ROWS, ANY)

    found = Classifier.load(tmp_path / "release", None, threads=1).logits(TEXTS)
    assert (told.rows, told.clear) == (7, 7)
    assert 0 < told.score_change < 0.02
    assert told.score_change == pytest.approx(change(found, torch_logits(model, TEXTS)), abs=1e-6)


def test_same_weights_give_the_same_bytes_anywhere(model, tmp_path):
    for name in ("here", "elsewhere"):
        export(model, tmp_path / name / "release", ROWS, ANY)

    assert files.folder_digest(tmp_path / "here") == files.folder_digest(tmp_path / "elsewhere")


def test_the_release_holds_the_torch_weights_too(model, tmp_path):
    export(model, tmp_path / "release", ROWS, ANY)

    kept = {path.name: files.digest(path) for path in (tmp_path / "release").iterdir() if path.name != "model.onnx"}
    assert kept == {path.name: files.digest(path) for path in model.iterdir()}


def test_a_model_that_does_not_fit_into_8_bits_is_refused_and_nothing_is_left(model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    stretch(folder)

    with pytest.raises(ReleaseError, match=r"clear validation tickets otherwise than the trained one; .* to none$"):
        export(folder, tmp_path / "release", ROWS, replace(ANY, least_agreement=0.995))

    assert not (tmp_path / "release").exists()
    export(folder, tmp_path / "release", ROWS, EXACT)


def stretch(folder):
    """Let one weight of each column be thousands of times the others, and what it is multiplied with always nought."""
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    for name in weights:
        if name.endswith(("query.weight", "key.weight", "value.weight", "intermediate.dense.weight")):
            weights[name] *= 50
            weights[name][:, 0] = 5000
        if name.endswith(("LayerNorm.weight", "LayerNorm.bias")):
            weights[name][0] = 0
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_without_validation_rows_nothing_can_be_held_to_anything(model, tmp_path):
    with pytest.raises(InputError, match=r"^validation rows: there are none; raise prepare\.validation_fraction"):
        export(model, tmp_path / "release", Tickets(texts=[], intents=[]), ANY)


def test_a_tokenizer_that_cuts_otherwise_than_in_training_is_refused(model, tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    path = folder / "tokenizer_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"truncation_side": "left"}), encoding="utf-8")
    long = Tickets(texts=["hello " + "parcel " * 20], intents=["WISMO"])

    with pytest.raises(ReleaseError, match=r"^tokenizer\.json of small cuts texts otherwise than training did"):
        export(folder, tmp_path / "release", long, ANY)


def drop_a_weight(folder):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["classifier.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


DAMAGES = {
    "cannot be loaded": lambda folder: (folder / "model.safetensors").write_bytes(b"half a fi"),
    "weights are missing": drop_a_weight,
    "tokenizer has no vocabulary": lambda folder: (folder / "tokenizer.json").unlink(),
    "there is no model; run the train stage again": shutil.rmtree,
}


@pytest.mark.parametrize("told", DAMAGES)
def test_a_damaged_model_is_refused_in_one_line_that_says_what_is_wrong(model, tmp_path, told):
    folder = tmp_path / "model"
    shutil.copytree(model, folder)
    DAMAGES[told](folder)

    with pytest.raises(ReleaseError, match=told) as refused:
        export(folder, tmp_path / "release", ROWS, ANY)

    assert "\n" not in str(refused.value)
