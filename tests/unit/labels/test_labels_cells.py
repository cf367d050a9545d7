"""What one cell may hold, and what is said about it when it may not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecomintent.errors import InputError
from ecomintent.labels import cells


def fault(check, *args, **kwargs):
    with pytest.raises(InputError) as caught:
        check(*args, **kwargs)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-05-04T13:30:00+02:00", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04T13:30:00+0200", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04T11:30:00Z", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04t11:30:00z", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04 11:30:00", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04 11:30", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04", "2026-05-04T00:00:00+00:00"),
        (" 2026-05-04T11:30:00.987654321 +00:00 ", "2026-05-04T11:30:00+00:00"),
        ("2026-05-04T11:30:00,9", "2026-05-04T11:30:00+00:00"),
        ("2000-01-01T00:30:00+00:30", "2000-01-01T00:00:00+00:00"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_time_is_kept_in_utc_to_the_second(written, kept):
    assert cells.created_at(written) == kept


@pytest.mark.parametrize(
    "written",
    [
        "04/05/2026",
        "1756700000",
        "20260504",
        "2026-W19-1",
        "2026-02-30",
        "2026-05-04T24:00:00",
        "yesterday",
        "٢٠٢٦-٠٥-٠٤",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_a_time_that_is_not_iso_8601_says_how_to_write_it(written):
    assert fault(cells.created_at, written) == (
        f"created_at: {written!r} is not a time in ISO 8601; write it as 2026-05-04T13:30:00+02:00"
    )


@pytest.mark.parametrize("written", ["1999-12-31T23:59:59Z", "1970-01-01", "2000-01-01T00:00:00+01:00", "2100-01-01"])
def test_a_time_of_a_broken_clock_says_what_is_allowed(written):
    assert fault(cells.created_at, written) == (
        f"created_at: {written!r} lies outside 2000-2099; correct it or leave it empty"
    )


@given(st.text(max_size=40))
def test_whatever_stands_in_a_time_cell_ends_as_utc_or_as_a_fault(written):
    try:
        kept = cells.created_at(written)
    except InputError:
        return

    assert re.fullmatch(r"(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00)?", kept)


@pytest.mark.parametrize("empty", [None, "", "  \n\t", "\u200b\ufeff", "\u00a0\u2003"])
def test_a_text_without_anything_visible_is_empty(empty):
    assert fault(cells.text, empty) == ("text: empty; a ticket needs its text: fill it in or leave the row out")


def test_a_text_of_two_megabytes_says_how_much_is_taken():
    assert fault(cells.text, "x" * 2_000_000) == (
        "text: 2,000,000 characters; at most 20,000 are taken: cut it to what the customer wrote"
    )


def test_a_text_of_just_the_longest_length_is_kept():
    assert cells.text("x" * 20_000) == "x" * 20_000


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ab\0c", "text: character 3 is U+0000, a control character; remove it"),
        ("\x1b[31mred", "text: character 1 is U+001B, a control character; remove it"),
        ("quote \x93", "text: character 7 is U+0093, a control character; remove it"),
        ("\ud83d", "text: character 1 is U+D83D, half a surrogate pair, which is broken encoding; remove it"),
    ],
)
def test_characters_that_are_none_are_named_with_their_place(text, told):
    assert fault(cells.text, text) == told


@pytest.mark.parametrize("text", ["first line\r\nsecond\tcolumn", "❤️ 👩‍👩‍👧", "नमस्ते", "אבג", "caf\u00e9 \u202b?", "?"])
def test_what_people_type_is_kept_as_it_is(text):
    assert cells.text(text) == text


def test_an_unknown_intent_names_the_nearest():
    told = fault(cells.intent, "RETURN", name="intent", map_name=None, needed=True)

    assert told == (
        "intent: 'RETURN' is not one of the intents. Did you mean 'RETURN_REQUEST'? "
        "Intents are changed with ecomintent taxonomy, not in data."
    )


def test_a_label_of_another_source_is_mapped():
    assert cells.intent(" Track_Order", name="intent", map_name="ecomintent", needed=True) == "WISMO"


@pytest.mark.parametrize("label", ["change_order", "WISMO", "something else"])
def test_an_unmapped_label_is_a_fault_and_never_other(label):
    told = fault(cells.intent, label, name="intent", map_name="ecomintent", needed=True)

    assert told.startswith(f"intent: {label!r} is not in the map 'ecomintent', version 1.")
    assert told.endswith("A label without an intent does not become OTHER: correct it or leave the row out.")


def test_no_intent_at_all_lists_the_nine():
    assert fault(cells.intent, " ", name="intent", map_name=None, needed=True).startswith(
        "intent: empty; write one of WISMO, RETURN_REQUEST, "
    )


def test_a_provenance_that_is_none_of_ours_lists_those_there_are():
    assert fault(cells.provenance, "Confirmd") == (
        "provenance: 'Confirmd'; allowed are confirmed, edited, set_from_blank, unchanged, rule, bot, own; "
        "did you mean 'confirmed'?"
    )


def test_an_overlong_field_is_not_quoted():
    assert fault(cells.field, "x" * 201, name="agent") == (
        "agent: 201 characters; at most 200 are taken: check that the columns are not mixed up"
    )


def test_a_ticket_id_keeps_its_leading_zeros_and_spaces():
    assert cells.field(" 007", name="ticket_id") == " 007"
