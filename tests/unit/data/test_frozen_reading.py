"""A frozen set comes whole or not at all, and equal tickets give the same bytes."""

import json
from dataclasses import asdict
from itertools import permutations
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ecomintent import params
from ecomintent.data.frozen import COLUMNS, sealed_digest
from ecomintent.data.frozen_reading import FrozenRow, read_frozen, read_tickets, write_frozen
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.params import PrepareParams
from ecomintent.taxonomy import NAMES

ROOT = Path(__file__).parents[3]
PREPARE = params.section(ROOT / "params.yaml", "prepare", into=PrepareParams)

LATE = FrozenRow("F-2", "where is my parcel", "WISMO", "", "blind")
SIZE = FrozenRow("F-1", "the blue one in L please", "EXCHANGE_REQUEST", "", "confirmed")


def written(folder, *rows):
    path = folder / "frozen.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read(path, min_tickets=0):
    return read_frozen(path, params=PREPARE, min_tickets=min_tickets)


def refused(path):
    with pytest.raises(InputError) as caught:
        read(path)
    return str(caught.value).removeprefix(
        f"{path}: nothing is taken, a frozen set comes whole or not at all; mend and import again: "
    )


def test_rows_of_a_file_with_all_columns_are_taken_as_they_are_in_the_order_of_ids(tmp_path):
    rows, warnings = read(written(tmp_path, asdict(LATE), asdict(SIZE)))

    assert (rows, warnings) == ([SIZE, LATE], [])


def test_text_and_label_are_enough(tmp_path):
    rows, _ = read(written(tmp_path, {"text": "hello", "intent": "OTHER"}))

    # sha256("hello") = 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
    assert rows == [FrozenRow("f-2cf24dba5fb0a30e", "hello", "OTHER", "f-2cf24dba5fb0a30e", "confirmed")]


def test_without_a_group_column_near_duplicates_are_named_by_their_smallest_id(tmp_path):
    text = "hello, I still wait for the blue lamp that I ordered on the second of May, where is it"
    rows = [
        {"id": "c", "text": text + "?", "label": "WISMO"},
        {"id": "b", "text": "can I get my money back", "label": "RETURN_REQUEST"},
        {"id": "a", "text": text.upper() + " now?", "label": "WISMO"},
    ]

    found, _ = read(written(tmp_path, *rows))

    assert {row.id: row.group for row in found} == {"a": "a", "b": "b", "c": "a"}


def test_identical_rows_count_once(tmp_path):
    rows, _ = read(written(tmp_path, asdict(LATE), asdict(LATE)))

    assert rows == [LATE]


def test_one_bad_row_refuses_the_whole_file_and_the_first_three_lines_are_named(tmp_path):
    bad = [
        {"id": "1", "text": "", "label": "OTHER"},
        {"id": "2", "text": "hi", "label": "RETURN"},
        {"id": "3", "text": "hi", "label": "OTHER", "provenance": "own guess"},
        {"id": "4", "text": "a\0b", "label": "OTHER"},
        {"id": "5", "text": "hi", "label": ""},
    ]

    assert refused(written(tmp_path, asdict(LATE), *bad)) == (
        "line 2: text: empty; a ticket needs its text: fill it in or leave the row out; "
        "line 3: label: 'RETURN' is not one of the intents. Did you mean 'RETURN_REQUEST'? "
        "Intents are changed with ecomintent taxonomy, not in data.; "
        "line 4: provenance: 'own guess'; allowed are blind, confirmed, edited; and 2 more"
    )


def test_a_line_that_is_no_row_refuses_the_whole_file(tmp_path):
    path = written(tmp_path, asdict(LATE))
    path.write_text(path.read_text() + "{broken\n")

    assert refused(path).startswith("line 2: not readable as JSON: ")


@pytest.mark.parametrize("column", ["text", "label", "group", "provenance"])
def test_one_id_with_other_content_refuses_the_whole_file(tmp_path, column):
    other = {**asdict(LATE), "text": "x", "label": "OTHER", "group": "g", "provenance": "edited"}
    again = {**asdict(LATE), column: other[column]}

    assert refused(written(tmp_path, asdict(LATE), again)) == (
        "line 2: id 'F-2' is on line 1 with other content; give each ticket its own"
    )


def test_a_text_without_id_that_carries_two_labels_refuses_the_whole_file(tmp_path):
    path = written(tmp_path, {"text": "hello", "label": "OTHER"}, {"text": "hello", "label": "WISMO"})

    assert refused(path) == (
        "line 2: id 'f-2cf24dba5fb0a30e' is on line 1 with other content; give each ticket its own"
    )


def test_an_intent_with_too_few_independent_tickets_is_warned_about(tmp_path):
    enough = [asdict(FrozenRow(f"{name}-{n}", f"{name} {n}", name, "", "blind")) for name in NAMES for n in range(2)]
    folded = [row | {"group": "g" if row["label"] == "WISMO" else ""} for row in enough]

    _, warnings = read(written(tmp_path, *(row for row in folded if row["label"] != "OTHER")), min_tickets=2)

    assert warnings == [
        "WISMO has 1 independent tickets; with fewer than 2 the gate cannot PASS it: label 1 more",
        "OTHER has 0 independent tickets; with fewer than 2 the gate cannot PASS it: label 2 more",
    ]


def test_equal_rows_in_any_order_give_equal_bytes_and_the_seal_the_stages_compute(tmp_path):
    rows = [LATE, SIZE, FrozenRow("F-3", "Zoë's \N{PACKAGE}", "OTHER", "g", "blind")]

    sealed = [write_frozen(order, tmp_path / f"{n}.parquet") for n, order in enumerate(permutations(rows))]

    assert len({(tmp_path / f"{n}.parquet").read_bytes() for n in range(6)}) == 1
    table = pq.read_table(tmp_path / "0.parquet")
    assert table.schema.names == list(COLUMNS)
    assert table.to_pylist() == [asdict(row) for row in sorted(rows, key=lambda row: row.id)]
    assert {(one.digest, one.rows) for one in sealed} == {(sealed_digest(table.to_pylist()), 3)}


def test_any_change_of_a_ticket_changes_the_seal(tmp_path):
    changed = [
        LATE,
        *(FrozenRow(**{**asdict(LATE), name: f"{value}x"}) for name, value in asdict(LATE).items()),
    ]

    digests = {write_frozen([row], tmp_path / "frozen.parquet").digest for row in changed}

    assert len(digests) == 6


def test_the_bundled_frozen_set_is_taken_whole_without_a_warning():
    path = ROOT / "data/samples/frozen.jsonl"

    rows, warnings = read(path, min_tickets=30)

    assert (len(rows), warnings) == (len(path.read_text(encoding="utf-8").splitlines()), [])


@pytest.mark.parametrize("step", ["model-assisted", "set_from_blank", "unchanged", "rule", "bot", "own"])
def test_a_label_that_no_person_stands_for_alone_is_refused_and_sent_to_blind_labelling(tmp_path, step):
    path = written(tmp_path, asdict(LATE), asdict(SIZE) | {"provenance": step})

    assert refused(path) == (
        f"line 2: provenance: '{step}' is not enough for a frozen ticket; relabel it blind: ecomintent frozen queue"
    )


@pytest.mark.parametrize("step", ["blind", "confirmed", "edited"])
def test_the_two_highest_steps_enter_under_their_own_word(tmp_path, step):
    rows, warnings = read(written(tmp_path, asdict(LATE) | {"provenance": step}))

    assert ([row.provenance for row in rows], warnings) == ([step], [])


def test_a_file_without_provenance_counts_as_confirmed_with_one_warning(tmp_path):
    rows, warnings = read(written(tmp_path, *({"id": n, "text": f"hello {n}", "label": "OTHER"} for n in "ab")))

    assert {row.provenance for row in rows} == {"confirmed"}
    assert warnings == [
        "2 tickets say no provenance and count as confirmed; "
        "write 'blind' in a column 'provenance' where the labeller saw no model's answer"
    ]


def test_a_queued_ticket_counts_as_blind_only_under_its_own_text(tmp_path):
    path = written(
        tmp_path,
        {"id": "a", "text": "Where is it?", "label": "WISMO"},
        {"id": "b", "text": "another text", "label": "WISMO"},
        {"id": "c", "text": "not looked at yet", "label": " "},
    )
    queued = {"a": text_key("where is it"), "b": text_key("cancel it")}

    found = read_tickets(path, queued=queued, partly=True)

    assert {row.id: row.provenance for row in found.rows} == {"a": "blind", "b": "confirmed"}
    assert (found.unlabelled, found.unsaid, found.grouped) == (1, 1, False)
