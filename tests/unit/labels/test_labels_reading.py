"""A label file becomes corrections and refused rows; nothing is lost and nothing is guessed.

Over 250 lines: one table of row faults, which a reader checks against one reader.
"""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecomintent.errors import InputError
from ecomintent.labels.reading import read_labels
from ecomintent.records import Correction, Provenance, Refused
from tests.corrections import corrected

FULL = {
    "ticket_id": "T-1",
    "text": "where is my parcel",
    "intent": "WISMO",
    "created_at": "2026-05-04T13:30:00+02:00",
    "agent": "dana",
    "source": "desk",
    "provenance": "unchanged",
    "previous_intent": "WISMO",
}
KEPT = corrected(source="desk", provenance=Provenance.UNCHANGED, previous_intent="WISMO")


INTENTS = ("WISMO", "OTHER")


@pytest.fixture
def file(tmp_path):
    """Writes rows as a JSONL file; strings are written as they are."""

    def write(*rows):
        path = tmp_path / "may.jsonl"
        lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    return write


def reasons(refused):
    return {row.line: row.reason for row in refused}


def test_a_full_row_is_kept_as_it_is_but_for_its_time_in_utc(file):
    assert read_labels(file(FULL)) == ([KEPT], [])


def test_text_and_intent_are_enough(file):
    corrections, refused = read_labels(file({"text": "hello", "label": "OTHER"}))

    # sha256("hello") = 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824
    expected = Correction(
        ticket_id="t-2cf24dba5fb0a30e",
        text="hello",
        intent="OTHER",
        created_at="",
        agent="",
        source="file",
        provenance=Provenance.SET_FROM_BLANK,
        previous_intent="",
    )
    assert (corrections, refused) == ([expected], [])


@pytest.mark.parametrize(
    ("previous", "provenance"),
    [
        ("WISMO", Provenance.CONFIRMED),
        ("OTHER", Provenance.EDITED),
        ("", Provenance.SET_FROM_BLANK),
        (None, Provenance.SET_FROM_BLANK),
    ],
)
def test_without_a_provenance_the_previous_intent_tells_it(file, previous, provenance):
    [correction], _ = read_labels(file({"text": "late", "intent": "WISMO", "previous_intent": previous}))

    assert correction.provenance is provenance


def test_csv_and_parquet_say_the_same_as_jsonl(tmp_path, file):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "may.csv").write_text(",".join(FULL) + "\n" + ",".join(FULL.values()) + "\n", encoding="utf-8")
    pq.write_table(pa.Table.from_pylist([FULL]), tmp_path / "may.parquet")

    found = [read_labels(path) for path in (file(FULL), tmp_path / "may.csv", tmp_path / "may.parquet")]

    assert found == [([KEPT], [])] * 3


def test_a_refused_row_says_where_it_is_and_everything_that_is_wrong_with_it(file):
    row = {**FULL, "text": "a\0b", "intent": "RETURN", "created_at": "May", "provenance": "me", "previous_intent": "X"}

    corrections, refused = read_labels(file(FULL, row))

    assert corrections == [KEPT]
    assert refused == [
        Refused(
            file="may.jsonl",
            line=2,
            ticket_id="T-1",
            reason=(
                "text: character 2 is U+0000, a control character; remove it; "
                "intent: 'RETURN' is not one of the intents. Did you mean 'RETURN_REQUEST'? "
                "Intents are changed with ecomintent taxonomy, not in data; "
                "previous_intent: 'X' is not one of the intents. "
                "Intents are changed with ecomintent taxonomy, not in data; "
                "provenance: 'me'; allowed are confirmed, edited, set_from_blank, unchanged, rule, bot, own; "
                "created_at: 'May' is not a time in ISO 8601; write it as 2026-05-04T13:30:00+02:00"
            ),
            excerpt="a\\x00b",
        )
    ]


def test_identical_rows_count_once(file):
    assert read_labels(file(FULL, FULL, FULL)) == ([KEPT], [])


def test_one_ticket_with_several_intents_and_no_times_is_refused_on_all_its_lines(file):
    row = {"ticket_id": "T-1", "text": "late", "intent": "WISMO"}
    other = {**row, "intent": "OTHER"}

    corrections, refused = read_labels(file(row, {"text": "fine", "intent": "OTHER"}, other, row))

    assert [correction.text for correction in corrections] == ["fine"]
    told = "ticket 'T-1' carries several intents (see also line {}) and no created_at says which came last; "
    told += "give each its own time or keep one"
    assert reasons(refused) == {1: told.format("3"), 3: told.format("1, 4"), 4: told.format("3")}


@pytest.mark.parametrize(
    ("times", "kept"),
    [
        (("2026-05-04", "2026-05-05"), 2),
        (("2026-05-04T12:00:00+02:00", "2026-05-04T11:00:00+00:00"), 2),
        (("2026-05-04T12:00:00+02:00", "2026-05-04T10:00:00+00:00"), 0),
        (("2026-05-04", ""), 0),
        (("", ""), 0),
    ],
)
def test_several_intents_are_kept_only_where_every_time_orders_them(file, times, kept):
    rows = [{**FULL, "intent": intent, "created_at": time} for intent, time in zip(INTENTS, times, strict=True)]

    corrections, refused = read_labels(file(*rows))

    assert (len(corrections), len(refused)) == (kept, 2 - kept)


def test_several_rows_of_one_ticket_that_agree_need_no_times(file):
    rows = [{"ticket_id": "T-1", "text": text, "intent": "WISMO"} for text in ("late", "still late")]

    corrections, refused = read_labels(file(*rows))

    assert (len(corrections), refused) == (2, [])


def test_a_text_without_ticket_id_that_carries_two_intents_is_one_ticket_with_two(file):
    _, refused = read_labels(file({"text": "hm", "intent": "WISMO"}, {"text": "hm", "intent": "OTHER"}))

    assert list(reasons(refused)) == [1, 2]


def test_many_contradicting_rows_name_a_few_lines_and_count_the_rest(file):
    rows = [{"ticket_id": "T-1", "text": f"text {n}", "intent": INTENTS[n % 2]} for n in range(9)]

    _, refused = read_labels(file(*rows))

    assert "see also line 1, 2, 3, 4, 5 and 3 more)" in reasons(refused)[9]


def test_labels_of_another_source_go_through_the_map_or_are_refused(file):
    rows = [
        {"text": "where is it", "intent": "track_order", "previous_intent": "complaint"},
        {"text": "hm", "intent": "technical_issue"},
    ]

    [correction], refused = read_labels(file(*rows), source_map="ecomintent")

    assert (correction.intent, correction.previous_intent) == ("WISMO", "OTHER")
    assert reasons(refused)[2].startswith("intent: 'technical_issue' is not in the map 'ecomintent', version 1.")


def test_a_map_that_does_not_exist_is_named_before_anything_is_read(tmp_path):
    with pytest.raises(InputError, match="map 'zendesk': no such map; there are seed, ecomintent"):
        read_labels(tmp_path / "absent.csv", source_map="zendesk")


def test_a_ticket_of_the_frozen_set_is_refused(file):
    other = {**FULL, "ticket_id": "T-2", "text": "cancel it", "intent": "CANCEL_ORDER"}

    corrections, refused = read_labels(file(FULL, other), in_frozen_set=lambda text: text == "cancel it")

    assert corrections == [KEPT]
    assert reasons(refused) == {2: "the text is in the frozen set; it may not train: leave the row out"}


def test_a_file_name_that_is_not_unicode_is_written_with_escapes(tmp_path):
    path = tmp_path / "m\udce4rz.jsonl"
    path.write_text('{"text": "", "intent": "OTHER"}\n')

    _, [refused] = read_labels(path)

    assert refused.file == "m\\udce4rz.jsonl"


HOSTILE = {
    "a bomb of brackets": "[" * 5000,
    "not json": "{'text': 1}",
    "an array": "[1, 2]",
    "a number": "17",
    "half a surrogate pair": '{"text": "\\ud83d", "intent": "OTHER"}',
    "a NUL": '{"text": "a\\u0000b", "intent": "OTHER"}',
    "a terminal escape": '{"text": "\\u001b[2J", "intent": "OTHER"}',
    "no text": '{"intent": "OTHER"}',
    "no intent": '{"text": "hi"}',
    "nothing": "{}",
    "a null": '{"text": null, "intent": null}',
    "numbers": '{"text": 17, "intent": 17}',
    "objects": '{"text": {"a": 1}, "intent": ["OTHER"]}',
    "an endless text": json.dumps({"text": "x" * 2_000_000, "intent": "OTHER"}),
    "an endless label": json.dumps({"text": "hi", "intent": "W" * 2_000_000}),
    "an endless id": json.dumps({"text": "hi", "intent": "OTHER", "ticket_id": "7" * 2_000_000}),
    "a time that overflows": '{"text": "hi", "intent": "OTHER", "created_at": "9999-12-31T23:59:59-12:00"}',
    "not a number": '{"text": "hi", "intent": "OTHER", "created_at": NaN}',
    "a lower case intent": '{"text": "hi", "intent": "wismo"}',
    "an intent with a homoglyph": '{"text": "hi", "intent": "WІSMO"}',
    "only invisible characters": '{"text": "\\u200b\\u2060", "intent": "OTHER"}',
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_row_is_refused_with_a_reason_and_the_others_are_kept(file, line):
    corrections, refused = read_labels(file(FULL, line))

    assert corrections == [KEPT]
    assert [row.line for row in refused] == [2]
    assert 10 < len(refused[0].reason) < 600
    assert (refused[0].reason + refused[0].ticket_id + refused[0].excerpt).isprintable()


CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.sampled_from(["WISMO", "OTHER", "T-1", "2026-05-04", "confirmed", "\ud800", "\0", "x" * 300]),
    st.integers(),
    st.floats(),
    st.lists(st.integers(), max_size=2),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(FULL, CELLS)), max_size=6))
def test_every_row_ends_kept_or_refused_whatever_it_holds(file, rows):
    anchor = {**FULL, "ticket_id": "anchor"}

    corrections, refused = read_labels(file(anchor, *rows))

    refused_lines = {row.line for row in refused}
    kept = {number for number in range(1, len(rows) + 2) if number not in refused_lines}
    assert replace(KEPT, ticket_id="anchor") in corrections
    assert 1 <= len(corrections) <= len(kept)
    assert all(row.reason for row in refused)
