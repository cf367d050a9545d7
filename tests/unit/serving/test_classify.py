"""POST /classify and /classify/batch: the contract, thresholds, truncation."""

import json

import pytest

from ecomintent.taxonomy import NAMES
from tests.unit.serving.server import Server

CONTRACT = {"intent", "confidence", "scores", "below_threshold", "request_id", "latency_ms"}
OURS = {"model_version", "taxonomy_version", "truncated", "route", "audit"}


def test_an_answer_has_the_public_baselines_fields_and_ours():
    told = Server("7").ask().json()

    assert set(told) == CONTRACT | OURS
    assert (told["intent"], told["confidence"], told["below_threshold"]) == ("WISMO", 0.9, False)
    assert (told["model_version"], told["taxonomy_version"], told["truncated"]) == ("7", "1", False)
    assert set(told["scores"]) == set(NAMES)
    assert sum(told["scores"].values()) == pytest.approx(1, abs=1e-3)


def test_below_the_callers_threshold_the_intent_is_other_and_the_best_one_is_suggested():
    told = Server().ask("where is my parcel at 0.6", threshold=0.7).json()

    assert (told["intent"], told["below_threshold"], told["confidence"]) == ("OTHER", True, 0.6)
    assert told["route"]["suggested"] == "WISMO"


def test_exactly_at_the_callers_threshold_is_not_below_it():
    assert Server().ask("parcel at 0.6", threshold=0.6).json()["below_threshold"] is False


def test_without_a_threshold_the_releases_own_decides():
    server = Server()

    assert server.ask("parcel at 0.81").json()["intent"] == "WISMO"
    assert server.ask("parcel at 0.8").json()["intent"] == "OTHER"


def test_a_release_without_thresholds_is_sure_of_nothing():
    server = Server(champion=None)
    server.readers["1"] = type(server.reader("x"))(thresholds={})
    server.releases.set("1")
    server.watcher.look()

    told = server.ask("parcel at 0.99").json()

    assert (told["intent"], told["route"]["confidence"], told["route"]["escalate"]) == ("OTHER", "medium", True)


@pytest.mark.parametrize("length", [512, 513, 5_000, 60_000])
def test_a_text_of_any_length_the_body_allows_is_answered(length):
    answered = Server().ask("parcel " * (length // 7) + "x" * (length % 7))

    assert answered.status_code == 200
    assert answered.json()["truncated"] is True


def test_a_text_that_fits_is_not_truncated():
    assert Server().ask(" ".join(["parcel"] * 14)).json()["truncated"] is False
    assert Server().ask(" ".join(["parcel"] * 15)).json()["truncated"] is True


def test_the_model_reads_the_text_as_it_was_trained_on_without_personal_data():
    server = Server()
    server.ask("<b>my parcel</b>, mail me: someone@example.com")

    assert server.reader("1").seen == ["my parcel, mail me: <EMAIL>"]


def test_a_text_of_which_nothing_would_be_left_is_read_as_it_is():
    server = Server()

    assert server.ask("<br>").status_code == 200
    assert server.reader("1").seen == ["<br>"]


@pytest.mark.parametrize(
    "text", ["\ud800", "my parcel \udfff", "\u202e", "\ufeff", "\x01", "𐍈" * 900, "e" + "\u0301" * 900]
)
def test_odd_text_that_json_allows_is_answered(text):
    body = json.dumps({"text": text})

    assert Server().client().post("/classify", content=body, headers={"content-type": "application/json"}).is_success


def test_a_batch_is_answered_in_order_as_if_each_were_asked_alone():
    server = Server()
    texts = ["cancel it", "my parcel", "hello at 0.3"]

    told = server.client().post("/classify/batch", json={"texts": texts}).json()

    assert [each["intent"] for each in told["results"]] == ["CANCEL_ORDER", "WISMO", "OTHER"]
    assert (told["count"], set(told)) == (3, {"results", "count", "request_id", "total_latency_ms"})
    alone = [server.ask(text).json() for text in texts]
    for one, other in zip(told["results"], alone, strict=True):
        assert one | {"request_id": "", "latency_ms": 0} == other | {"request_id": "", "latency_ms": 0}


def test_a_batch_above_the_limit_is_refused_and_told_the_limit():
    server = Server(most_texts=3)

    assert server.client().post("/classify/batch", json={"texts": ["a"] * 3}).status_code == 200
    refused = server.client().post("/classify/batch", json={"texts": ["a"] * 4})
    assert (refused.status_code, refused.json()["detail"]) == (422, "texts: 4 of them; at most 3 at once")


def test_the_callers_request_id_is_kept_where_it_is_harmless():
    server = Server()

    assert server.client(**{"X-Request-ID": "ticket-12"}).post("/classify", json={"text": "a"}).json()[
        "request_id"
    ] == ("ticket-12")
    made = server.client(**{"X-Request-ID": "a b\tc"}).post("/classify", json={"text": "a"})
    assert len(made.json()["request_id"]) == 32
    assert made.headers["x-request-id"] == made.json()["request_id"]


def test_before_a_release_is_loaded_tickets_are_turned_away_and_told_to_come_again():
    refused = Server(champion=None).ask()

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert refused.json()["detail"] == "no release answers yet; GET /ready says why"


def test_intents_are_those_of_the_taxonomy():
    told = Server().client().get("/intents").json()

    assert (tuple(told["intents"]), told["count"]) == (NAMES, 9)
    assert set(told["descriptions"]) == set(NAMES)


def test_every_page_is_in_the_openapi_description_with_examples():
    told = Server().client().get("/openapi.json").json()

    assert set(told["paths"]) == {"/classify", "/classify/batch", "/health", "/ready", "/intents", "/metrics"}
    for name in ("ClassifyRequest", "BatchRequest", "ClassifyAnswer"):
        assert told["components"]["schemas"][name]["examples"]


def test_the_examples_of_the_description_are_answered():
    server = Server()
    schemas = server.client().get("/openapi.json").json()["components"]["schemas"]

    for name, path in (("ClassifyRequest", "/classify"), ("BatchRequest", "/classify/batch")):
        for example in schemas[name]["examples"]:
            assert server.client().post(path, json=example).status_code == 200
