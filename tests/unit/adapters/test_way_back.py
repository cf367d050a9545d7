"""A promotion is refused where the release it would push to `previous` no longer answers as it did."""

from dataclasses import replace
from pathlib import Path

import pytest

from ecomintent.adapters import way_back
from ecomintent.errors import PromotionRefused
from tests.unit.adapters.trust_shop import Shop
from tests.unit.model.small import save_release

PARAMS = Path(__file__).parents[3] / "params.yaml"


@pytest.fixture
def shop(tmp_path):
    """Version 2 is a small model that loads; its passport holds its answers."""
    shop = Shop(tmp_path)
    shop.add_version("2", lambda folder: save_release(folder, seed=3))
    shop.system = replace(shop.system, settings=replace(shop.system.settings, params=PARAMS))
    return shop


def issue(shop, *changed):
    answers = list(way_back.answer_probes(shop.system, "2"))
    shop.issue("2", probes=(*changed, *answers[len(changed) :]))


def test_a_release_that_answers_as_recorded_is_a_way_back(shop):
    issue(shop)

    assert way_back.rehearse(shop.system, "2") == "version 2 loads and answers its 9 probes as recorded"


def test_there_is_one_probe_for_each_intent(shop):
    assert len(way_back.answer_probes(shop.system, "2")) == 9


def test_before_the_first_release_there_is_nothing_to_go_back_to(shop):
    assert way_back.rehearse(shop.system, "") == "nothing to go back to"


@pytest.mark.parametrize(
    "wrong",
    [{"intent": "OTHER", "confidence": 0.5}, {"confidence": 0.99}],
    ids=["another intent", "another confidence"],
)
def test_an_answer_that_changed_refuses_the_promotion_and_is_named(shop, wrong):
    first = way_back.answer_probes(shop.system, "2")[0]
    other = {"intent": "RETURN_REQUEST" if first.intent == "OTHER" else "OTHER"} if "intent" in wrong else {}
    issue(shop, replace(first, **wrong | other))

    with pytest.raises(PromotionRefused, match=r"no way back: version 2 answers otherwise \('the tracking page"):
        way_back.rehearse(shop.system, "2")


def test_damaged_weights_refuse_the_promotion(shop):
    issue(shop)
    content = shop.system.registry.contents["2"]
    content["model.safetensors"] = content["model.safetensors"][:-1] + b"?"
    for path in (shop.home / "releases").rglob("model.safetensors"):
        path.write_bytes(b"")

    with pytest.raises(PromotionRefused, match="no way back: version 2 fails its rehearsal"):
        way_back.rehearse(shop.system, "2")


def test_a_release_without_a_passport_is_no_way_back(shop):
    with pytest.raises(PromotionRefused, match="version 2 has no passport"):
        way_back.rehearse(shop.system, "2")


def rehearsals(shop):
    return [event for event in shop.system.history.events() if event.event == "rehearsed"]


def test_a_rehearsal_of_the_rollback_is_recorded_and_moves_no_alias(shop):
    issue(shop)
    for alias, version in (("champion", "1"), ("previous", "2")):
        shop.system.registry.point(alias, version)

    said = way_back.rehearse_previous(shop.system)

    assert said == "version 2 loads and answers its 9 probes as recorded"
    assert [(e.reason, e.details) for e in rehearsals(shop)] == [(said, {"previous": "2", "outcome": "passed"})]
    assert shop.system.registry.aliases() == {"champion": "1", "previous": "2"}


def test_a_way_back_that_is_gone_is_an_error_and_is_recorded_too(shop):
    issue(shop)
    shop.system.registry.point("previous", "2")
    shop.system.registry.contents["2"].clear()
    for path in (shop.home / "releases").rglob("model.safetensors"):
        path.write_bytes(b"")

    with pytest.raises(PromotionRefused, match="no way back"):
        way_back.rehearse_previous(shop.system)

    assert [e.details["outcome"] for e in rehearsals(shop)] == ["failed"]


def test_without_a_previous_release_nothing_is_recorded(shop):
    assert way_back.rehearse_previous(shop.system) == "nothing to go back to"
    assert rehearsals(shop) == []
