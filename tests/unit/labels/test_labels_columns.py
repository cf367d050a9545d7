"""Which columns a file must have, and what is said about those that look like them."""

import json

import pytest

from ecomintent.errors import InputError
from ecomintent.labels.columns import Columns, rows_of

COLUMNS = Columns(required=("text", "intent"), optional=("ticket_id",), aliases={"label": "intent", "id": "ticket_id"})


def csv(tmp_path, content):
    path = tmp_path / "may.csv"
    path.write_text(content, encoding="utf-8")
    return path


def jsonl(tmp_path, *rows):
    path = tmp_path / "may.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def fault(path):
    with pytest.raises(InputError) as caught:
        list(rows_of(path, COLUMNS))
    return str(caught.value).removeprefix(f"{path}: ")


def test_other_peoples_names_become_ours_and_further_columns_are_left_alone(tmp_path):
    path = csv(tmp_path, "id,text,label,licence\n7,hello,OTHER,none\n")

    assert list(rows_of(path, COLUMNS)) == [
        (2, {"ticket_id": "7", "intent": "OTHER", "id": "7", "text": "hello", "label": "OTHER", "licence": "none"})
    ]


def test_our_own_name_comes_before_its_alias(tmp_path):
    path = csv(tmp_path, "id,ticket_id,text,label,intent\n1,T-7,hello,x,OTHER\n")

    [(_, row)] = rows_of(path, COLUMNS)

    assert (row["ticket_id"], row["intent"]) == ("T-7", "OTHER")


def test_an_absent_column_names_those_found_those_needed_and_the_nearest(tmp_path):
    path = csv(tmp_path, "ticket,Text,intnet\n1,hello,OTHER\n")

    assert fault(path) == (
        "found the columns ticket, Text, intnet; needed are text and intent; "
        "did you mean 'text' by 'Text'?; did you mean 'intent' by 'intnet'?"
    )


def test_a_misspelt_optional_column_is_not_lost_without_a_word(tmp_path):
    path = csv(tmp_path, "Ticket ID,text,intent\n1,hello,OTHER\n")

    assert fault(path) == (
        "column 'Ticket ID' is not read, and 'ticket_id' is absent; rename it if it is meant, else drop it"
    )


def test_a_table_without_the_columns_is_refused_before_its_rows_are_read(tmp_path):
    path = csv(tmp_path, "body,topic\n" + "x,y\n" * 10)
    rows = rows_of(path, COLUMNS)

    with pytest.raises(InputError, match="found the columns body, topic; needed are text and intent"):
        next(rows)


def test_lines_of_json_may_leave_keys_out_as_long_as_the_file_has_them(tmp_path):
    path = jsonl(tmp_path, {"text": "hello"}, {"intent": "OTHER", "text": "hi"})

    assert [line for line, _ in rows_of(path, COLUMNS)] == [1, 2]


def test_lines_of_json_that_all_lack_a_column_are_another_file(tmp_path):
    path = jsonl(tmp_path, {"text": "hello"}, {"text": "hi", "topic": "x"})

    assert fault(path) == "found the columns text, topic; needed are text and intent"


def test_a_file_without_rows_says_so(tmp_path):
    assert fault(csv(tmp_path, "text,intent\n")) == "there is no row below the header; export it again"
