"""Many texts at once get the answer that each would get alone."""

import json
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.labels.exclusion import reason_to_leave_out, reasons_to_leave_out
from ecomintent.labels.languages import beyond_english, likelier_than_english

SAMPLES = Path(__file__).parents[3] / "data" / "samples"
FOREIGN = (
    "guten Tag, mein Paket ist leider immer noch nicht bei mir angekommen",
    "où est ma commande s'il vous plaît, je l'attends depuis lundi",
    "hola, ¿dónde está mi pedido? llevo una semana esperando por favor",
    "请问我的包裹在哪里",
    "मेरा पैकेज कहाँ है",
)
PIECES = st.sampled_from([*FOREIGN, "where is my parcel", "Automatic reply: away", "ÀÉÎ", "#12", "hi", "?", ""])


def sample_texts():
    lines = (SAMPLES / "starter.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines[:300]]


def test_sample_tickets_and_foreign_ones_are_told_apart_as_one_by_one():
    english, half = sample_texts(), [f"{text[:90]} {other}" for text in sample_texts()[:60] for other in FOREIGN]

    found = reasons_to_leave_out([*english, *FOREIGN, *half])

    assert found == [reason_to_leave_out(text) for text in (*english, *FOREIGN, *half)]
    assert found[len(english) : len(english) + len(FOREIGN)] == ["not_english"] * len(FOREIGN)
    assert 0 < found[-len(half) :].count("not_english") < len(half)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(PIECES, max_size=4).map(" ".join), max_size=8))
def test_what_stands_beside_a_text_does_not_matter(texts):
    assert reasons_to_leave_out(texts) == [reason_to_leave_out(text) for text in texts]


def test_where_it_is_close_the_library_decides():
    texts = [f"{text[:length]} {other}" for text in sample_texts()[:40] for other in FOREIGN for length in (12, 24)]
    leads = [beyond_english(text) for text in texts]
    margin = sorted(leads)[len(leads) * 2 // 3]

    assert likelier_than_english(texts, margin) == [lead >= margin for lead in leads]


def test_no_text_no_answer():
    assert reasons_to_leave_out([]) == []
    assert likelier_than_english([], 0.5) == []
