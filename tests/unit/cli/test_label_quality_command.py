"""`ecomintent labels agreement | agents | issues | held | release` as a person calls them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ecomintent.adapters import system
from ecomintent.cli.labels import labels
from ecomintent.errors import InputError
from ecomintent.records import Correction, Provenance

ROOT = Path(__file__).parents[3]
BY = ("--by", "Dana Ortiz", "--reason", "read them")


@pytest.fixture
def called(tmp_path, monkeypatch):
    monkeypatch.setenv("ECOMINTENT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ECOMINTENT_PROJECT", str(ROOT))
    monkeypatch.delenv("ECOMINTENT_DATABASE_URL", raising=False)
    monkeypatch.delenv("ECOMINTENT_PARAMS", raising=False)
    return lambda *words: CliRunner().invoke(labels, words)


def correction(ticket, agent, intent, at, text=""):
    return Correction(
        ticket_id=ticket,
        text=text or f"text of {ticket}",
        intent=intent,
        created_at=f"2026-05-20T{at}+00:00",
        agent=agent,
        source="shop",
        provenance=Provenance.EDITED,
        previous_intent="",
    )


BULK = [correction(f"B-{number}", "temp", "OTHER", f"09:00:0{number % 5}") for number in range(12)]
READ = [correction(f"R-{number}", "asha", "WISMO", f"1{number}:30:00") for number in range(4)]


def store(*corrections):
    system.current().labels.add(corrections, [])


def test_held_labels_are_told_with_their_reason(called):
    store(*BULK, *READ)

    said = called("held").output.splitlines()
    told = json.loads(called("held", "--json").output)

    assert said[0] == "12 labels are held, 4 train"
    assert said[1] == (
        "12 by bulk_edit: agent temp put 12 tickets under OTHER in one go, at least 10 within any 10 seconds of it"
    )
    assert said[3].split() == ["B-0", "temp", "OTHER", "bulk_edit"]
    assert [one["ticket_id"] for one in told["held"]] == sorted(one.ticket_id for one in BULK)
    assert "text of" not in called("held", "--json").output


def test_one_ticket_is_released_and_the_others_stay_held(called):
    store(*BULK)

    assert called("release", "B-3", *BY).output == "released 1; they train from the next retrain on\n"

    assert called("held").output.splitlines()[0] == "11 labels are held, 1 train"


def test_all_labels_of_an_agent_are_released_at_once(called):
    store(*BULK)

    assert json.loads(called("release", "--agent", "temp", *BY, "--json").output) == {"released": 12}

    assert called("held").output == "0 labels are held, 12 train\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("R-1", *BY), "ticket R-1: none of its labels is held; see: ecomintent labels held"),
        (("--agent", "asha", *BY), "agent asha: none of its labels is held; see: ecomintent labels held"),
        (("B-1", "--by", " ", "--reason", "x"), "--by: empty; a release is bound to a person and a reason"),
        (("B-1", "--by", "Dana Ortiz", "--reason", ""), "--reason: empty; a release is bound to a person and a reason"),
    ],
)
def test_a_release_of_nothing_or_by_nobody_is_one_line(called, words, said):
    store(*BULK, *READ)

    done = called("release", *words)

    assert (type(done.exception), str(done.exception)) == (InputError, said)
    assert system.current().held_releases.released() == frozenset()


@pytest.mark.parametrize("words", [BY, ("B-1", "--agent", "temp", *BY)])
def test_a_release_needs_a_ticket_or_an_agent_and_not_both(called, words):
    assert "give either TICKET or --agent ID" in called("release", *words).output


def test_agreement_names_the_intents_that_are_mixed_up(called):
    store(
        correction("T-1", "asha", "WISMO", "10:00:00"),
        correction("T-1", "bence", "OTHER", "11:00:00"),
        correction("T-2", "asha", "WISMO", "10:10:00"),
        correction("T-2", "bence", "WISMO", "11:10:00"),
    )

    said = called("agreement").output.splitlines()
    told = json.loads(called("agreement", "--json").output)

    assert said[:2] == [
        "2 of 2 texts were labelled by two agents or more",
        "agreeing pairs 50.0 %, Krippendorff's alpha 0.00, on 4 labels",
    ]
    assert said[3].split() == ["OTHER", "WISMO", "1"]
    assert told["confusions"] == [{"intents": ["OTHER", "WISMO"], "pairs": 1}]


def test_with_no_shared_text_agreement_is_a_dash(called):
    store(*READ)

    assert called("agreement").output == (
        "0 of 4 texts were labelled by two agents or more\nagreeing pairs - %, Krippendorff's alpha -, on 0 labels\n"
    )


def test_agents_without_shared_texts_have_dashes_and_no_customer_is_named(called):
    store(correction("T-1", "asha", "WISMO", "10:00:00", "where is my parcel, tracking says delivered"))

    said = called("agents").output.splitlines()

    assert said[0].split("  ")[0] == "agent"
    assert said[1].split()[:5] == ["asha", "1", "0", "-", "-"]
    assert len(said) == 2


def test_no_labels_no_agents(called):
    assert called("agents").output == "no agent labelled anything yet\n"


def test_an_issue_is_shown_with_what_is_more_likely(called):
    wrong = correction("T-1", "asha", "CANCEL_ORDER", "10:00:00", "my card was charged twice for one order, refund it")
    store(wrong, correction("T-2", "asha", "WISMO", "10:10:00", "where is my parcel? tracking is stuck"))

    said = called("issues", "--top", "1").output.splitlines()
    told = json.loads(called("issues", "--json").output)

    assert said[0].startswith("2 labels count, ")
    assert len(said) == 3
    assert said[2].startswith("T-1 ")
    assert (told[0]["ticket_id"], told[0]["suggested"]) == ("T-1", "BILLING_DISPUTE")
    assert told[0]["score"] < told[1]["score"]
