"""The entry file for hosting that scales to zero, imported and asked as a platform does."""

import importlib
import sys

import pytest
from fastapi.testclient import TestClient

from ecomintent import files
from ecomintent.data import archive
from ecomintent.errors import ReleaseError
from ecomintent.model.inference import Classifier
from tests.unit.model.small import save_release


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return save_release(tmp_path_factory.mktemp("releases") / "one")


@pytest.fixture
def start(monkeypatch, release):
    def started(digest):
        monkeypatch.setenv("RELEASE_FOLDER", str(release))
        monkeypatch.setenv("RELEASE_DIGEST", digest)
        monkeypatch.delitem(sys.modules, "infra.scale_to_zero.app", raising=False)
        return importlib.import_module("infra.scale_to_zero.app").app

    return started


def test_it_answers_as_the_archive_is_scored(start, release):
    text = "where is my parcel, write to jo@example.com"
    client = TestClient(start(files.folder_digest(release)))

    said = client.post("/classify", json={"text": text}).json()

    reader = Classifier.load(release, None, threads=1)
    (row,) = archive.score(0, [(1, {"id": "1", "text": text})], reader, "7").scored
    assert [said["intent"], said["confidence"], said["below_threshold"]] == row[1:4]
    assert client.get("/health").status_code == 200
    assert client.post("/classify", json={"text": ""}).status_code == 422


def test_a_release_that_is_not_the_named_one_does_not_start(start):
    with pytest.raises(ReleaseError, match="its digest is"):
        start("0" * 64)
