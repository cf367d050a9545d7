"""The base corpus: labelled texts the shop starts from, before its agents have corrected anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ecomintent import taxonomy
from ecomintent.data import parquet
from ecomintent.errors import InputError
from ecomintent.labels.tables import Fault, Row, excerpt, read_rows
from ecomintent.records import Refused, Sealed
from ecomintent.taxonomy import SourceMap

COLUMNS: Final = {"text": "string", "intent": "string", "source": "string"}
TEXT_COLUMNS: Final = ("text", "instruction")
"""The second is what the public data of question and answer call the customer's part."""
LABEL_COLUMNS: Final = ("intent", "label")


@dataclass(frozen=True, slots=True, order=True)
class CorpusRow:
    """One labelled text of the base corpus."""

    text: str
    intent: str
    source: str
    """Where it comes from: the file's own `source` column, else the file's name."""


def read_corpus(path: Path, *, source_map: str | None) -> tuple[list[CorpusRow], list[Refused]]:
    """Rows of a CSV, JSONL or Parquet file with columns `text` (or `instruction`) and `intent` (or `label`).

    Args:
        source_map: one of `taxonomy.MAPS`, when the file carries another source's labels; None when it
            carries our intents.
    Returns:
        The rows taken, and the rows refused with the reason: a label that is unmapped or no intent is
        refused, never turned into OTHER.
    Raises:
        InputError: the file cannot be read, has no usable row, lacks a column, or there is no such map.
    """
    mapped = None if source_map is None else taxonomy.source_map(source_map)
    taken: list[CorpusRow] = []
    refused: list[Refused] = []
    for line, row in read_rows(path):
        result = _taken(path, line, row, mapped)
        if isinstance(result, CorpusRow):
            taken.append(result)
        else:
            refused.append(result)
    if not taken:
        told = "there is no row below the header; export it again"
        if refused:
            told = f"none of {len(refused)} rows can be used; line {refused[0].line}: {refused[0].reason}"
        raise InputError(told, where=str(path))
    return taken, refused


def write_corpus(rows: Iterable[CorpusRow], path: Path) -> Sealed:
    """Write the base corpus in sorted order; equal rows in any order give equal bytes."""
    return parquet.write(path, COLUMNS, ((row.text, row.intent, row.source) for row in sorted(rows)))


def _taken(path: Path, line: int, row: Row | Fault, source_map: SourceMap | None) -> CorpusRow | Refused:
    if isinstance(row, Fault):
        return Refused(file=path.name, line=line, ticket_id="", reason=row.reason, excerpt=row.excerpt)
    text, label = next((row[name] or "" for name in TEXT_COLUMNS if name in row), ""), (_label(path, row) or "").strip()
    intent = source_map.intent_of(label) if source_map else taxonomy.chain().today(label)
    if text.strip() and intent:
        return CorpusRow(text=text, intent=intent, source=row.get("source") or path.name)
    reason = _why_not(label, source_map) if text.strip() else "the text is empty"
    ticket = row.get("id") or row.get("ticket_id") or ""
    return Refused(file=path.name, line=line, ticket_id=ticket, reason=reason, excerpt=excerpt(text))


def _label(path: Path, row: Row) -> str | None:
    column = next((name for name in LABEL_COLUMNS if name in row), None)
    # A JSONL row may leave a key out; a table without the column at all is another file than was meant.
    if (not any(name in row for name in TEXT_COLUMNS) or column is None) and path.suffix.lower() != ".jsonl":
        raise InputError(
            f"found the columns {', '.join(row)}; 'text' and 'intent' (or 'label') are needed, named in the first line",
            where=str(path),
        )
    return None if column is None else row[column]


def _why_not(label: str, source_map: SourceMap | None) -> str:
    if not label:
        return "the label is empty"
    if source_map:
        return f"{excerpt(label)!r} is not in the map {source_map.name!r} (version {source_map.version})"
    if parts := taxonomy.chain().reads_as(label):
        return f"{excerpt(label)!r} was split; say which of {', '.join(parts)} it is"
    nearest = taxonomy.nearest(label)
    hint = f"; did you mean {nearest!r}?" if nearest else "; is it another source's label? Then name its map"
    return f"{excerpt(label)!r} is not one of the intents{hint}"
