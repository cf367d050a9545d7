"""The frozen set of a home: who changed it and when is in the history, and nothing else may change it.

Over 250 lines: one home, and every way to change its set.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from ecomintent import files, layout
from ecomintent.adapters import frozen_check, frozen_queue, frozen_set
from ecomintent.adapters.evidence import Evidence
from ecomintent.adapters.pseudonyms import Pseudonyms
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.sql_erasure import SqlErasure
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.system import System
from ecomintent.data import parquet
from ecomintent.data.corpus import CorpusRow, write_corpus
from ecomintent.data.frozen_reading import FrozenRow, read_stored, write_frozen
from ecomintent.errors import InputError
from ecomintent.records import Correction, Provenance
from tests.fakes.labels import FakeLabelStore
from tests.fakes.registry import FakeRegistry
from tests.fakes.releases import FakeReleases
from tests.unit.release.release_world import Ticking

ROOT = Path(__file__).parents[3]


def spelled(number):
    """A word for each number: digits would be redacted as numbers of orders."""
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


TICKETS = {f"t{n}": (f"question {spelled(n * 7919)} about parcel {spelled(n * 104729)}", "WISMO") for n in range(8)}


@pytest.fixture
def shop(tmp_path):
    url = f"sqlite:///{tmp_path}/labels.db"
    return System(
        settings=Settings(
            home=tmp_path, project=ROOT, workspace=tmp_path / "w", params=ROOT / "params.yaml", database_url=url
        ),
        labels=FakeLabelStore(),
        held_releases=FakeReleases(),
        erasure=SqlErasure(f"sqlite:///{tmp_path}/labels.db"),
        pseudonyms=Pseudonyms(tmp_path),
        history=SqlHistory(url),
        frozen=SealedTables(tmp_path, "frozen"),
        corpus=SealedTables(tmp_path, "corpus"),
        evidence=Evidence(tmp_path),
        keys=None,
        registry=FakeRegistry(),
        tracker=None,
        pipeline=None,
        clock=Ticking(),
    )


def file(shop, tickets, name="labelled.jsonl", **more):
    path = shop.settings.home / name
    rows = [{"id": i, "text": text, "label": label, **more} for i, (text, label) in tickets.items()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def opened(shop, **more):
    return frozen_set.import_frozen(shop, file(shop, TICKETS, provenance="confirmed", **more), by="Zoë Ortiz")[0]


def said(shop):
    return [(event.by, event.reason, event.details) for event in shop.history.events()]


def test_an_import_is_recorded_with_who_and_what_and_saying_it_again_adds_nothing(shop):
    sealed = opened(shop)
    opened(shop)

    details = {"frozen_set": sealed.digest, "parent": "", "action": "import", "rows": "8", "fresh": "8", "retired": "0"}
    assert said(shop) == [("Zoë Ortiz", "import labelled.jsonl", details)]
    assert frozen_set.require_sealed(shop) == sealed


def test_an_import_in_place_of_another_says_what_is_fresh_and_what_left(shop):
    first = opened(shop)
    other = {**dict(list(TICKETS.items())[2:]), "new": ("cancel it", "CANCEL_ORDER")}

    second, _ = frozen_set.import_frozen(shop, file(shop, other, provenance="blind"), by="Ana")

    assert said(shop)[-1][2] == {
        "frozen_set": second.digest,
        "parent": first.digest,
        "action": "import",
        "rows": "7",
        "fresh": "1",
        "retired": "2",
    }


def test_nobody_seals_nothing(shop):
    with pytest.raises(InputError, match="say who seals it"):
        frozen_set.import_frozen(shop, file(shop, TICKETS), by=" ")

    assert (shop.frozen.current(), said(shop)) == (None, [])


def test_added_tickets_enter_and_the_same_file_again_makes_no_new_version(shop):
    opened(shop)
    new = file(shop, {"new": ("cancel it", "CANCEL_ORDER"), "later": ("hm", ""), **TICKETS}, provenance="confirmed")

    first, again = (frozen_set.add(shop, new, by="Ana") for _ in range(2))

    assert (first.change.entered, first.change.known, first.unlabelled) == (("new",), 8, 1)
    assert (again.change.fresh, again.sealed) == (0, first.sealed)
    assert len(said(shop)) == 2


def test_a_refresh_retires_the_tickets_of_the_first_version_first(shop):
    opened(shop)
    frozen_set.add(shop, file(shop, {"young": ("cancel it please", "WISMO")}, provenance="blind"), by="Ana")
    fresh = {f"n{n}": (f"entirely other words {spelled(n * 15485863)}", "WISMO") for n in range(8)}

    done = frozen_set.refresh(shop, file(shop, fresh, provenance="blind"), by="Ana")

    assert set(done.change.retired) == set(TICKETS)
    assert said(shop)[-1][2]["action"] == "refresh"
    assert frozen_set.require_sealed(shop) == done.sealed


def test_a_changed_table_is_found_out_and_stops_the_loop(shop):
    opened(shop)
    path = shop.frozen.path()
    rows = read_stored(path)
    write_frozen([FrozenRow("t0", rows[0].text, "OTHER", "", "confirmed"), *rows[1:]], path)

    assert frozen_check.verify(shop).faults[0].startswith(f"{path.name} was changed: its tickets have the digest ")
    with pytest.raises(InputError, match="the frozen set was changed outside ecomintent: "):
        frozen_set.require_sealed(shop)


def test_a_set_that_nobody_sealed_is_found_out(shop):
    opened(shop)
    shop.frozen.replace(lambda path: write_frozen([FrozenRow("x", "x", "WISMO", "", "blind")], path), "x")

    (fault,) = frozen_check.verify(shop).faults
    assert ", which nobody sealed; the history names " in fault
    with pytest.raises(InputError, match="which nobody sealed"):
        frozen_set.require_sealed(shop)


def test_going_back_to_an_older_set_by_hand_is_found_out(shop):
    first = opened(shop)
    frozen_set.import_frozen(shop, file(shop, {"new": ("cancel it", "OTHER")}, provenance="blind"), by="Ana")
    shop.frozen.point(first, "older")

    (fault,) = frozen_check.verify(shop).faults
    assert f"current.json names {first.short}, an older set, sealed 20" in fault


@pytest.mark.parametrize("gone", ["table", "current.json", "damaged current.json"])
def test_a_file_that_is_gone_or_damaged_is_found_out(shop, gone):
    sealed = opened(shop)
    noted = shop.frozen.file("x").parent / "current.json"
    if gone == "table":
        shop.frozen.file(sealed.digest).unlink()
    elif gone == "current.json":
        noted.unlink()
    else:
        noted.write_text("{}", encoding="utf-8")

    assert len(frozen_check.verify(shop).faults) == 1
    with pytest.raises(InputError, match="the frozen set was changed outside ecomintent: "):
        frozen_set.require_sealed(shop)


def test_before_the_first_import_there_is_none_to_require(shop):
    with pytest.raises(InputError, match="there is none yet"):
        frozen_set.require_sealed(shop)
    with pytest.raises(InputError, match="there is none yet"):
        frozen_check.verify(shop)


def test_a_stop_between_the_record_and_the_switch_is_made_good_by_the_next_addition(shop):
    first = opened(shop)
    new = file(shop, {"new": ("cancel it", "OTHER")}, provenance="blind")
    second = frozen_set.add(shop, new, by="Ana").sealed
    shop.frozen.point(first, "as before the stop")

    again = frozen_set.add(shop, new, by="Ana")

    assert (again.sealed, again.change.fresh, len(said(shop))) == (second, 0, 2)
    assert frozen_set.require_sealed(shop) == second


def test_copies_in_training_data_are_named_and_are_no_fault(shop):
    opened(shop)
    text = TICKETS["t3"][0]
    given = {"created_at": "", "agent": "", "source": "s", "previous_intent": "", "provenance": Provenance.CONFIRMED}
    shop.labels.add([Correction(ticket_id="c9", text=text.upper(), intent="WISMO", **given)], [])
    rows = [CorpusRow("something else", "OTHER", "old"), CorpusRow(text + "?", "WISMO", "old")]
    shop.corpus.replace(lambda path: write_corpus(rows, path), "old.csv")

    found = frozen_check.verify(shop)

    assert (found.faults, found.corrections, found.corpus) == ([], ["c9"], ["old row 1"])


def test_the_status_counts_tickets_votes_provenance_and_versions(shop):
    sealed = opened(shop, group="one")
    frozen_set.add(shop, file(shop, {"new": ("cancel it", "OTHER")}, provenance="blind"), by="Ana")

    found = frozen_check.status(shop)

    assert found["intents"] == {"WISMO": 8, "OTHER": 1}
    assert {name: n for name, n in found["independent"].items() if n} == {"WISMO": 1, "OTHER": 1}
    assert (found["provenance"], found["folded"]) == ({"confirmed": 8, "blind": 1}, 7)
    assert (found["runs"], found["runs_allowed"], found["refresh_due"]) == (0, 12, False)
    assert [(v["by"], v["action"], v["parent"]) for v in found["versions"]] == [
        ("Zoë Ortiz", "import", ""),
        ("Ana", "add", sealed.digest),
    ]


def test_a_queue_of_discordant_tickets_comes_back_as_blind_labels(shop):
    opened(shop)
    answers = [(name, "WISMO", "OTHER" if name in ("t1", "t2") else "WISMO") for name in TICKETS]
    path = shop.settings.workspace / layout.PREDICTIONS
    path.parent.mkdir(parents=True)
    parquet.write(path, dict.fromkeys(("id", "champion", "candidate"), "string"), answers)
    output = shop.settings.home / "queue.csv"

    found = frozen_queue.write(shop, output, source=None, intents=(), count=None)
    text = output.read_text(encoding="utf-8-sig")
    files.write_text(output, text.replace(f"{TICKETS['t1'][0]},", f"{TICKETS['t1'][0]},WISMO"))
    done = frozen_set.add(shop, output, by="Ana")

    assert (found.tickets, found.discordant, found.skipped) == (2, 2, "")
    assert (done.change.relabelled, done.unlabelled, done.warnings[0][:8]) == (("t1",), 1, "WISMO ha")
    assert Counter(row.provenance for row in read_stored(shop.frozen.path())) == {"confirmed": 7, "blind": 1}


def test_a_queue_from_recent_tickets_holds_what_a_release_takes_for_the_intent(shop, monkeypatch):
    opened(shop)
    monkeypatch.setattr(frozen_queue, "_models", lambda system: [lambda texts: ["WISMO"] * len(texts)])
    recent = file(
        shop,
        {**TICKETS, **{f"r{n}": (f"recent {spelled(n * 7919)} lamp {spelled(n * 15485863)}", "") for n in range(20)}},
    )

    found = frozen_queue.write(shop, shop.settings.home / "q.csv", source=recent, intents=("WISMO",), count=4)

    assert (found.wanted, found.draw.by_intent, found.draw.at_random) == ({"WISMO": 4}, {"WISMO": 5}, 2)
    assert found.draw.left_out == {"in the frozen set": 8}
    assert set(frozen_queue.handed_out(shop)) == set(found.draw.tickets)


def test_a_queue_with_nothing_in_it_is_not_written(shop):
    opened(shop)

    with pytest.raises(InputError, match="nothing to label: no candidate was scored in this workspace yet"):
        frozen_queue.write(shop, shop.settings.home / "q.csv", source=None, intents=(), count=None)

    assert not (shop.settings.home / "q.csv").exists()
