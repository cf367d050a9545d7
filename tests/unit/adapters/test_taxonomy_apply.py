"""A change of the intents in one home: what is planned is done, once, and nothing that was said is rewritten."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from ecomintent import files, taxonomy
from ecomintent.adapters import (
    frozen_check,
    frozen_queue,
    frozen_set,
    regate,
    taxonomy_apply,
    taxonomy_file,
    taxonomy_plan,
)
from ecomintent.adapters.evidence import Evidence
from ecomintent.adapters.pseudonyms import Pseudonyms
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.system import System
from ecomintent.adapters.todays_labels import TodaysLabels
from ecomintent.data.frozen_reading import read_stored
from ecomintent.errors import InputError
from ecomintent.records import Correction, Provenance
from tests.fakes.labels import FakeLabelStore
from tests.fakes.registry import FakeRegistry
from tests.taxonomies import RENAME_AND_MERGE, changes, using
from tests.unit.release.release_world import Ticking

ROOT = Path(__file__).parents[3]
NINE = taxonomy.FIRST.last.names
SPLIT = """version = "2"
[split]
BILLING_DISPUTE = ["DOUBLE_CHARGE", "REFUND_STATUS"]
[descriptions]
DOUBLE_CHARGE = "Paid twice."
REFUND_STATUS = "Where the money is."
"""
WHO = {"by": "Dana Ortiz", "reason": "one team answers both"}


def spelled(number):
    """Letters for digits: those would be redacted as numbers of orders."""
    return str(number).translate(str.maketrans("0123456789", "abcdefghij"))


def opened(folder):
    """A home with three labels and two frozen tickets of each intent."""
    url = f"sqlite:///{folder}/labels.db"
    system = System(
        settings=Settings(
            home=folder, project=ROOT, workspace=folder / "w", params=ROOT / "params.yaml", database_url=url
        ),
        labels=TodaysLabels(FakeLabelStore()),
        held_releases=None,
        erasure=None,
        pseudonyms=Pseudonyms(folder),
        history=SqlHistory(url),
        frozen=SealedTables(folder, "frozen"),
        corpus=SealedTables(folder, "corpus"),
        evidence=Evidence(folder),
        keys=None,
        registry=FakeRegistry(),
        tracker=None,
        pipeline=None,
        clock=Ticking(),
    )
    system.labels.add([label(n, name) for n, name in enumerate(NINE * 3)], [])
    rows = [
        {"id": f"f{n}", "text": f"what of {spelled(n * 7919)} and {spelled(n * 104729)}", "label": name}
        for n, name in enumerate(NINE * 2)
    ]
    path = folder / "frozen.jsonl"
    path.write_text("".join(json.dumps(row | {"provenance": "blind"}) + "\n" for row in rows), encoding="utf-8")
    frozen_set.import_frozen(system, path, by="Dana Ortiz")
    return system


def label(number, intent):
    return Correction(
        ticket_id=f"T-{number}",
        text=f"text {spelled(number)}",
        intent=intent,
        created_at=f"2026-03-01T10:00:{number:02}+00:00",
        agent="sam",
        source="file",
        provenance=Provenance.EDITED,
        previous_intent="",
    )


@pytest.fixture
def shop(tmp_path):
    with using(taxonomy.FIRST):
        yield opened(tmp_path)


def asked(shop, text=RENAME_AND_MERGE):
    path = shop.settings.home / "change.toml"
    path.write_text(text, encoding="utf-8")
    return path


def frozen_labels(shop):
    return [row.label for row in read_stored(shop.frozen.path())]


def state(shop):
    path = shop.settings.taxonomy_file
    told = [(event.event, event.details) for event in shop.history.events()]
    return path.read_bytes() if path.is_file() else b"", told, shop.frozen.current(), shop.labels.as_said()


def test_a_plan_changes_nothing(shop):
    before = state(shop)

    found = taxonomy_plan.plan(shop, asked(shop))

    assert state(shop) == before
    assert taxonomy.version() == "1"
    assert [(one.step.kind, one.labels, one.waiting, one.frozen, one.frozen_leaving) for one in found.moved] == [
        ("rename", 3, 0, 2, 0),
        ("merge", 6, 0, 4, 0),
    ]
    assert found.one_to_one["ORDER_STATUS"] == "WISMO"
    assert found.merged == {"RETURN_OR_EXCHANGE": ("RETURN_REQUEST", "EXCHANGE_REQUEST")}
    assert found.needed == {}


def test_a_plan_names_every_entry_of_an_intent_that_is_no_more(shop):
    sources = shop.settings.home / "sources.toml"
    sources.write_text('[[source]]\nkind = "file"\nintents = { "late" = "WISMO" }\n', encoding="utf-8")

    found = {(one.file, one.key) for one in taxonomy_plan.plan(shop, asked(shop)).entries}

    gone = ("WISMO", "RETURN_REQUEST", "EXCHANGE_REQUEST")
    assert found == {
        *(("params.yaml", f"calibrate.wrong_costs.{name}") for name in gone),
        *(("routes.toml", f"routes.{name}") for name in gone),
        ("sources.toml", "source 1: intents.'late'"),
    }


def test_a_change_reads_labels_anew_and_rewrites_none(shop):
    said = shop.labels.as_said()

    taxonomy_apply.apply(shop, asked(shop), **WHO)

    assert shop.labels.as_said() == said
    assert {one.intent for one in shop.labels.corrections()} == set(taxonomy.NAMES)
    assert set(frozen_labels(shop)) == set(taxonomy.NAMES)
    assert frozen_check.faults(shop) == []
    event = shop.history.events()[-1]
    assert (event.event, event.by, event.reason) == ("taxonomy", "Dana Ortiz", "one team answers both")
    assert event.details["changes"] == (
        "rename WISMO -> ORDER_STATUS; merge RETURN_REQUEST, EXCHANGE_REQUEST -> RETURN_OR_EXCHANGE"
    )
    assert taxonomy_file.read(shop.settings.taxonomy_file) == taxonomy.chain()


def test_done_twice_it_is_done_once(shop):
    first = taxonomy_apply.apply(shop, asked(shop), **WHO)
    before = state(shop)

    again = taxonomy_apply.apply(shop, asked(shop), by="Sam", reason="by mistake")

    assert (first.new, again.new, again.frozen, again.frozen_left) == (True, False, 0, 0)
    assert state(shop) == before


def test_stopped_after_the_one_write_that_counts_no_retrain_starts_until_it_is_done_again(shop):
    plan = taxonomy_plan.plan(shop, asked(shop))
    taxonomy_file.write(shop.settings.taxonomy_file, plan.after)
    taxonomy.use(plan.after)

    with pytest.raises(InputError, match="a change of the intents stopped half way; run ecomintent taxonomy apply"):
        regate.place_frozen(shop, shop.settings.workspace)
    assert taxonomy_apply.apply(shop, asked(shop), **WHO).frozen == 6
    regate.place_frozen(shop, shop.settings.workspace)


def test_another_change_under_the_number_in_force_is_refused(shop):
    taxonomy_apply.apply(shop, asked(shop), **WHO)

    with pytest.raises(InputError, match='the next one is version = "3"'):
        taxonomy_apply.apply(shop, asked(shop, SPLIT), **WHO)


@pytest.mark.parametrize("who", [{"by": " ", "reason": "x"}, {"by": "Dana", "reason": ""}])
def test_a_change_is_bound_to_a_person_and_a_reason(shop, who):
    before = state(shop)

    with pytest.raises(InputError, match="bound to a person and a reason"):
        taxonomy_apply.apply(shop, asked(shop), **who)
    assert state(shop) == before


def test_a_candidate_that_waits_stops_a_change(shop, tmp_path):
    release = tmp_path / "release"
    release.mkdir()
    (release / "weights").write_text("w", encoding="utf-8")
    version = shop.registry.register(release, run_id="r", weights=files.folder_digest(release), tags={}).version
    shop.registry.point("candidate", version)
    before = state(shop)

    with pytest.raises(InputError, match="waits for a person and knows the old intents; approve or reject it first"):
        taxonomy_apply.apply(shop, asked(shop), **WHO)
    assert state(shop) == before


def test_tickets_of_a_split_intent_leave_the_frozen_set_until_a_person_labelled_them_blind(shop):
    done = taxonomy_apply.apply(shop, asked(shop, SPLIT), **WHO)

    assert (done.frozen, done.frozen_left) == (0, 2)
    assert done.plan.needed == {"DOUBLE_CHARGE": 30, "REFUND_STATUS": 30}
    assert len(frozen_labels(shop)) == 16
    queue = shop.settings.home / "to-label.csv"
    assert frozen_queue.write(shop, queue, source=None, intents=(), count=None).anew == 2
    queue.write_text(queue.read_text(encoding="utf-8-sig").replace(",\n", ",REFUND_STATUS\n"), encoding="utf-8")

    change = frozen_set.add(shop, queue, by="Dana Ortiz").change

    assert change.entered == ("f14", "f5")
    assert frozen_labels(shop).count("REFUND_STATUS") == 2
    assert {row.provenance for row in read_stored(shop.frozen.path())} == {"blind"}
    assert frozen_check.left(shop, read_stored(shop.frozen.path())) == []


def test_labels_of_a_split_intent_wait_until_each_was_given_anew(shop):
    taxonomy_apply.apply(shop, asked(shop, SPLIT), **WHO)
    waiting = shop.labels.waiting()

    shop.labels.add([replace(waiting[0], intent="DOUBLE_CHARGE", source="ecomintent")], [])

    assert len(waiting) == 3
    assert shop.labels.waiting() == waiting[1:]


def as_toml(change):
    lines = ['version = "2"']
    for kind, entries in change.items():
        lines += [f"[{kind}]", *(f"{name} = {json.dumps(value)}" for name, value in entries.items())]
    return "\n".join(lines)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=changes())
def test_what_is_planned_is_what_is_done(tmp_path_factory, change):
    with using(taxonomy.FIRST):
        shop = opened(tmp_path_factory.mktemp("home"))
        tables = [
            f"[{kind}]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in of.items()) for kind, of in change.items()
        ]
        path = asked(shop, 'version = "2"\n' + "".join(tables))
        read = {(one.ticket_id, one.intent) for one in shop.labels.corrections()}

        plan = taxonomy_plan.plan(shop, path)
        done = taxonomy_apply.apply(shop, path, **WHO)

        moved = {(one.ticket_id, one.intent) for one in shop.labels.corrections()} - read
        assert done.plan == plan
        assert len(moved) == sum(one.labels for one in plan.moved)
        assert len(shop.labels.waiting()) == sum(one.waiting for one in plan.moved)
        assert done.frozen == sum(one.frozen for one in plan.moved)
        assert done.frozen_left == sum(one.frozen_leaving for one in plan.moved)
        assert len(frozen_labels(shop)) == 18 - done.frozen_left
