"""The loop, whole, on the bundled samples and real adapters, in a home of its own. Tests run in order and share it."""

import json

import pytest

from tests.shop import ROOT, open_shop

pytestmark = pytest.mark.slow

MONTH2 = "data/samples/corrections-month2.jsonl"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return open_shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def first(shop):
    """The first retrain's outcome."""
    shop.run("samples")
    return shop.json("retrain")


def test_before_the_first_release_classify_says_what_to_do(shop):
    shop.run("samples")

    refused = shop.run("classify", "where is my parcel", code=1)

    assert (
        refused.stderr.strip() == "ecomintent: champion: there is no champion yet; ecomintent retrain makes a candidate"
    )


def test_the_first_release_is_never_promoted_by_the_gate_alone(first):
    assert (first["verdict"], first["version"]) == ("REVIEW", "1")


def test_a_retrain_with_nothing_new_makes_no_new_version(shop, first):
    again = shop.json("retrain")

    assert (again["verdict"], again["version"], again["seconds"]) == ("REVIEW", "1", {})


def test_review_cannot_be_approved_without_a_reason(shop, first):
    refused = shop.run("approve", "1", "--by", "Dana Ortiz", code=1)

    assert "version 1 is in REVIEW: say why" in refused.stderr
    assert shop.json("status")["champion"] is None


def test_an_approved_version_is_the_champion_and_may_be_approved_again(shop, first):
    for _ in range(2):
        said = shop.approve("1", reason="first release, read by hand")

        assert said.startswith("version 1 is the champion")
    status = shop.json("status")
    assert (status["champion"]["version"], status["candidate"], status["champion_since"]["by"]) == (
        "1",
        None,
        "Dana Ortiz",
    )


def test_after_approval_a_retrain_with_nothing_new_says_so(shop, first):
    assert shop.json("retrain")["verdict"] == "NOTHING_NEW"


def test_the_second_months_corrections_give_a_candidate_compared_with_the_champion(shop, first):
    shop.run("labels", "import", MONTH2)

    outcome = shop.json("retrain")
    shown = shop.json("show", outcome["version"])

    assert outcome["version"] == "2"
    assert shown["tags"]["baseline"] == "1"
    assert set(shown["verdict"]["intents"]["WISMO"]) >= {"n", "f1_champion", "f1_candidate", "delta", "low", "high"}


def test_importing_the_same_file_twice_changes_nothing(shop, first):
    again = shop.json("labels", "import", MONTH2)

    assert (again["stored"], again["already_known"], again["refused"]) == (0, 216, [])


def test_a_release_can_be_taken_back(shop, first):
    shop.approve("2", reason="month two")
    assert shop.json("status")["champion"]["version"] == "2"

    shop.run("rollback", "--by", "Eoin Walsh", "--reason", "drill")

    status = shop.json("status")
    assert (status["champion"]["version"], status["previous"]["version"]) == ("1", "2")


def test_a_file_of_tickets_is_classified_by_the_champion(shop, first, tmp_path):
    tickets = [{"id": "a", "text": "where is my parcel"}, {"id": "b", "text": "cancel it please"}]
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps(ticket) + "\n" for ticket in tickets), encoding="utf-8")

    shop.run("classify", "--input", str(source), "--output", str(target))

    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == ["a", "b"]
    assert all(row["scores"][row["intent"]] == row["confidence"] == max(row["scores"].values()) for row in rows)
    assert all(abs(sum(row["scores"].values()) - 1) < 1e-4 for row in rows)


def test_a_frozen_ticket_among_the_corrections_is_refused_with_its_line(shop, first, tmp_path):
    frozen = (ROOT / "data/samples/frozen.jsonl").read_text(encoding="utf-8").splitlines()[0]
    stolen = tmp_path / "stolen.jsonl"
    stolen.write_text(json.dumps({"text": json.loads(frozen)["text"], "intent": json.loads(frozen)["label"]}) + "\n")

    refused = shop.run("labels", "import", str(stolen), code=1)

    assert "stolen.jsonl:1: " in refused.stderr
    assert "frozen set" in refused.stderr


def test_a_damaged_release_is_refused_and_named(shop, first):
    champion = shop.json("status")["champion"]["version"]
    weights = shop.home / "releases" / champion / "model.onnx"
    artifacts = [p for p in (shop.home / "mlflow").rglob("model.onnx") if p.stat().st_size == weights.stat().st_size]
    originals = {path: path.read_bytes() for path in [weights, *artifacts]}
    for path, content in originals.items():
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

    refused = shop.run("classify", "hello", code=1)
    for path, content in originals.items():
        path.write_bytes(content)

    assert refused.stderr.startswith("ecomintent: ")
    assert f"version {champion}" in refused.stderr
    shop.run("classify", "hello")
