import json
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ecomintent import files
from ecomintent.errors import ReleaseError
from ecomintent.model.inference import Classifier
from ecomintent.taxonomy import NAMES
from tests.unit.model.small import save_release

TEXTS = ["where is my parcel", "hello", "charged twice " * 9, "", "cancel my order"]


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return save_release(tmp_path_factory.mktemp("releases") / "one")


def load(folder, threads=1):
    return Classifier.load(folder, None, threads=threads)


def test_a_ticket_gets_the_same_answer_to_the_bit_whatever_is_asked_with_it(release):
    classifier = load(release)

    together = classifier.classify(TEXTS)

    assert together == [classifier.classify([text])[0] for text in TEXTS]
    assert together == classifier.classify(TEXTS[::-1])[::-1]
    assert together == load(release, threads=2).classify(TEXTS)


def test_neither_torch_nor_transformers_is_needed_to_answer(release):
    code = f"""
import sys
from pathlib import Path
from ecomintent.model.inference import Classifier
Classifier.load(Path({str(release)!r}), None, threads=1).classify(["where is my parcel"])
print(sorted(set(sys.modules) & {{"torch", "transformers", "onnx", "sklearn", "scipy", "pandas", "huggingface_hub"}}))
"""

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )

    assert done.stdout.strip() == "[]"


def test_texts_are_cut_after_as_many_tokens_as_in_training(release):
    classifier = load(release)
    cut = " ".join(["parcel"] * 14)  # two of the 16 tokens are special

    assert classifier.classify([cut + " hello hello"]) == classifier.classify([cut])
    assert classifier.classify([cut]) != classifier.classify([cut.removesuffix(" parcel")])


def test_half_a_surrogate_pair_does_no_harm(release):
    assert load(release).classify(["parcel \ud83d"]) == load(release).classify(["parcel ?"])


def test_the_temperature_divides_the_logits_and_changes_no_answer(release, tmp_path):
    hot = tmp_path / "hot"
    shutil.copytree(release, hot)
    change_note(hot, temperature=4.0)

    warm, cool = load(hot).classify(TEXTS), load(release).classify(TEXTS)

    assert [p.intent for p in warm] == [p.intent for p in cool]
    for logits_k, prediction in zip(load(release).logits(TEXTS), warm, strict=True):
        expected = np.exp(logits_k.astype(float) / 4) / np.exp(logits_k.astype(float) / 4).sum()
        assert list(prediction.scores.values()) == pytest.approx(expected.tolist(), abs=1e-7)


def test_scores_are_a_distribution_over_the_nine_intents_and_confidence_is_the_largest(release):
    predictions = load(release).classify(TEXTS)

    for prediction in predictions:
        assert tuple(prediction.scores) == NAMES
        assert math.isclose(sum(prediction.scores.values()), 1, abs_tol=1e-9)
        assert prediction.confidence == max(prediction.scores.values()) == prediction.scores[prediction.intent]


def test_no_texts_get_no_answers(release):
    assert load(release).classify([]) == []
    assert load(release).logits([]).shape == (0, len(NAMES))


def test_progress_is_told_ticket_by_ticket(release):
    told = []

    def track(items, label):
        for item in items:
            told.append((label, item))
            yield item

    load(release).classify(TEXTS, track=track)

    assert told == [("classify", text) for text in TEXTS]


def test_the_expected_release_loads_and_any_other_is_refused(release):
    digest = files.folder_digest(release)

    assert Classifier.load(release, digest, threads=1).note.intents == NAMES
    with pytest.raises(ReleaseError, match=f"its digest is {digest}, expected {'0' * 64}; fetch the release again"):
        Classifier.load(release, "0" * 64, threads=1)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="there is no release"):
        load(tmp_path / "nowhere")


def change_note(folder, **changes):
    path = folder / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")


def drop_from_note(folder, name):
    path = folder / "release.json"
    note = json.loads(path.read_text())
    del note[name]
    path.write_text(json.dumps(note), encoding="utf-8")


DAMAGES = {
    "release.json is missing": lambda folder: (folder / "release.json").unlink(),
    "release.json: damaged": lambda folder: (folder / "release.json").write_text("{"),
    "are not those of taxonomy": lambda folder: change_note(folder, intents=["SPAM"]),
    "name other intents": lambda folder: change_note(folder, intents=list(NAMES[:8])),
    "made before releases were exported, .* ECOMINTENT_HOME": lambda folder: drop_from_note(folder, "temperature"),
    "release.json: damaged .KeyError: 'thresholds'": lambda folder: drop_from_note(folder, "thresholds"),
    "temperature is 0.0; it must be above 0": lambda folder: change_note(folder, temperature=0),
    "config.json: damaged": lambda folder: (folder / "config.json").unlink(),
    "model.onnx is missing": lambda folder: (folder / "model.onnx").unlink(),
    "model.onnx: cannot be loaded": lambda folder: (folder / "model.onnx").write_bytes(b"half a fi"),
    "tokenizer.json is missing": lambda folder: (folder / "tokenizer.json").unlink(),
    "tokenizer.json: damaged": lambda folder: (folder / "tokenizer.json").write_text("{", encoding="utf-8"),
}


@pytest.mark.parametrize("told", DAMAGES)
def test_a_damaged_release_is_refused_in_one_line_that_says_what_is_wrong(release, tmp_path, told):
    folder = tmp_path / "copy"
    shutil.copytree(release, folder)
    DAMAGES[told](folder)

    with pytest.raises(ReleaseError, match=told) as refused:
        load(folder)

    assert "\n" not in str(refused.value)
