"""A small real release on disk, from promotion to an answer: what is tampered with never answers.

Over 250 lines: one release is made once and then tampered with in every way.
"""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from ecomintent import files
from ecomintent.adapters import handing_over, way_back
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.cli.serve import build
from ecomintent.served import Named
from ecomintent.serving.app import create_app
from ecomintent.serving.loading import load_release
from tests.unit.adapters.trust_shop import PROBES, Shop
from tests.unit.model.small import save_release

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A home in which version 2 was promoted over nothing, and 3 over 2; both are real, and answer otherwise."""
    home = tmp_path_factory.mktemp("shop") / "home"
    shop = Shop(home)
    shop.system = replace(
        shop.system, settings=replace(shop.system.settings, params=ROOT / "params.yaml", project=ROOT)
    )
    for version, seed in (("2", 3), ("3", 5)):
        shop.add_version(version, lambda folder, seed=seed: save_release(folder, seed=seed))
        shop.issue(version, probes=way_back.answer_probes(shop.system, version))
    shop.system.registry.point("champion", "2")
    handing_over.hand_over(shop.system)
    return shop


@pytest.fixture
def shop(built, tmp_path):
    """A copy of it."""
    shutil.copytree(built.home, tmp_path / "home")
    settings = replace(built.system.settings, home=tmp_path / "home")
    copied = Shop.__new__(Shop)
    copied.home = tmp_path / "home"
    copied.system = replace(built.system, settings=settings, keys=SigningKeys(copied.home, None))
    copied.system.registry.point("champion", "2")
    copied.system.registry.drop("previous")
    return copied


def champion(shop):
    return json.loads((shop.home / "serving" / "champion.json").read_text())["champion"]


def started(shop):
    """The server of the home after its first look; no thread runs."""
    service = build(shop.system.settings, loopback=True)
    service.watcher.look()
    return service, TestClient(create_app(service), base_url="http://127.0.0.1")


def problem(shop):
    service, client = started(shop)
    told = client.get("/ready")
    assert told.status_code == 503
    assert service.holder.now.serving is None
    return told.json()["problem"]


def test_what_was_promoted_answers_as_the_classifier_does(shop):
    service, client = started(shop)

    told = client.post("/classify", json={"text": "where is my parcel", "threshold": 0}).json()

    loaded = service.holder.now.serving.loaded
    expected, _ = loaded.reader.read("where is my parcel")
    assert (told["model_version"], told["intent"]) == ("2", expected.intent)
    assert told["scores"] == {name: round(score, 4) for name, score in expected.scores.items()}
    assert loaded.passport.approved_by == "Zoë Ortiz"


def test_a_promotion_while_serving_is_taken_up_and_a_rollback_comes_from_memory(shop):
    service, client = started(shop)
    for version, before in (("3", "2"), ("2", "3")):
        shop.system.registry.point("previous", before)
        shop.system.registry.point("champion", version)
        handing_over.hand_over(shop.system)
        service.watcher.look()

        told = client.get("/health").json()
        assert (told["serves"]["version"], told["warm"], told["problem"]) == (version, before, "")

    again = build(shop.system.settings, loopback=True)
    assert again.door.is_open()


def test_weights_that_were_changed_do_not_answer(shop):
    graph = shop.home / "releases" / "2" / "model.onnx"
    graph.write_bytes(graph.read_bytes() + b"x")

    assert "its digest is" in problem(shop)


def test_a_file_slipped_into_the_release_is_seen(shop):
    (shop.home / "releases" / "2" / "extra.py").write_text("import os")

    assert "its digest is" in problem(shop)


def test_a_release_folder_that_is_gone_is_said_to_be(shop):
    shutil.rmtree(shop.home / "releases" / "2")

    assert "there is no release" in problem(shop)


def test_a_passport_that_was_changed_is_not_trusted(shop):
    path = shop.home / "passports" / "2.json"
    path.write_text(path.read_text().replace("Zoë Ortiz", "Mallory"), encoding="utf-8")

    assert "somebody changed it after it was signed" in problem(shop)


def test_a_passport_of_another_version_is_refused(shop):
    shutil.copy(shop.home / "passports" / "3.json", shop.home / "passports" / "2.json")

    assert "its passport is for version 3" in problem(shop)


def test_a_champion_file_that_names_other_weights_is_refused(shop):
    other = {"version": "2", "weights": "0" * 64}
    told = {"format": 1, "champion": other, "previous": None, "candidate": None}
    files.write_text(shop.home / "serving" / "champion.json", json.dumps(told))

    assert "its passport is for weights" in problem(shop)


def test_a_release_without_a_passport_is_refused(shop):
    (shop.home / "passports" / "2.json").unlink()

    assert "its passport cannot be read" in problem(shop)


def test_a_passport_signed_by_a_key_that_is_no_longer_trusted_is_refused(shop):
    for path in (shop.home / "keys" / "trusted").iterdir():
        path.unlink()

    assert "which is not trusted (trusted: none)" in problem(shop)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "not there"),
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ("{}", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('{"format": 2}', "format 2; known is 1"),
        ('{"format": 1, "champion": {"version": "../..", "weights": "' + "0" * 64 + '"}}', "is no number"),
        ('{"format": 1, "champion": {"version": "2", "weights": "x"}}', "no SHA-256 digest"),
    ],
)
def test_a_champion_file_that_cannot_be_read_is_told_with_what_to_do(shop, content, said):
    path = shop.home / "serving" / "champion.json"
    path.unlink()
    if content is not None:
        path.write_text(content)

    told = problem(shop)

    assert said in told
    assert "ecomintent release hand-over" in told


def test_a_champion_file_that_goes_away_before_a_restart_lets_the_last_verified_release_serve(shop):
    started(shop)
    (shop.home / "serving" / "champion.json").unlink()

    _, client = started(shop)

    told = client.get("/health").json()
    assert (told["serves"]["version"], told["serves"]["champion"]) == ("2", False)
    assert client.post("/classify", json={"text": "hello"}).status_code == 200


def test_and_not_when_it_was_changed_meanwhile(shop):
    started(shop)
    (shop.home / "serving" / "champion.json").unlink()
    graph = shop.home / "releases" / "2" / "model.onnx"
    graph.write_bytes(graph.read_bytes() + b"x")

    problem(shop)


def test_a_release_that_answers_otherwise_than_on_its_first_day_is_refused(shop, built):
    passport = handing_over.passports.require(built.system, "2")
    told = replace(passport, probes=(replace(passport.probes[0], confidence=0.999), *passport.probes[1:]))

    class Releases:
        def folder(self, version):
            return built.home / "releases" / version

        def passport(self, named):
            return told

    with pytest.raises(Exception, match="answers otherwise than on the day of its release"):
        load_release(Named(version="2", weights=passport.weights), Releases())


def test_a_release_with_fewer_probes_than_intents_is_refused(shop, built):
    passport = replace(handing_over.passports.require(built.system, "2"), probes=PROBES)

    class Releases:
        def folder(self, version):
            return built.home / "releases" / version

        def passport(self, named):
            return passport

    with pytest.raises(Exception, match="records 1 answers, one for each of its 9 intents is needed"):
        load_release(Named(version="2", weights=passport.weights), Releases())


def test_the_serving_process_holds_neither_torch_nor_transformers_nor_mlflow(shop):
    code = """
import sys
from dataclasses import replace
from pathlib import Path
from fastapi.testclient import TestClient
from ecomintent.adapters import settings
from ecomintent.cli.serve import whole
from ecomintent.serving.app import create_app
from ecomintent.serving.answering import warm_up
service, further = whole(settings.current(), loopback=True)
warm_up()
service.watcher.look()
client = TestClient(create_app(service, further), base_url="http://127.0.0.1")
client.__enter__()
assert client.post("/classify", json={"text": "my parcel, mail someone@example.com, order 5519"}).status_code == 200
assert client.get("/corrections").status_code == 200
assert client.get("/ready").status_code == 200
heavy = {"torch", "transformers", "mlflow", "sqlalchemy", "pandas", "datasets", "prefect", "onnx", "spacy", "scipy"}
print(sorted(heavy & set(sys.modules)))
"""
    environment = {"ECOMINTENT_HOME": str(shop.home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT, env=environment
    )

    assert (done.returncode, done.stderr[-2000:]) == (0, "")
    assert done.stdout.strip() == "[]"


def test_handing_over_again_writes_nothing(shop):
    path = shop.home / "serving" / "champion.json"
    before = path.stat().st_mtime_ns

    told = handing_over.hand_over(shop.system)

    assert (path.stat().st_mtime_ns, told["champion"]["version"]) == (before, "2")


def test_what_somebody_deleted_is_laid_out_anew(shop):
    shutil.rmtree(shop.home / "serving")
    shutil.rmtree(shop.home / "releases")
    shutil.rmtree(shop.home / "passports")

    handing_over.hand_over(shop.system)

    _, client = started(shop)
    assert client.get("/ready").status_code == 200


def test_a_previous_release_that_is_damaged_is_left_out_and_the_champion_is_handed_over(shop, monkeypatch):
    shop.system.registry.point("previous", "1")  # it has no passport

    told = handing_over.hand_over(shop.system)

    assert (told["champion"]["version"], told["previous"]) == ("2", None)


def test_a_champion_that_cannot_be_verified_leaves_what_was_handed_over_before(shop):
    before = champion(shop)
    shop.system.registry.point("champion", "1")

    handing_over.tell_server(shop.system)

    assert champion(shop) == before


def test_a_waiting_candidate_is_handed_over_without_a_passport(shop):
    shop.system.registry.point("candidate", "1")
    told = handing_over.hand_over(shop.system)
    shop.system.registry.drop("candidate")

    assert told["candidate"]["version"] == "1"


def test_a_home_without_champion_and_candidate_is_left_as_it_is(tmp_path):
    empty = Shop(tmp_path / "home")

    assert handing_over.hand_over(empty.system) == {}
    assert not (empty.home / "serving").exists()
