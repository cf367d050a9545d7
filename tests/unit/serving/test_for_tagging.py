"""Tagging asks the champion by the same rules as /classify: same answer, same counts, same audit."""

import pytest

from ecomintent.serving.for_tagging import champion_of
from ecomintent.serving.keeping import NoPicks
from ecomintent.tagging.records import NotReady
from tests.unit.serving.server import Server


class Picks(NoPicks):
    """Draws the keys it was made with."""

    def __init__(self, *keys):
        self.keys, self.told = keys, []

    def offer(self, request_id, answer, loaded):
        self.told.append((request_id, answer.best, loaded.version))
        return request_id in self.keys


def test_a_ticket_to_tag_gets_what_classify_says():
    server = Server()

    told, asked = champion_of(server.service)("where is my parcel", "shop:1"), server.ask().json()

    assert (told.intent, told.confidence, told.version) == (asked["intent"], asked["confidence"], "1")
    assert told.sure is (asked["route"]["confidence"] == "high")


def test_every_ticket_to_tag_is_offered_to_the_audit_under_its_own_key():
    picks = Picks("shop:2")
    ask = champion_of(Server(picks=picks).service)

    assert [ask("where is my parcel", key).audited for key in ("shop:1", "shop:2", "shop:2")] == [False, True, True]
    assert picks.told == [("shop:1", "WISMO", "1"), ("shop:2", "WISMO", "1"), ("shop:2", "WISMO", "1")]


def test_without_a_release_there_is_no_word():
    with pytest.raises(NotReady, match="no release answers yet"):
        champion_of(Server(champion=None).service)("where is my parcel", "shop:1")
