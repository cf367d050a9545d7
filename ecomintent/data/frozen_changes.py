"""The next version of a frozen set: tickets that enter, labels that are given anew, tickets that have served."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ecomintent.data.frozen_groups import grouped
from ecomintent.data.frozen_reading import BLIND, FrozenRow, refuse
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.params import PrepareParams
from ecomintent.taxonomy import NAMES


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A set and how it came from the one before; every field but `rows` and `known` holds ids."""

    rows: list[FrozenRow]
    """By id."""
    entered: tuple[str, ...]
    relabelled: tuple[str, ...]
    """Tickets of the set that now carry a blind label."""
    retired: tuple[str, ...]
    known: int
    """Rows of the file that say what the set says."""

    @property
    def fresh(self) -> int:
        """Tickets no candidate has been judged on with this label."""
        return len(self.entered) + len(self.relabelled)


def added(current: Sequence[FrozenRow], labelled: Sequence[FrozenRow], *, params: PrepareParams, where: str) -> Change:
    """The set with the labelled tickets; a ticket it has is relabelled where the new label is blind.

    Args:
        params: says what a near-duplicate is; these join one group, beside the groups that are there.
        where: the file's name, for the error.
    Raises:
        InputError: an id of the set with another text, or another label that is not blind; or the text of a ticket
            under another id with another label. Nothing is taken then.
    """
    change = _merged(current, labelled, where)
    return replace(change, rows=grouped(change.rows, current, params)) if change.fresh else change


def refreshed(
    current: Sequence[FrozenRow],
    labelled: Sequence[FrozenRow],
    *,
    params: PrepareParams,
    share: float,
    served: Mapping[str, int],
    where: str,
) -> Change:
    """The set with the labelled tickets and without as many old ones, the longest-serving first.

    Args:
        share: of the tickets (0-1) that must leave at least.
        served: id -> number of the version it entered with; absent: 0, the first.
    Raises:
        InputError: as `added`, or too few tickets enter; says how many are missing, by intent.
    """
    change = _merged(current, labelled, where)
    if not change.fresh:
        return change
    new = set(change.entered)
    entering = Counter(row.label for row in change.rows if row.id in new)
    retired = _leaving(current, entering, served)
    missing = math.ceil(share * len(current) - 1e-9) - len(retired)
    if missing > 0:
        by_intent = ", ".join(f"{name} {n}" for name, n in _short(current, entering, share, missing))
        raise InputError(
            f"{missing} tickets are missing to replace {share:.0%} of {len(current)}: {by_intent}; "
            "label them (ecomintent frozen queue --from FILE), or keep the old ones: ecomintent frozen add",
            where=where,
        )
    rows = grouped([row for row in change.rows if row.id not in retired], current, params)
    return replace(change, rows=rows, retired=tuple(sorted(retired)))


def _merged(current: Sequence[FrozenRow], labelled: Iterable[FrozenRow], where: str) -> Change:
    rows = {row.id: row for row in current}
    holders: dict[str, list[str]] = {}
    for row in current:
        holders.setdefault(text_key(row.text), []).append(row.id)
    entered, relabelled, faults, known = [], [], list[tuple[int | str, str]](), 0
    for row in sorted(labelled, key=lambda row: row.id):
        key = text_key(row.text)
        held = rows.get(row.id)
        copies = [] if held else [rows[name] for name in holders.get(key, ())]
        if held and text_key(held.text) != key:
            faults.append((row.id, "the set has another text under this id; give the ticket its own id"))
        elif held and row.provenance == BLIND and (held.label, held.provenance) != (row.label, BLIND):
            rows[row.id] = replace(held, label=row.label, provenance=BLIND)
            relabelled.append(row.id)
        elif held and held.label != row.label:
            faults.append(
                (row.id, f"the set says {held.label}; only a blind label replaces it: ecomintent frozen queue")
            )
        elif copies and all(copy.label != row.label for copy in copies):
            faults.append((row.id, f"is ticket {copies[0].id}, which says {copies[0].label}; relabel it under that id"))
        elif held or copies:
            known += 1
        else:
            rows[row.id] = row
            holders.setdefault(key, []).append(row.id)
            entered.append(row.id)
    refuse(faults, where=where)
    return Change(
        rows=[rows[name] for name in sorted(rows)],
        entered=tuple(entered),
        relabelled=tuple(relabelled),
        retired=(),
        known=known,
    )


def _leaving(current: Sequence[FrozenRow], entering: Counter[str], served: Mapping[str, int]) -> set[str]:
    """Ids of whole groups: first each intent's own, up to what it gains; then from the intents that are largest."""
    groups: dict[tuple[str, str], list[FrozenRow]] = {}
    for row in sorted(current, key=lambda row: row.id):
        groups.setdefault((row.group, "" if row.group else row.id), []).append(row)
    waiting: dict[str, list[list[FrozenRow]]] = {name: [] for name in NAMES}
    for members in sorted(groups.values(), key=lambda members: _service(members, served)):
        waiting[members[0].label].append(members)
    size = Counter(row.label for row in current) + entering
    leaving: set[str] = set()

    def retire(name: str, room: int) -> int:
        """Let the longest-serving group of an intent go that fits; how many tickets went."""
        members = next((group for group in waiting[name] if len(group) <= room), None)
        if members is None:
            return 0
        waiting[name].remove(members)
        leaving.update(row.id for row in members)
        size.subtract(row.label for row in members)
        return len(members)

    for name, gained in entering.items():
        room = gained
        while gone := retire(name, room):
            room -= gone
    room = entering.total() - len(leaving)
    while room:
        largest = sorted(NAMES, key=lambda name: (-size[name], name))
        room -= next(filter(None, (retire(name, room) for name in largest)), room)
    return leaving


def _service(members: Sequence[FrozenRow], served: Mapping[str, int]) -> tuple[int, str]:
    first = min(row.id for row in members)
    return min(served.get(row.id, 0) for row in members), hashlib.sha256(first.encode()).hexdigest()


def _short(
    current: Sequence[FrozenRow], entering: Counter[str], share: float, missing: int
) -> Iterable[tuple[str, int]]:
    """How many tickets of which intents would make up what is missing, the largest gaps first."""
    have = Counter(row.label for row in current)
    gaps = {name: max(0, math.ceil(share * have[name] - 1e-9) - entering[name]) for name in have}
    for name, gap in sorted(gaps.items(), key=lambda pair: (-pair[1], pair[0])):
        asked = min(gap, missing)
        missing -= asked
        if asked:
            yield name, asked
