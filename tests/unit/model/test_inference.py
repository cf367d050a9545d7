import json
import math
import shutil

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


def test_answers_come_in_the_order_of_the_texts_whatever_the_batches(release):
    classifier = Classifier.load(release, None)

    together = classifier.classify(TEXTS, batch_size=2, threads=1)
    alone = [classifier.classify([text], batch_size=1, threads=1)[0] for text in TEXTS]

    assert [p.intent for p in together] == [p.intent for p in alone]
    assert [p.confidence for p in together] == pytest.approx([p.confidence for p in alone], abs=1e-6)


def test_scores_are_a_distribution_over_the_nine_intents_and_confidence_is_the_largest(release):
    predictions = Classifier.load(release, None).classify(TEXTS, batch_size=8, threads=1)

    for prediction in predictions:
        assert tuple(prediction.scores) == NAMES
        assert math.isclose(sum(prediction.scores.values()), 1, abs_tol=1e-9)
        assert prediction.confidence == max(prediction.scores.values()) == prediction.scores[prediction.intent]


def test_no_texts_get_no_answers(release):
    assert Classifier.load(release, None).classify([], batch_size=8, threads=1) == []


def test_progress_is_told_batch_by_batch(release):
    told = []

    def track(items, label):
        for item in items:
            told.append((label, len(item)))
            yield item

    Classifier.load(release, None).classify(TEXTS, track=track, batch_size=2, threads=1)

    assert told == [("classify", 2), ("classify", 2), ("classify", 1)]


def test_the_expected_release_loads_and_any_other_is_refused(release):
    digest = files.folder_digest(release)

    assert Classifier.load(release, digest).note.intents == NAMES
    with pytest.raises(ReleaseError, match=f"its digest is {digest}, expected {'0' * 64}; fetch the release again"):
        Classifier.load(release, "0" * 64)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ReleaseError, match="there is no release"):
        Classifier.load(tmp_path / "nowhere", None)


def change_note(folder, **changes):
    path = folder / "release.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes), encoding="utf-8")


def drop_a_weight(folder):
    from safetensors.torch import load_file, save_file

    weights = load_file(folder / "model.safetensors")
    del weights["classifier.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


DAMAGES = {
    "release.json is missing": lambda folder: (folder / "release.json").unlink(),
    "release.json: damaged": lambda folder: (folder / "release.json").write_text("{"),
    "are not those of taxonomy": lambda folder: change_note(folder, intents=["SPAM"]),
    "name other intents": lambda folder: change_note(folder, intents=list(NAMES[:8])),
    "cannot be loaded": lambda folder: (folder / "model.safetensors").write_bytes(b"half a fi"),
    "weights are missing": drop_a_weight,
    "tokenizer has no vocabulary": lambda folder: (folder / "tokenizer.json").unlink(),
}


@pytest.mark.parametrize("told", DAMAGES)
def test_a_damaged_release_is_refused_in_one_line_that_says_what_is_wrong(release, tmp_path, told):
    folder = tmp_path / "copy"
    shutil.copytree(release, folder)
    DAMAGES[told](folder)

    with pytest.raises(ReleaseError, match=told) as refused:
        Classifier.load(folder, None)

    assert "\n" not in str(refused.value)
