"""The server's own database: keys, serving history, disagreements."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from ecomintent.adapters import serving_records
from ecomintent.adapters.api_keys import StoredKeys
from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.adapters.serving_records import StoredDisagreements, StoredHistory
from ecomintent.errors import InputError
from ecomintent.served import Disagreement, Scope, ServingEvent, secret_digest
from tests.unit.release.release_world import Ticking


def keys_of(home):
    return StoredKeys(ServingDatabase(home), Ticking())


def disagreement(number, at="2026-11-21T12:00:00+00:00", text=""):
    return Disagreement(
        at=at,
        request_id=f"r{number}",
        text=text or f"my parcel {number}",
        champion="1",
        champion_intent="WISMO",
        champion_confidence=0.5,
        candidate="2",
        candidate_intent="OTHER",
        candidate_confidence=0.6,
    )


def test_a_key_is_shown_once_and_only_its_digest_is_kept(tmp_path):
    sent, key = keys_of(tmp_path).create("helpdesk", [Scope.CLASSIFY], 60)

    mark, identity, secret = sent.split("_", 2)
    assert (mark, identity, key.digest) == ("eik", key.id, secret_digest(secret))
    assert len(secret) == 43  # 256 bits
    kept = b"".join(path.read_bytes() for path in (tmp_path / "serving").iterdir())
    assert secret.encode() not in kept


def test_what_is_kept_is_read_back_by_another_process(tmp_path):
    _, made = keys_of(tmp_path).create(" helpdesk ", [Scope.CORRECT, Scope.CLASSIFY], 0)

    assert dict(keys_of(tmp_path).all()) == {made.id: made}
    assert (made.name, made.scopes, made.revoked_at) == ("helpdesk", {Scope.CLASSIFY, Scope.CORRECT}, "")


def test_a_running_server_sees_at_once_what_another_process_made_or_revoked(tmp_path):
    server, cli = keys_of(tmp_path), keys_of(tmp_path)
    assert server.all() == {}

    _, key = cli.create("a", [Scope.CLASSIFY], 0)
    assert list(server.all()) == [key.id]

    cli.revoke(key.id)
    assert server.all()[key.id].revoked_at != ""


def test_a_revoked_key_stays_revoked_since_the_first_time(tmp_path):
    keys = keys_of(tmp_path)
    _, key = keys.create("a", [Scope.CLASSIFY], 0)

    assert keys.revoke(key.id).revoked_at == keys.revoke(key.id).revoked_at


def test_revoking_what_is_not_there_says_what_is(tmp_path):
    keys = keys_of(tmp_path)
    _, key = keys.create("a", [Scope.CLASSIFY], 0)

    with pytest.raises(InputError, match=rf"key 'nobody': no such key; there are: {key.id}"):
        keys.revoke("nobody")


@pytest.mark.parametrize(
    ("name", "scopes", "per_minute", "said"),
    [
        ("  ", [Scope.CLASSIFY], 0, "NAME: say who uses it"),
        ("a\nb", [Scope.CLASSIFY], 0, "NAME: say who uses it"),
        ("a" * 81, [Scope.CLASSIFY], 0, "NAME: say who uses it"),
        ("a", [], 0, "--scope: say what it is for: classify, correct, admin"),
        ("a", [Scope.ADMIN], -1, "--per-minute: -1; it must lie in 0-"),
    ],
)
def test_a_key_nobody_could_use_is_not_made(tmp_path, name, scopes, per_minute, said):
    with pytest.raises(InputError, match=said):
        keys_of(tmp_path).create(name, scopes, per_minute)


def test_the_file_is_its_owners_alone(tmp_path):
    keys_of(tmp_path).create("a", [Scope.CLASSIFY], 0)

    assert (tmp_path / "serving" / "serving.db").stat().st_mode & 0o077 == 0


def test_two_processes_that_start_at_once_make_one_database(tmp_path):
    failed = []

    def start(number):
        try:
            keys_of(tmp_path).create(f"k{number}", [Scope.CLASSIFY], 0)
        except InputError as error:
            failed.append(error)

    threads = [threading.Thread(target=start, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len(keys_of(tmp_path).all()) == 8


@pytest.mark.parametrize("content", [b"no database at all " * 100, b"SQLite format 3\0" + b"x" * 4096])
def test_a_damaged_file_is_explained_and_named(tmp_path, content):
    (tmp_path / "serving").mkdir()
    (tmp_path / "serving" / "serving.db").write_bytes(content)

    with pytest.raises(InputError, match=r"serving.db: the server's database cannot be used"):
        keys_of(tmp_path).all()


def test_a_database_of_a_later_ecomintent_is_left_alone(tmp_path):
    keys_of(tmp_path).all()
    with closing(sqlite3.connect(tmp_path / "serving" / "serving.db")) as opened:
        opened.execute("PRAGMA user_version = 9")

    with pytest.raises(InputError, match="it has schema 9, this ecomintent knows 1"):
        keys_of(tmp_path).all()


def test_the_serving_history_is_told_newest_first(tmp_path):
    history = StoredHistory(ServingDatabase(tmp_path))
    events = [ServingEvent(at=f"t{n}", event="serves", version=str(n), weights="w", told="champion") for n in range(3)]
    for event in events:
        history.append(event)

    assert StoredHistory(ServingDatabase(tmp_path)).latest(2) == events[:0:-1]


def test_a_disagreement_is_kept_once(tmp_path):
    kept = StoredDisagreements(ServingDatabase(tmp_path))
    for number in (1, 2, 1):
        kept.add(disagreement(number))

    assert kept.latest(10) == [disagreement(2), disagreement(1)]


def test_the_same_words_are_kept_once_for_each_candidate(tmp_path):
    kept = StoredDisagreements(ServingDatabase(tmp_path))
    first = disagreement(1, text="hi")
    for one in (first, disagreement(2, text="hi"), replace(disagreement(3, text="hi"), candidate="3")):
        kept.add(one)

    assert [each.request_id for each in kept.latest(10)] == ["r3", "r1"]


def test_the_oldest_disagreements_give_way(tmp_path, monkeypatch):
    monkeypatch.setattr(serving_records, "KEPT", 3)
    kept = StoredDisagreements(ServingDatabase(tmp_path))
    for number in range(5):
        kept.add(disagreement(number))

    assert [each.request_id for each in kept.latest(10)] == ["r4", "r3", "r2"]


def test_after_a_month_a_disagreement_is_gone(tmp_path):
    kept = StoredDisagreements(ServingDatabase(tmp_path))
    for number, day in enumerate(("2026-10-20", "2026-10-23", "2026-11-21")):
        kept.add(disagreement(number, at=f"{day}T12:00:00+00:00"))

    assert [each.request_id for each in kept.latest(10)] == ["r2", "r1"]
