"""What `serving.ports` promises, on the server's own database and on the fakes that its tests stand on."""

from dataclasses import replace

import pytest

from ecomintent.adapters.api_keys import StoredKeys
from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.adapters.serving_records import StoredDisagreements, StoredHistory
from ecomintent.served import Disagreement, Scope, ServingEvent
from tests.fakes.serving import FakeDisagreements, FakeKeys, FakeServingHistory
from tests.unit.release.release_world import Ticking

EVENT = ServingEvent(at="t", event="serves", version="1", weights="w", told="champion")
FOUND = Disagreement(
    at="2026-11-21T12:00:00+00:00",
    request_id="r1",
    text="my parcel",
    champion="1",
    champion_intent="WISMO",
    champion_confidence=0.5,
    candidate="2",
    candidate_intent="OTHER",
    candidate_confidence=0.6,
)


@pytest.fixture(params=["fake", "stored"])
def kind(request):
    return request.param


def test_the_history_is_told_newest_first_and_no_more_than_asked_for(kind, tmp_path):
    history = FakeServingHistory() if kind == "fake" else StoredHistory(ServingDatabase(tmp_path))
    events = [replace(EVENT, version=str(number)) for number in range(4)]
    assert list(history.latest(5)) == []
    for event in events:
        history.append(event)

    assert list(history.latest(3)) == events[:0:-1]
    assert len(history.latest(9)) == 4


def test_a_disagreement_is_kept_once_by_request_and_by_words_and_candidate(kind, tmp_path):
    kept = FakeDisagreements() if kind == "fake" else StoredDisagreements(ServingDatabase(tmp_path))
    others = [
        replace(FOUND, text="other words"),  # the same request
        replace(FOUND, request_id="r2"),  # the same words
        replace(FOUND, request_id="r3", candidate="3"),
    ]
    for one in (FOUND, FOUND, *others):
        kept.add(one)

    assert [each.request_id for each in kept.latest(9)] == ["r3", "r1"]


def test_keys_are_known_by_id_with_what_they_are_for_and_whether_they_were_revoked(kind, tmp_path):
    if kind == "fake":
        keys = FakeKeys()
        sent = keys.add("a", Scope.CLASSIFY, Scope.ADMIN, per_minute=5)
        identity = "a"
    else:
        keys = StoredKeys(ServingDatabase(tmp_path), Ticking())
        sent, key = keys.create("a", [Scope.CLASSIFY, Scope.ADMIN], 5)
        identity = key.id

    found = keys.all()[identity]

    assert sent.startswith(f"eik_{identity}_")
    assert (found.id, found.scopes, found.per_minute, found.revoked_at) == (identity, {"classify", "admin"}, 5, "")
    if kind == "fake":
        keys.add("a", Scope.CLASSIFY, revoked=True)
    else:
        keys.revoke(identity)
    assert keys.all()[identity].revoked_at != ""
