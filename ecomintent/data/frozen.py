"""The frozen set's columns and its seal: the digest that says both models answered the same tickets."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from ecomintent.data import parquet

COLUMNS: Final = dict.fromkeys(("id", "text", "label", "group", "provenance"), "string")


def sealed_digest(rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over the rows in id order, hex; the same rule as for every sealed table (`parquet.digest`).

    Independent of the order the rows come in and of how a table spells an empty value (null or "").
    """
    return parquet.digest(sorted([row[name] or "" for name in COLUMNS] for row in rows))
