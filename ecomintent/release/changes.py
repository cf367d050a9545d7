"""What is different between two releases in data, params and code: one sentence each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ecomintent.records import Lineage

TABLES: Final = {"snapshot": "digest of the corrections", "corpus": "base corpus", "frozen_set": "frozen set"}
SHOWN: Final = 12
"""Digits of a digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How one candidate was made."""

    lineage: Lineage
    params: Mapping[str, Any]
    """Flat: `train.epochs` -> value."""
    rows: Mapping[str, int]
    """What was counted in preparation -> rows."""


def between(before: Making, after: Making) -> list[str]:
    """Every difference a reader may care about, numbers before digests; says so where there is none."""
    found = [*_rows(before, after), *_params(before, after), *_tables(before, after), *_code(before, after)]
    return found or ["nothing: the same data, params and code"]


def _tables(before: Making, after: Making) -> Iterator[str]:
    for name, called in TABLES.items():
        old, new = getattr(before.lineage, name), getattr(after.lineage, name)
        if old != new:
            yield f"{called}: {old[:SHOWN]} → {new[:SHOWN]}"


def _rows(before: Making, after: Making) -> Iterator[str]:
    for name in {**before.rows, **after.rows}:
        old, new = before.rows.get(name, 0), after.rows.get(name, 0)
        if old != new:
            yield f"{name}: {old} → {new} ({new - old:+d})"


def _params(before: Making, after: Making) -> Iterator[str]:
    for name in {**before.params, **after.params}:
        old, new = before.params.get(name, "absent"), after.params.get(name, "absent")
        if old != new:
            yield f"params {name}: {old} → {new}"


def _code(before: Making, after: Making) -> Iterator[str]:
    pairs = (("code", "git_commit"), ("locked libraries", "lock"), ("base encoder", "encoder"))
    for called, name in pairs:
        old, new = getattr(before.lineage, name), getattr(after.lineage, name)
        if old != new:
            yield f"{called}: {old[:SHOWN]} → {new[:SHOWN]}"
