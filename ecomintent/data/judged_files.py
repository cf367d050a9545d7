"""Anyone's frozen set, predictions, label map and gate settings, read from files for `ecomintent gate judge`."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from ecomintent import params
from ecomintent.errors import InputError
from ecomintent.gate.label_map import LabelMap
from ecomintent.gate.verdict import FrozenTicket
from ecomintent.labels.cells import FIELD_CHARS
from ecomintent.labels.columns import Columns, rows_of
from ecomintent.labels.tables import Fault, Row, excerpt
from ecomintent.params import GateParams

FROZEN: Final = Columns(
    required=("id", "label"),
    optional=("group", "text", "provenance"),
    aliases={"ticket_id": "id", "intent": "label"},
)
PREDICTIONS: Final = Columns(
    required=("id", "intent"), optional=(), aliases={"ticket_id": "id", "prediction": "intent"}
)

NAMED: Final = 3
"""Faulty lines named in one error; the rest is counted."""

PUBLISHED: Final = GateParams(
    margin=0.03,
    margins={},
    alpha_pass=0.05,
    alpha_block_intents=0.04,
    alpha_block_overall=0.01,
    margin_overall=0.015,
    min_n_pass=30,
    first_release_floor=0.60,
    costly_intents=(),
    recall_guard=0.06,
    frozen_runs=12,
    frozen_refresh_share=0.25,
)
"""The gate's settings where nobody gives any. Source: docs/gate.md 9.2."""


class AnyLabels(GateParams):
    """Settings whose intents were checked against another label set than the nine."""

    __slots__ = ()

    def __post_init__(self) -> None:
        """The numbers were checked when the settings were read."""


def read_frozen(path: Path) -> list[FrozenTicket]:
    """The frozen tickets, in the file's order.

    Raises:
        InputError: the file cannot be read or lacks a column; a row is at fault or has an id a second time.
    """
    found = []
    for row in _rows(path, FROZEN, needed="label"):
        cells = {name: (row.get(name) or "").strip() for name in ("id", "label", "group", "provenance")}
        found.append(FrozenTicket(**cells, text=row.get("text") or ""))
    return found


def read_predictions(path: Path) -> dict[str, str | None]:
    """Ticket id -> intent; None where the cell is empty.

    Raises:
        InputError: as `read_frozen`.
    """
    return {
        (row.get("id") or "").strip(): (row.get("intent") or "").strip() or None
        for row in _rows(path, PREDICTIONS, needed=None)
    }


def read_label_map(path: Path) -> LabelMap:
    """A label map from its JSON file.

    Raises:
        InputError: the file is absent, no JSON or of another shape.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"not JSON ({error}); mend it", where=str(path)) from error
    return LabelMap.from_json(raw, where=str(path))


def settings(path: Path | None, *, margin: float | None, costly: Sequence[str], intents: Sequence[str]) -> GateParams:
    """The gate's settings: the `gate` section of a params.yaml, else `PUBLISHED`; `margin` and `costly` on top.

    Args:
        margin: F1 (0-1) that any intent may lose; beats per-intent margins too.
        costly: intents whose recall is guarded, beside those of the file.
        intents: the label set.
    Raises:
        ParamsError: the file is at fault, or the margin is out of range.
        InputError: a costly intent that is not in the label set.
    """
    found = params.section(path, "gate", into=GateParams) if path else PUBLISHED
    if margin is not None:
        found = replace(found, margin=margin, margins={})
    for name in costly:
        if name not in intents:
            raise InputError(f"{name!r} is not in the label set; allowed are {', '.join(intents)}", where="--costly")
    guarded = tuple(dict.fromkeys([*found.costly_intents, *costly]))
    return AnyLabels(**{name: getattr(found, name) for name in GateParams.__slots__} | {"costly_intents": guarded})


def _rows(path: Path, columns: Columns, *, needed: str | None) -> Iterator[Row]:
    """Rows with an id of their own; `needed` names a second column that may not be empty."""
    line_of: dict[str, int] = {}
    faults = []
    for line, row in rows_of(path, columns):
        fault = row.reason if isinstance(row, Fault) else _fault(row, line, line_of, needed)
        if fault:
            faults.append(f"line {line}: {fault}")
        elif not faults and not isinstance(row, Fault):
            yield row
    if faults:
        more = f"; and {len(faults) - NAMED} more" if len(faults) > NAMED else ""
        raise InputError("; ".join(faults[:NAMED]) + more + "; mend the file", where=str(path))


def _fault(row: Row, line: int, line_of: dict[str, int], needed: str | None) -> str:
    name = (row.get("id") or "").strip()
    if not name:
        return "no id"
    if line_of.setdefault(name, line) != line:
        return f"id {excerpt(name)!r} is on line {line_of[name]} too; give every ticket its own"
    if needed and not (row.get(needed) or "").strip():
        return f"no {needed}"
    if max(len(row.get(column) or "") for column in ("id", "label", "intent", "group")) > FIELD_CHARS:
        return f"a cell of more than {FIELD_CHARS} characters; check that the columns are not mixed up"
    return ""
