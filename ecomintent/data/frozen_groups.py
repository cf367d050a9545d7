"""Who shares a vote in a grown frozen set: the groups that were there, joined with near-duplicates."""

from collections.abc import Sequence
from dataclasses import replace

from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.data.leakage import near_duplicate_groups
from ecomintent.data.selection import likeness
from ecomintent.params import PrepareParams


def grouped(rows: Sequence[FrozenRow], current: Sequence[FrozenRow], params: PrepareParams) -> list[FrozenRow]:
    """The rows with equal group names where they are near-duplicates or already shared one.

    Args:
        current: the set before; its names stay, and a ticket of it that stands alone is left without one.
    """
    numbers = near_duplicate_groups([row.text for row in rows], **likeness(params))
    parents: dict[str | int, str | int] = {}
    for number, row in zip(numbers, rows, strict=True):
        if row.group:
            parents[_root(parents, number)] = _root(parents, row.group)
    members: dict[str | int, list[FrozenRow]] = {}
    for number, row in zip(numbers, rows, strict=True):
        members.setdefault(_root(parents, number), []).append(row)
    old = {row.id for row in current}
    taken = {row.group for row in rows}
    named: dict[str, str] = {}
    for alike in members.values():
        name = _name(alike, old, taken)
        named.update((row.id, name) for row in alike)
    return [replace(row, group=named[row.id]) for row in rows]


def _name(alike: Sequence[FrozenRow], old: set[str], taken: set[str]) -> str:
    groups = [row.group for row in alike if row.group and row.id in old] or [row.group for row in alike if row.group]
    if groups:
        return min(groups)
    if len(alike) == 1 and alike[0].id in old:
        return ""
    name = min(row.id for row in alike)
    while name in taken:
        name += "'"
    return name


def _root(parents: dict[str | int, str | int], node: str | int) -> str | int:
    while parents.setdefault(node, node) != node:
        node = parents[node]
    return node
