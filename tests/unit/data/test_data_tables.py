import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecomintent.errors import InputError
from ecomintent.labels.tables import Fault, excerpt, read_rows


def rows_of(tmp_path, content, name="labels.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return list(read_rows(path))


def test_a_row_after_a_cell_of_three_lines_keeps_the_line_an_editor_shows(tmp_path):
    rows = rows_of(tmp_path, 'id,text\n1,"a\nb\nc"\n\n2,d\n')

    assert rows == [(2, {"id": "1", "text": "a\nb\nc"}), (6, {"id": "2", "text": "d"})]


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffid,text\n1,a\n",
        "id;text\n1;a\n",
        "id\ttext\n1\ta\n",
        "id,text\r\n1,a\r\n",
        "id,text\r1,a\r",
        "id,text\n1,a",
    ],
    ids=["byte order mark", "semicolon", "tab", "CRLF", "lone CR", "no last newline"],
)
def test_what_spreadsheets_write_is_the_same_table(tmp_path, content):
    assert rows_of(tmp_path, content) == [(2, {"id": "1", "text": "a"})]


def test_a_nul_byte_reaches_the_row_checks(tmp_path):
    assert rows_of(tmp_path, "text\na\0b\n") == [(2, {"text": "a\0b"})]


def test_a_cell_of_a_megabyte_is_read(tmp_path):
    rows = rows_of(tmp_path, "text\n" + "x" * 1_000_000 + "\n")

    assert len(rows[0][1]["text"]) == 1_000_000


def test_a_short_row_has_no_value_and_a_blank_cell_an_empty_one(tmp_path):
    assert rows_of(tmp_path, "id,text,intent\n1,\n") == [(2, {"id": "1", "text": "", "intent": None})]


def test_a_row_with_too_many_cells_is_a_fault_of_its_line(tmp_path):
    rows = rows_of(tmp_path, "id,text\n1,late, very late\n2,ok\n")

    reason = "3 cells where the header has 2; quote a text that holds a delimiter"
    assert rows == [(2, Fault(reason=reason, excerpt="1 | late |  very late")), (3, {"id": "2", "text": "ok"})]


def test_trailing_commas_are_no_fault(tmp_path):
    assert rows_of(tmp_path, "id,text,,\n1,a,,\n,,,\n") == [(2, {"id": "1", "text": "a"})]


def test_a_stray_quote_costs_its_own_row_only(tmp_path):
    rows = rows_of(tmp_path, 'id,text\n1,"a "big" box"\n2,b\n')

    assert [line for line, _ in rows] == [2, 3]
    assert isinstance(rows[0][1], Fault)
    assert rows[1][1] == {"id": "2", "text": "b"}


def test_an_unclosed_quote_is_an_error_because_it_swallows_the_rest(tmp_path):
    with pytest.raises(InputError, match=r"labels.csv:3: a quote opened here is never closed"):
        rows_of(tmp_path, 'id,text\n1,a\n2,"b\n3,c\n')


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
def test_bytes_that_are_not_utf8_are_located(tmp_path, name):
    with pytest.raises(InputError, match=r"byte 8 \(line 3\) is not UTF-8; save the file as UTF-8"):
        rows_of(tmp_path, b'"t"\n\n"ca\xe9"\n', name)


def test_utf16_is_told_apart_at_once(tmp_path):
    with pytest.raises(InputError, match=r"byte 0 \(line 1\) is not UTF-8"):
        rows_of(tmp_path, "id,text\n1,a\n".encode("utf-16"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("labels.csv", "", "the file is empty"),
        ("labels.csv", "\n\n,,\n", "there is no header"),
        ("labels.csv", "text,text\na,b\n", "no usable header: the first line has 'text' twice"),
        ("labels.xls", "PK", r"\.xls is not read; allowed are \.csv, \.jsonl, \.parquet, \.xlsx"),
        ("labels", "a", "a name without an ending is not read"),
        ("labels.parquet", "PAR1nonsense", "not a readable Parquet file"),
    ],
)
def test_a_file_that_is_no_table_is_explained(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        rows_of(tmp_path, content, name)


@pytest.mark.parametrize("name", ["absent.csv", "absent.jsonl", "absent.parquet"])
def test_an_absent_file_is_refused_before_the_first_row_is_asked_for(tmp_path, name):
    with pytest.raises(InputError, match=r"cannot be read \(No such file"):
        read_rows(tmp_path / name)


def test_a_folder_is_not_a_file(tmp_path):
    (tmp_path / "labels.csv").mkdir()

    with pytest.raises(InputError, match="cannot be read"):
        read_rows(tmp_path / "labels.csv")


def test_a_broken_json_line_is_a_fault_and_the_others_are_rows(tmp_path):
    rows = rows_of(tmp_path, '{"text": "a"}\n\n{"text": \n[1]\n{"text": "\\ud800"}\n{"text": "b"}', "x.jsonl")

    assert rows == [
        (1, {"text": "a"}),
        (3, Fault(reason="not readable as JSON: Expecting value", excerpt='{"text":')),
        (4, Fault(reason="not a JSON object; each line holds one row as {...}", excerpt="[1]")),
        (5, Fault(reason="holds half a surrogate pair, which is not a character", excerpt='{"text": "\\ud800"}')),
        (6, {"text": "b"}),
    ]


def test_json_nested_beyond_all_reason_is_a_fault(tmp_path):
    [(line, row)] = rows_of(tmp_path, "[" * 200_000, "x.jsonl")

    assert (line, row.reason) == (1, "not readable as JSON: nested too deeply")


def test_json_values_stay_as_they_are_written(tmp_path):
    line = '{"id": 12345678901234567890123, "price": 1.10, "vip": true, "agent": null, "tags": ["a", 1], "x": NaN}'

    assert rows_of(tmp_path, line, "x.jsonl") == [
        (
            1,
            {
                "id": "12345678901234567890123",
                "price": "1.10",
                "vip": "true",
                "agent": None,
                "tags": '["a", "1"]',
                "x": "NaN",
            },
        )
    ]


def test_whole_numbers_that_pandas_made_floats_are_whole_again(tmp_path):
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"id": [17.0, None, float("nan")], "text": ["a", None, "c"]}), path)

    assert list(read_rows(path)) == [
        (1, {"id": "17", "text": "a"}),
        (2, {"id": None, "text": None}),
        (3, {"id": None, "text": "c"}),
    ]


def test_an_excerpt_is_short_and_hides_no_control_character():
    assert excerpt("a\0b\n\x1b[31m" + "x" * 200) == "a\\x00b\\n\\x1b[31m" + "x" * 64


TEXTS = st.text(st.sampled_from("ab,;|'\"\\ \t\r\n\0\u2028\u00e9\ufeff\U0001f4e6"), max_size=12)
CELLS = st.lists(TEXTS, min_size=2, max_size=2)


@settings(deadline=None, max_examples=60)
@given(st.lists(CELLS.filter(lambda cells: any(cell.strip() for cell in cells))))
def test_every_table_that_csv_can_hold_comes_back(tmp_path_factory, cells):
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([["id", "text"], *cells])
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    path.write_bytes(text.getvalue().encode("utf-8"))

    assert [list(row.values()) for _, row in read_rows(path)] == cells


@settings(deadline=None, max_examples=60)
@given(st.lists(st.dictionaries(TEXTS, st.none() | TEXTS, max_size=4), max_size=6))
def test_every_json_row_comes_back_under_its_line(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("jsonl") / "x.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"last": "1"}]), encoding="utf-8")

    assert list(read_rows(path)) == list(enumerate([*rows, {"last": "1"}], start=1))
