"""The bundled samples keep their promises: counts, no near-duplicates, importable without a refusal."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from ecomintent.data.leakage import near_duplicate_groups
from ecomintent.labels.reading import read_labels
from ecomintent.taxonomy import NAMES

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
LEAST = {"starter": 400, "frozen": 30, "corrections-month1": 16, "corrections-month2": 16}


def rows(name):
    return [json.loads(line) for line in (SAMPLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_every_intent_has_its_least_number_of_tickets(name, least):
    counts = Counter(row.get("intent") or row["label"] for row in rows(name))

    assert set(counts) == set(NAMES)
    assert min(counts.values()) >= least


def test_no_two_sample_tickets_are_near_duplicates_within_or_across_files():
    texts = [row["text"] for name in [*LEAST, "corrections-month3", "recent"] for row in rows(name)]

    groups = near_duplicate_groups(texts, jaccard=0.8, permutations=128, shingle_chars=5)

    assert len(set(groups)) == len(texts) == 12773


def test_every_recent_ticket_has_one_label_in_the_file_beside_it():
    with (SAMPLES / "recent-labels.csv").open(encoding="utf-8", newline="") as lines:
        labels = list(csv.DictReader(lines))

    assert [row["id"] for row in labels] == [row["id"] for row in rows("recent")]
    assert Counter(row["label"] for row in labels).keys() == set(NAMES)
    assert all(set(row) == {"id", "text"} for row in rows("recent"))


@pytest.mark.parametrize(("week", "agent"), [("careless", "temp"), ("repaired", "dana")])
def test_the_careless_week_and_its_repair_are_the_same_tickets_with_two_answers(week, agent):
    corrections, refused = read_labels(SAMPLES / f"corrections-{week}.jsonl")

    wrong, right = rows("corrections-careless"), rows("corrections-repaired")
    assert (len(corrections), refused) == (175, [])
    assert {correction.agent for correction in corrections} == {agent}
    assert [(row["ticket_id"], row["text"]) for row in wrong] == [(row["ticket_id"], row["text"]) for row in right]
    assert {row["intent"] for row in wrong} == {"RETURN_REQUEST"}
    assert {row["intent"] for row in right} == {"EXCHANGE_REQUEST"}


@pytest.mark.parametrize(("month", "rows_n"), [("month1", 216), ("month2", 216), ("month3", 200)])
def test_a_month_of_corrections_is_taken_whole_and_most_of_it_changed_the_intent(month, rows_n):
    corrections, refused = read_labels(SAMPLES / f"corrections-{month}.jsonl")

    assert (len(corrections), refused) == (rows_n, [])
    assert 0.7 < sum(c.intent != c.previous_intent for c in corrections) / len(corrections) < 0.9
