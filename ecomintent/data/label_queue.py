"""Which tickets a person labels next, blind: no answer of a model is shown, and the order says nothing about one.

Over 200 lines: the order of a queue, and the file that it becomes.
"""

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files, taxonomy
from ecomintent.data.frozen_reading import BLIND, FrozenRow
from ecomintent.data.leakage import leaked, near_duplicate_groups
from ecomintent.data.selection import likeness
from ecomintent.errors import InputError
from ecomintent.labels import cells
from ecomintent.labels.columns import Columns, rows_of
from ecomintent.labels.tables import Fault
from ecomintent.labels.texts import fit
from ecomintent.params import PrepareParams

Classify = Callable[[Sequence[str]], list[str]]
"""Texts -> the intent a model gives each."""

COLUMNS: Final = Columns(required=("text",), optional=("id",), aliases={"ticket_id": "id"})
HEADER: Final = ("id", "text", "label")

SPARE: Final = 1.25
"""Tickets drawn for each one that is needed: some turn out to be of another intent."""
MISSED: Final = 0.2
"""Share of the drawn tickets that are no model's choice: these turn up what both models miss."""
BATCH: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What was drawn from recent tickets, and why."""

    tickets: dict[str, str]
    """id -> text."""
    by_intent: dict[str, int]
    """Intent a model gave -> tickets drawn for it."""
    at_random: int
    left_out: dict[str, int]
    """Reason -> tickets that could not be drawn."""


def bill(verdict: Mapping[str, Any], intents: Sequence[str], count: int | None) -> dict[str, int]:
    """Intent -> tickets to label.

    Args:
        verdict: the candidate's, as JSON; empty where there is none.
        intents: those asked for; none: those the verdict leaves undecided.
        count: for each intent; None: what the verdict says is missing.
    Raises:
        InputError: not an intent, or nobody says which or how many.
    """
    judged = verdict.get("intents", {})
    undecided = {name: one for name, one in judged.items() if one["verdict"] == "INCONCLUSIVE"}
    needed = {name: max(0, (one["tickets_needed"] or 0) - one["n"]) for name, one in undecided.items()}
    asked = [taxonomy.require(name, where="--intent") for name in intents] or list(undecided)
    wanted = {name: needed.get(name, 0) if count is None else count for name in asked}
    wanted = {name: number for name, number in wanted.items() if number > 0}
    if not wanted:
        raise InputError(
            "no candidate's verdict says which intents need how many tickets; say it: --intent INTENT --count N",
            where="frozen queue",
        )
    return wanted


def discordant(predictions: Iterable[Mapping[str, Any]], rows: Iterable[FrozenRow]) -> list[FrozenRow]:
    """Tickets on which champion and candidate differ and that nobody labelled blind yet.

    Args:
        predictions: with id, champion (None where there is none) and candidate.
    """
    differ = {one["id"] for one in predictions if one["champion"] and one["champion"] != one["candidate"]}
    return [row for row in rows if row.id in differ and row.provenance != BLIND]


def drawn(
    recent: Mapping[str, str],
    *,
    wanted: Mapping[str, int],
    frozen: Mapping[str, str],
    learned: Sequence[str],
    models: Sequence[Classify],
    seed: str,
    params: PrepareParams,
) -> Draw:
    """Draw tickets that a model gives a wanted intent, `SPARE` times the number, and `MISSED` of the whole at random.

    One ticket of each near-duplicate group, none that is a copy of a frozen or a learned one.

    Args:
        recent: id -> text.
        frozen: id -> text of the frozen set.
        learned: texts a model may have been trained on.
        seed: fixes the order; equal arguments draw equal tickets.
    """
    order = shuffled((name for name in recent if name not in frozen), seed)
    texts = [recent[name] for name in order]
    known = {leak.row for leak in leaked(texts, [*frozen.values(), *learned], **likeness(params))}
    groups = near_duplicate_groups(texts, **likeness(params))
    first: dict[int, str] = {}
    for row, (group, name) in enumerate(zip(groups, order, strict=True)):
        if row not in known:
            first.setdefault(group, name)
    picked = _picked({name: recent[name] for name in first.values()}, wanted, models)
    rest = [name for name in first.values() if name not in picked]
    extra = rest[: math.ceil(len(picked) * MISSED / (1 - MISSED) - 1e-9)]
    reasons = {
        "in the frozen set": len(recent) - len(order),
        "copies of frozen or training tickets": len(known),
        "near-duplicates of another": len(order) - len(known) - len(first),
    }
    counts = Counter(picked.values())
    return Draw(
        tickets={name: recent[name] for name in [*picked, *extra]},
        by_intent={name: counts[name] for name in wanted},
        at_random=len(extra),
        left_out={reason: number for reason, number in reasons.items() if number},
    )


def shuffled(ids: Iterable[str], seed: str) -> list[str]:
    """The ids in an order that has nothing to do with text, model or label; equal arguments, equal order."""
    return sorted(ids, key=lambda name: hashlib.sha256(f"{seed}\0{name}".encode()).hexdigest())


def read_recent(path: Path) -> dict[str, str]:
    """id -> text of a file of unlabelled tickets; one without an id is named after its text.

    Raises:
        InputError: the file cannot be read, a row has no text, or an id stands for two texts.
    """
    found: dict[str, str] = {}
    for line, row in rows_of(path, COLUMNS):
        where = f"{path}:{line}"
        if isinstance(row, Fault):
            raise InputError(f"{row.reason}; nothing was queued", where=where)
        text = fit(cells.text(row.get("text")))
        name = cells.field(row.get("id"), name="id") or cells.ticket_id_of(text, prefix="f")
        if found.setdefault(name, text) != text:
            raise InputError(f"id {name!r} stands for another text above; give each ticket its own", where=where)
    return found


def refuse_labelled(path: Path) -> None:
    """Let `path` be written: it is absent, or a queue that nobody has labelled in.

    Raises:
        InputError: it holds labels, is no queue, or its name does not say CSV.
    """
    if path.suffix.lower() != ".csv":
        raise InputError("a queue is a CSV file; let its name end in .csv", where=str(path))
    if not path.exists():
        return
    rows = [row for _, row in rows_of(path, Columns(required=HEADER, optional=(), aliases={}))]
    labelled = sum(isinstance(row, Fault) or bool((row.get("label") or "").strip()) for row in rows)
    if labelled:
        raise InputError(
            f"{labelled} of its rows are labelled; take them in first (ecomintent frozen add) or name another file",
            where=str(path),
        )


def write(path: Path, tickets: Mapping[str, str], seed: str) -> None:
    """Write the queue as CSV: id, text, and a label to fill in.

    Raises:
        InputError: as `refuse_labelled`.
    """
    refuse_labelled(path)
    stream = io.StringIO()
    # Excel takes UTF-8 for what it is only after this mark.
    stream.write("\ufeff")
    rows = [(name, tickets[name], "") for name in shuffled(tickets, seed)]
    csv.writer(stream, lineterminator="\n").writerows([HEADER, *rows])
    files.write_text(path, stream.getvalue())


def _picked(tickets: Mapping[str, str], wanted: Mapping[str, int], models: Sequence[Classify]) -> dict[str, str]:
    """id -> wanted intent that a model gives it, in the order of the tickets; asks no more than it must."""
    room = Counter({name: math.ceil(SPARE * number - 1e-9) for name, number in wanted.items()})
    picked: dict[str, str] = {}
    names = list(tickets)
    for start in range(0, len(names), BATCH):
        if not room.total():
            break
        batch = names[start : start + BATCH]
        answers = zip(*(model([tickets[name] for name in batch]) for model in models), strict=True)
        for name, given in zip(batch, answers, strict=True):
            intent = next((one for one in given if room[one] > 0), None)
            if intent:
                picked[name] = intent
                room[intent] -= 1
    return picked
