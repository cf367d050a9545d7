"""Rows of an Excel workbook: of its first sheet, with a header, as Excel numbers them. Nothing in it is computed."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from ecomintent.errors import InputError
from ecomintent.labels.tables import Fault, Row, as_text, excerpt, header_of, row_of

MIB: Final = 2**20
UNPACKED: Final = 512 * MIB
"""Largest size of all that is packed in the file: a million tickets are less."""
RATIO: Final = 200
"""A part that packs better than this is made to fill a disk; text packs ten to one."""
SMALL: Final = MIB
"""Below, how well a part packs is no matter."""
FORMULA: Final = "f"
BROKEN: Final = (zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError, ParseError, AttributeError, IndexError)
"""What the library raises at a damaged file."""


def rows_of_workbook(path: Path) -> Iterator[tuple[int, Row | Fault]]:
    """Stream (row number, row) of the first sheet; blank rows are skipped, a row with a formula is a fault.

    Raises:
        InputError: the file is damaged, packed to burst, or has no header.
    """
    _check_size(path)
    header: list[str] | None = None
    for number, cells in _cells(path):
        formula = next((str(value) for kind, value in cells if kind == FORMULA), None)
        if header is not None and formula is not None:
            yield (
                number,
                Fault(
                    reason="a cell holds a formula, which is not computed here; paste the values, and import again",
                    excerpt=excerpt(formula),
                ),
            )
            continue
        texts = [as_text(value) or "" for _, value in cells]
        while texts and not texts[-1]:
            texts.pop()
        if not any(text.strip() for text in texts):
            continue
        if header is None:
            header = header_of(path, [text.strip() for text in texts])
        else:
            yield number, row_of(header, texts)
    if header is None:
        raise InputError(
            "there is no header: the first sheet is blank; its first row must name the columns", where=str(path)
        )


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise _damaged(path, error) from error
    whole = sum(part.file_size for part in parts)
    if whole > UNPACKED:
        raise InputError(
            f"{whole // MIB:,} MiB when unpacked; at most {UNPACKED // MIB} are read: export fewer rows, or CSV",
            where=str(path),
        )
    for part in parts:
        if part.file_size > SMALL and part.file_size > RATIO * max(part.compress_size, 1):
            raise InputError(
                f"{excerpt(part.filename)} unpacks to {part.file_size // MIB:,} MiB, as no table does; export as CSV",
                where=str(path),
            )


def _cells(path: Path) -> Iterator[tuple[int, list[tuple[str, Any]]]]:
    """(row number, (type, value) of each cell)."""
    from openpyxl import load_workbook

    try:
        workbook = load_workbook(path, read_only=True, data_only=False, keep_links=False)
        try:
            sheet = workbook.worksheets[0]
            for number, row in enumerate(sheet.iter_rows(), start=1):
                yield number, [(getattr(cell, "data_type", ""), cell.value) for cell in row]
        finally:
            workbook.close()
    except BROKEN as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(
        f"not a readable XLSX workbook ({type(error).__name__}); save it again in Excel, or as CSV UTF-8",
        where=str(path),
    )
