"""Excel workbooks are read as tables; formulas, damage and bombs are refused in one line."""

import io
import zipfile
from datetime import datetime

import pytest
from openpyxl import Workbook

from ecomintent.errors import InputError
from ecomintent.labels import workbooks
from ecomintent.labels.reading import read_labels
from ecomintent.labels.tables import Fault, read_rows


@pytest.fixture
def workbook(tmp_path):
    """Writes rows of cells into the first sheet."""

    def write(*rows):
        made = Workbook()
        for row in rows:
            made.active.append(row)
        made.create_sheet("notes").append(["not", "read"])
        path = tmp_path / "May labels.xlsx"
        made.save(path)
        return path

    return write


HEADER = ["ticket_id", "text", "intent", "created_at"]


def test_the_first_sheet_is_read_with_the_row_numbers_that_excel_shows(workbook):
    moment = datetime(2026, 5, 4, 11, 30)
    path = workbook(HEADER, [17, "late", "WISMO", moment], [], ["18", "broken", "DAMAGED_ITEM", None])

    assert list(read_rows(path)) == [
        (2, {"ticket_id": "17", "text": "late", "intent": "WISMO", "created_at": "2026-05-04T11:30:00"}),
        (4, {"ticket_id": "18", "text": "broken", "intent": "DAMAGED_ITEM", "created_at": None}),
    ]


def test_a_row_with_a_formula_is_refused_and_the_others_are_kept(workbook):
    path = workbook(HEADER, [1, '=HYPERLINK("https://example.com")', "OTHER", None], [2, "late", "WISMO", None])

    corrections, refused = read_labels(path)

    assert [one.ticket_id for one in corrections] == ["2"]
    assert [(row.line, "formula" in row.reason) for row in refused] == [(2, True)]


def test_a_text_that_looks_like_a_formula_but_is_none_is_kept(workbook):
    made = workbook(HEADER, ["1", "x", "OTHER", None])
    path = made.with_name("quoted.xlsx")
    book = Workbook()
    book.active.append(HEADER)
    book.active.append(["1", None, "OTHER", None])
    book.active["B2"].value = "=1+1"
    book.active["B2"].data_type = "s"
    book.save(path)

    assert [one.text for one in read_labels(path)[0]] == ["=1+1"]


def test_cells_beyond_the_header_are_a_fault(workbook):
    [(line, row)] = list(read_rows(workbook(HEADER, [1, "late", "WISMO", None, "and more"])))

    assert line == 2
    assert isinstance(row, Fault)


def test_a_blank_workbook_has_no_header(workbook):
    with pytest.raises(InputError, match="there is no header"):
        list(read_rows(workbook()))


def test_a_part_that_unpacks_to_a_hundred_megabytes_is_refused_before_it_is_unpacked(workbook):
    path = workbook(HEADER, [1, "late", "WISMO", None])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/bomb.xml", b"0" * (64 * workbooks.MIB))

    with pytest.raises(InputError, match=r"bomb\.xml unpacks to 64 MiB"):
        list(read_rows(path))


def test_a_file_whose_parts_are_too_large_together_is_refused(workbook, monkeypatch):
    path = workbook(HEADER, [1, "late", "WISMO", None])
    monkeypatch.setattr(workbooks, "UNPACKED", 1000)

    with pytest.raises(InputError, match="when unpacked; at most 0"):
        list(read_rows(path))


def test_a_workbook_cut_anywhere_is_refused_in_one_line(workbook, tmp_path):
    whole = workbook(HEADER, *([number, "late", "WISMO", None] for number in range(50))).read_bytes()
    for at in range(0, len(whole), 97):
        path = tmp_path / "cut.xlsx"
        path.write_bytes(whole[:at] or b"P")
        with pytest.raises(InputError) as caught:
            list(read_rows(path))
        assert len(str(caught.value).splitlines()) == 1


def test_a_workbook_with_a_damaged_sheet_is_refused_in_one_line(workbook, tmp_path):
    source = io.BytesIO(workbook(HEADER, [1, "late", "WISMO", None]).read_bytes())
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(path, "w") as other:
        for part in packed.infolist():
            content = packed.read(part)
            other.writestr(part, content[: len(content) // 2] if part.filename.endswith("sheet1.xml") else content)

    with pytest.raises(InputError, match="not a readable XLSX workbook"):
        list(read_rows(path))
