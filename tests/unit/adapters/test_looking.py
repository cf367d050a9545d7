"""A look in a home: what is read from where, that it is recorded before anything is done, and what is done."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from ecomintent import files
from ecomintent.adapters import looking, promoting, watch_record, watched_champion
from ecomintent.adapters.clock import SimulatedClock
from ecomintent.adapters.kept_tickets import StoredTickets
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.standing import EvidenceFiles
from ecomintent.corrected import Answered, Channel, Given
from ecomintent.errors import InputError
from ecomintent.model.inference import Classifier
from ecomintent.records import Correction, Provenance, ReleaseEvent
from ecomintent.watch.decision import Action
from ecomintent.watch.shapes import shape
from tests.unit.adapters.trust_shop import PROBES, Shop
from tests.unit.model.small import save_release

ROOT = Path(__file__).parents[3]
PROMOTED = datetime.fromisoformat("2026-05-04T09:00:00+00:00")
TEXTS = [f"where is my parcel number {number}" for number in range(60)]


class WatchedShop:
    """Version 1 is the champion since `PROMOTED`, a release of random weights; `at` says how many days later it is."""

    def __init__(self, home, **changes):
        self.shop = Shop(home)
        content = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
        content["watch"] |= {"new_labels": 40, "least_labels": 10} | changes
        content["labels"] |= {"share_floor": 10_000, "bulk_tickets": 10_000, "burst_per_hour": 10_000}
        path = home / "params.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        self.clock = SimulatedClock()
        self.clock.at = PROMOTED
        self.shop.system = replace(
            self.shop.system, clock=self.clock, settings=replace(self.shop.system.settings, params=path)
        )
        self.system = self.shop.system
        self.shop.add_version("2", save_release)
        self.shop.issue("2", probes=PROBES)
        self.system.registry.point("champion", "2")
        self.shop.say("promoted", "2")
        self.weights = self.system.registry.version("2").weights

    def at(self, day):
        self.clock.at = PROMOTED + timedelta(days=day)
        return self

    def look(self, *, dry=False):
        return looking.look(self.system, dry=dry)

    def label(self, texts, intents, *, first=0, provenance=Provenance.EDITED, previous="OTHER"):
        """One label a ticket, an hour apart so that nothing looks like haste."""
        rows = [
            Correction(
                ticket_id=f"{first}-{number}",
                text=text,
                intent=intent,
                created_at=(self.clock.at + timedelta(minutes=number)).isoformat(),
                agent=f"agent {number % 2}",
                source="zendesk",
                provenance=provenance,
                previous_intent=previous,
            )
            for number, (text, intent) in enumerate(zip(texts, intents, strict=True))
        ]
        self.system.labels.add(rows, [])

    def champions_own(self, texts):
        folder = self.system.registry.fetch("2", self.system.settings.releases)
        return [one.intent for one in Classifier.load(folder, None, threads=1).classify(texts)]

    def others(self, texts):
        return ["WISMO" if one != "WISMO" else "OTHER" for one in self.champions_own(texts)]

    def serve(self, day, text, intent, tickets):
        one = Answered(
            day=(PROMOTED + timedelta(days=day)).date().isoformat(),
            intent=intent,
            level="high",
            confidence=0.9,
            version="2",
            shape=shape(text, intent, 0.9),
        )
        database = LabellingDatabase(self.system.settings.home)
        StoredTickets(database).add([], [one] * tickets, self.clock.now())

    def audited(self, days, *, wrong):
        outbox = StoredOutbox(LabellingDatabase(self.system.settings.home))
        for number in range(8 * days):
            at = (PROMOTED + timedelta(days=number // 8)).isoformat()
            said = "OTHER" if wrong else "WISMO"
            given = Given(
                channel=Channel.PAGE, event_id=str(number), ticket_id=str(number), text="x", intent=said,
                predicted="WISMO", shown=False, blind=True, agent="dana", at=at, version="2",
            )  # fmt: skip
            outbox.give(given, now=at, held_seconds=0)
        report = {"candidate": {"accuracy": 0.88}, "frozen_set": {"rows": 613}}
        files.write_text(self.shop.evidence / "evaluated-report.json", json.dumps(report))


@pytest.fixture
def shop(tmp_path):
    return WatchedShop(tmp_path / "home")


def test_a_quiet_day_is_in_the_history_once_and_the_home_knows_the_last_look(shop):
    shop.at(3).look()
    later = shop.at(3.1).look()

    (event,) = [one for one in shop.system.history.events() if one.event == "watched"]
    assert (event.by, event.version, event.details["action"]) == ("watch", "", "NOTHING")
    assert event.reason == "no reading speaks, and 0 of 40 new labels are there"
    assert watch_record.last(shop.system.settings.home) == later
    assert EvidenceFiles(shop.system.settings.home).watched().reasons == later.reasons
    assert shop.system.history.breaks() == []


def test_a_dry_look_leaves_no_trace(shop):
    before = shop.system.history.head()

    assert shop.at(3).look(dry=True).action is Action.NOTHING
    assert shop.system.history.head() == before
    assert watch_record.last(shop.system.settings.home) is None


def test_enough_labels_that_the_champion_gets_wrong_ask_for_a_retrain_once_a_day(shop):
    shop.at(2).label(TEXTS, shop.others(TEXTS))

    first, again, tomorrow = shop.at(3).look(), shop.at(3.5).look(), shop.at(4.1).look()

    assert [one.action for one in (first, again, tomorrow)] == [Action.RETRAIN, Action.NOTHING, Action.RETRAIN]
    assert first.reasons[1] == (
        "something to learn: the champion disagrees with 60 of 60 new labels, label noise explains up to 6"
    )
    assert again.reasons[-1] == "no retrain: one was asked for 12 hours ago, the pause is 24"


def test_labels_that_the_champion_answers_right_already_are_nothing_to_learn(shop):
    shop.at(2).label(TEXTS, shop.champions_own(TEXTS), provenance=Provenance.CONFIRMED)

    found = shop.at(3).look()

    assert found.action is Action.NOTHING
    assert found.reasons[-1] == (
        "no retrain: nothing to learn: the champion disagrees with 0 of 60 new labels, label noise explains up to 6"
    )


def test_labels_of_rules_and_those_the_last_retrain_had_are_not_new(shop):
    shop.at(2).label(TEXTS[:30], ["WISMO"] * 30, provenance=Provenance.UNCHANGED)
    shop.label(TEXTS[30:], ["WISMO"] * 30, first=1)
    assert len(watched_champion.new_labels(shop.system)) == 30

    shop.system.evidence.note_tickets(shop.weights, [("zendesk", "", f"1-{number}") for number in range(20)])
    details = {"weights": shop.weights}
    shop.system.history.append(
        ReleaseEvent(at=shop.clock.now(), event="judged", version="", by="gate", reason="", details=details)
    )
    assert len(watched_champion.new_labels(shop.system)) == 10


def test_a_candidate_that_waits_keeps_a_retrain_away(shop):
    shop.at(2).label(TEXTS, shop.others(TEXTS))
    shop.system.registry.point("candidate", "1")

    assert shop.at(3).look().reasons[-1] == "no retrain: version 1 waits for a person; decide about it first"


def test_other_tickets_than_in_its_first_weeks_are_drift(shop):
    for day in range(1, 29):
        text, intent = ("where is my parcel", "WISMO") if day < 15 else ("cancel it", "CANCEL_ORDER")
        shop.serve(day, text, intent, 50)
        shop.serve(day, "something else that is written here", "OTHER", 50)

    found = shop.at(29).look()

    assert found.action is Action.ALERT
    assert {"drift of intent", "drift of word"} <= set(found.loud)
    assert found.reasons[-1].startswith("no retrain: 0 new trusted labels")


def test_more_corrections_than_in_its_first_weeks_speak(shop):
    for day in range(1, 29):
        shop.at(day)
        corrected = 1 if day < 15 else 9
        shop.label([f"a {day} {n}" for n in range(20)], ["WISMO"] * corrected + ["OTHER"] * (20 - corrected), first=day)

    found = shop.at(29).look()

    assert "corrections" in found.loud
    assert any(reason.startswith("corrections: 14 of 280 corrected in the reference days") for reason in found.reasons)


def test_an_audit_below_the_promotion_rolls_nothing_back_unless_params_say_so(shop):
    shop.shop.promote("2")
    shop.audited(20, wrong=True)

    found = shop.at(21).look()

    assert (found.action, "audit" in found.loud) == (Action.ALERT, True)
    assert shop.system.registry.aliases()["champion"] == "2"


def test_where_params_say_so_the_audit_brings_the_previous_release_back_and_never_twice(tmp_path):
    shop = WatchedShop(tmp_path / "home", rollback="audit")
    shop.system.registry.point("previous", "1")
    shop.shop.issue("1")
    shop.audited(20, wrong=True)

    found = shop.at(21).look()
    assert found.action is Action.ROLLBACK
    assert shop.system.registry.aliases() == {"champion": "1", "previous": "2"}
    told = [(one.event, one.by) for one in shop.system.history.events()][-2:]
    assert told == [("watched", "watch"), ("rolled_back", "watch")]

    assert shop.at(22).look().action is not Action.ROLLBACK
    assert shop.system.registry.aliases()["champion"] == "1"


def test_an_audit_of_right_answers_rolls_nothing_back(tmp_path):
    shop = WatchedShop(tmp_path / "home", rollback="audit")
    shop.system.registry.point("previous", "1")
    shop.audited(20, wrong=False)

    assert shop.at(21).look().action is Action.NOTHING


def test_a_scheduled_retrain_is_left_out_only_where_params_say_so_and_there_is_nothing_to_learn(tmp_path):
    asked, not_asked = (
        WatchedShop(tmp_path / name, probe_scheduled=name == "asked") for name in ("asked", "not asked")
    )
    for shop in (asked, not_asked):
        shop.at(2).label(TEXTS, shop.champions_own(TEXTS), provenance=Provenance.CONFIRMED)

    assert looking.nothing_to_learn(asked.system).startswith("nothing to learn: the champion disagrees with 0 of 60")
    assert looking.nothing_to_learn(not_asked.system) == ""
    assert asked.system.history.events()[-1].reason.startswith(
        "a retrain was left out (watch.probe_scheduled); nothing"
    )
    more = [f"broken {n}" for n in range(60)]
    asked.label(more, asked.others(more), first=9)
    assert looking.nothing_to_learn(asked.system) == ""


def test_a_home_without_a_champion_says_so(shop):
    shop.system.registry.drop("champion")

    assert shop.look().reason == "there is no champion to watch"


def test_a_damaged_file_of_the_last_look_is_one_line(shop):
    files.write_text(shop.system.settings.home / watch_record.LAST, "{}")

    with pytest.raises(InputError, match="run ecomintent watch"):
        watch_record.last(shop.system.settings.home)


def test_a_rollback_by_hand_is_what_watch_does(shop):
    shop.system.registry.point("previous", "1")
    shop.shop.issue("1")

    assert promoting.roll_back(shop.system, by="Dana Ortiz", reason="wrong queue") == ("2", "1")
