"""A label file -> corrections, and every row that was refused with its line and the reason."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Final

from ecomintent import taxonomy
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.columns import Columns, rows_of
from ecomintent.labels.exclusion import WHY, reason_to_leave_out
from ecomintent.labels.tables import Fault, Row, excerpt
from ecomintent.labels.texts import fit, glimpse
from ecomintent.records import Correction, Provenance, Refused

COLUMNS: Final = Columns(
    required=("text", "intent"),
    optional=("ticket_id", "created_at", "agent", "source", "provenance", "previous_intent"),
    aliases={"label": "intent", "id": "ticket_id"},
)

NAMED_LINES: Final = 5

Said = dict[Correction, list[int]]
"""Each correction with the lines that say it: identical rows count once."""

Check = Callable[..., str]


def never_frozen(text: str) -> bool:
    """The answer of a home that has no frozen set yet."""
    return False


def read_labels(
    path: Path, *, source_map: str | None = None, in_frozen_set: Callable[[str], bool] = never_frozen
) -> tuple[list[Correction], list[Refused]]:
    """Every row of the file ends in exactly one of the two lists, but for repetitions of a row.

    Args:
        source_map: one of `taxonomy.MAPS` when the labels are another source's.
        in_frozen_set: says whether a text is the same ticket as a frozen one.
    Returns:
        Corrections in the order of the file, refused rows in the order of their lines.
    Raises:
        InputError: the file cannot be read, lacks a column or has no row; there is no such map.
    """
    name = path.name.encode("utf-8", "backslashreplace").decode("utf-8")
    return corrections_in(rows_of(path, COLUMNS), name, source_map=source_map, in_frozen_set=in_frozen_set)


def corrections_in(
    rows: Iterable[tuple[int, Row | Fault]],
    name: str,
    *,
    source_map: str | None = None,
    in_frozen_set: Callable[[str], bool] = never_frozen,
) -> tuple[list[Correction], list[Refused]]:
    """As `read_labels`, of rows that come with the number of their line.

    Args:
        name: of where they come from, for the quarantine.
    Raises:
        InputError: there is no such map.
    """
    if source_map is not None:
        taxonomy.source_map(source_map)
    said: Said = {}
    refused: list[Refused] = []
    for line, row in rows:
        # What a line that is no row holds cannot be told apart, so nothing of it is kept.
        found = replace(row, excerpt="") if isinstance(row, Fault) else _correction(row, source_map, in_frozen_set)
        if isinstance(found, Correction):
            said.setdefault(found, []).append(line)
        else:
            ticket = "" if isinstance(row, Fault) else row.get("ticket_id") or ""
            refused.append(_refused(name, line, ticket, found))
    unordered = _unordered(said)
    for correction, reason in unordered.items():
        fault = Fault(reason=reason, excerpt=excerpt(correction.text))
        refused += [_refused(name, line, correction.ticket_id, fault) for line in said[correction]]
    return [found for found in said if found not in unordered], sorted(refused, key=lambda row: row.line)


def _correction(row: Row, source_map: str | None, in_frozen_set: Callable[[str], bool]) -> Correction | Fault:
    """What the row says, or everything that is wrong with it."""
    reasons: list[str] = []

    def kept(check: Check, column: str, **how: str | bool | None) -> str:
        try:
            return check(row.get(column), **how)
        except InputError as error:
            reasons.append(str(error).rstrip("."))
            return ""

    text = fit(kept(cells.text, "text"))
    intent = kept(cells.intent, "intent", name="intent", map_name=source_map, needed=True)
    previous = kept(cells.intent, "previous_intent", name="previous_intent", map_name=source_map, needed=False)
    provenance = kept(cells.provenance, "provenance")
    created_at = kept(cells.created_at, "created_at")
    ticket, agent, source = (kept(cells.field, name, name=name) for name in ("ticket_id", "agent", "source"))
    left_out = "frozen" if text and in_frozen_set(text) else text and reason_to_leave_out(text)
    if left_out:
        reasons.append(WHY[left_out])
    if reasons:
        return Fault(reason="; ".join(reasons), excerpt=glimpse(row.get("text") or ""))
    return Correction(
        ticket_id=ticket or cells.ticket_id_of(text, prefix="t"),
        text=text,
        intent=intent,
        created_at=created_at,
        agent=agent,
        source=source or "file",
        provenance=Provenance(provenance) if provenance else _provenance(intent, previous),
        previous_intent=previous,
    )


def _provenance(intent: str, previous: str) -> Provenance:
    if not previous:
        return Provenance.SET_FROM_BLANK
    return Provenance.CONFIRMED if previous == intent else Provenance.EDITED


def _unordered(said: Said) -> dict[Correction, str]:
    """Corrections of tickets that carry several intents and no time that says which came last, with the reason."""
    rows = Counter(correction.ticket_id for correction in said)
    tickets: dict[str, list[Correction]] = {}
    for correction in said:
        if rows[correction.ticket_id] > 1:
            tickets.setdefault(correction.ticket_id, []).append(correction)
    found = {}
    for ticket, corrections in tickets.items():
        if _are_ordered(corrections):
            continue
        lines = sorted(line for correction in corrections for line in said[correction])
        for correction in corrections:
            found[correction] = (
                f"ticket {ticket!r} carries several intents (see also line {_others(lines, said[correction])}) and "
                "no created_at says which came last; give each its own time or keep one"
            )
    return found


def _are_ordered(corrections: list[Correction]) -> bool:
    intents_at: dict[str, set[str]] = {}
    for correction in corrections:
        intents_at.setdefault(correction.created_at, set()).add(correction.intent)
    if len(set().union(*intents_at.values())) == 1:
        return True
    return "" not in intents_at and all(len(intents) == 1 for intents in intents_at.values())


def _others(lines: list[int], own: list[int]) -> str:
    """The first few of `lines` that are not `own`, and how many more there are."""
    skipped, count = set(own), len(lines) - len(own)
    named = ", ".join(map(str, islice((line for line in lines if line not in skipped), NAMED_LINES)))
    return f"{named} and {count - NAMED_LINES} more" if count > NAMED_LINES else named


def _refused(name: str, line: int, ticket: str, fault: Fault) -> Refused:
    return Refused(file=name, line=line, ticket_id=excerpt(ticket), reason=fault.reason, excerpt=fault.excerpt)
