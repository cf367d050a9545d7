"""Who labels next sees no model's answer, and labels what the gate lacks."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent import params
from ecomintent.data import label_queue
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.data.label_queue import Draw, bill, discordant, drawn, read_recent, shuffled, write
from ecomintent.errors import InputError, TaxonomyError
from ecomintent.params import PrepareParams

PREPARE = params.section(Path(__file__).parents[3] / "params.yaml", "prepare", into=PrepareParams)

VERDICT = {
    "intents": {
        "WISMO": {"verdict": "INCONCLUSIVE", "n": 40, "tickets_needed": 65},
        "OTHER": {"verdict": "INCONCLUSIVE", "n": 40, "tickets_needed": None},
        "CANCEL_ORDER": {"verdict": "PASS", "n": 40, "tickets_needed": 80},
    }
}


def says(intent, word):
    """A model that gives `intent` to texts with `word`."""
    return lambda texts: [intent if word in text else "OTHER" for text in texts]


def draw(recent, wanted, models, frozen=None, learned=()):
    given_ = {"frozen": frozen or {}, "learned": learned, "models": models, "seed": "s", "params": PREPARE}
    return drawn(recent, wanted=wanted, **given_)


def recent(count, word):
    return {f"{word}{n}": f"{word} {n * 7919} question about order {n * 104729}" for n in range(count)}


@pytest.mark.parametrize(
    ("intents", "count", "wanted"),
    [
        ((), None, {"WISMO": 25}),
        ((), 5, {"WISMO": 5, "OTHER": 5}),
        (("WISMO",), None, {"WISMO": 25}),
        (("CANCEL_ORDER",), 8, {"CANCEL_ORDER": 8}),
    ],
)
def test_the_bill_is_the_verdicts_unless_a_person_says_otherwise(intents, count, wanted):
    assert bill(VERDICT, intents, count) == wanted


@pytest.mark.parametrize(("verdict", "intents"), [({}, ()), ({}, ("WISMO",)), (VERDICT, ("CANCEL_ORDER",))])
def test_a_bill_without_a_number_is_asked_for(verdict, intents):
    with pytest.raises(InputError, match="say it: --intent INTENT --count N"):
        bill(verdict, intents, None)


def test_an_intent_that_is_none_is_refused():
    with pytest.raises(TaxonomyError, match="Did you mean 'WISMO'"):
        bill({}, ("WISMOO",), 3)


def test_tickets_on_which_the_models_differ_are_queued_until_their_label_is_blind():
    rows = [FrozenRow(n, n, "WISMO", "", p) for n, p in [("a", "confirmed"), ("b", "blind"), ("c", "edited")]]
    answers = [{"id": n, "champion": "WISMO", "candidate": "OTHER"} for n in ("a", "b", "gone")]
    agreed = {"id": "c", "champion": "OTHER", "candidate": "OTHER"}

    assert discordant([*answers, agreed], rows) == rows[:1]
    assert discordant([{"id": "a", "champion": None, "candidate": "OTHER"}], rows) == []


def test_what_either_model_takes_for_the_intent_is_drawn_with_spares_and_a_fifth_at_random():
    texts = {**recent(10, "lamp"), **recent(10, "desk"), **recent(40, "chair")}

    found = draw(texts, {"WISMO": 16}, [says("WISMO", "lamp"), says("WISMO", "desk")])

    assert (found.by_intent, found.at_random, len(found.tickets)) == ({"WISMO": 20}, 5, 25)
    assert {name for name in texts if not name.startswith("chair")} <= set(found.tickets)


def test_no_ticket_of_the_frozen_set_or_of_training_is_drawn_nor_one_twice():
    texts = {
        "old": "where is my lamp that I ordered last week, I am waiting",
        "copied": "Where is the desk that I ordered last week? I am waiting",
        "trained": "can I cancel the chair that I ordered yesterday evening",
        "twin": "the kettle is broken and I want a new one please",
        "twin2": "The kettle is broken, and I want a new one please!",
    }
    frozen = {"old": texts["old"], "x": texts["copied"].upper()}

    found = draw(texts, {"WISMO": 9}, [says("WISMO", "")], frozen, [texts["trained"]])

    assert len(found.tickets) == 1
    assert set(found.tickets) < {"twin", "twin2"}
    assert found.left_out == {
        "in the frozen set": 1,
        "copies of frozen or training tickets": 2,
        "near-duplicates of another": 1,
    }


def test_models_are_asked_no_longer_than_needed(monkeypatch):
    monkeypatch.setattr(label_queue, "BATCH", 4)
    asked = []

    def model(texts):
        asked.extend(texts)
        return ["WISMO"] * len(texts)

    draw(recent(40, "lamp"), {"WISMO": 3}, [model])

    assert len(asked) == 4


@given(st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=20), st.text(max_size=5))
@settings(deadline=None)
def test_the_order_depends_on_nothing_but_the_ids_and_the_set(names, seed):
    assert shuffled(names, seed) == shuffled(sorted(names), seed)
    assert sorted(shuffled(names, seed)) == sorted(names)


def test_a_queue_shows_id_text_and_an_empty_label_and_reads_back(tmp_path):
    tickets = {"a": '1, 2\n\N{PACKAGE} "now"', "b": "hi"}

    write(tmp_path / "queue.csv", tickets, "seed")

    with (tmp_path / "queue.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert sorted(map(tuple, (row.items() for row in rows))) == [
        (("id", name), ("text", text), ("label", "")) for name, text in tickets.items()
    ]
    assert read_recent(tmp_path / "queue.csv") == tickets


def test_a_queue_with_labels_is_never_overwritten_and_one_without_is(tmp_path):
    path = tmp_path / "queue.csv"
    write(path, {"a": "hi"}, "seed")
    write(path, {"b": "ho"}, "seed")
    path.write_text("id,text,label\nb,ho,OTHER\n", encoding="utf-8")

    with pytest.raises(InputError, match="1 of its rows are labelled"):
        write(path, {"c": "hu"}, "seed")

    assert path.read_text(encoding="utf-8") == "id,text,label\nb,ho,OTHER\n"


@pytest.mark.parametrize("name", ["notes.csv", "queue.txt"])
def test_a_file_that_is_no_queue_is_never_overwritten(tmp_path, name):
    path = tmp_path / name
    path.write_text("my,notes\n1,2\n", encoding="utf-8")

    with pytest.raises(InputError):
        write(path, {"a": "hi"}, "seed")

    assert path.read_text(encoding="utf-8") == "my,notes\n1,2\n"


def test_an_id_that_stands_for_two_texts_is_refused(tmp_path):
    path = tmp_path / "recent.csv"
    path.write_text("id,text\na,hi\na,ho\n", encoding="utf-8")

    with pytest.raises(InputError, match=r"recent\.csv:3: id 'a' stands for another text above"):
        read_recent(path)


def test_nothing_to_draw_from_draws_nothing():
    assert draw({}, {"WISMO": 2}, [says("WISMO", "")]) == Draw(
        tickets={}, by_intent={"WISMO": 0}, at_random=0, left_out={}
    )
