"""What validation found, as plain JSON: the file `report.json`, and what its page is drawn from."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ecomintent.data.admission import Admitted
from ecomintent.data.findings import Checked, Finding, Outcome
from ecomintent.data.parquet import Rows
from ecomintent.data.picked import parts
from ecomintent.data.trainable import Trainable

SORTED = ("corrections", "corpus")
"""The tables of which single rows may be refused."""


def assemble(admitted: Admitted, tables: Mapping[str, Rows]) -> dict[str, Any]:
    """Counts by table, every expectation's outcome, what would train, and how its label mix moved."""
    return {
        "stopped": admitted.stop,
        "tables": {name: _table(tables[name], admitted.checked[name]) for name in SORTED},
        "frozen_tickets": tables["frozen"].num_rows,
        "training": admitted.training.counts() if admitted.training else None,
        "label_mix": _mix(admitted.training),
        "warnings": [asdict(warned) for warned in admitted.warnings],
        "checks": [
            _check(finding, outcome) for checked in admitted.checked.values() for finding, outcome in checked.outcomes
        ],
    }


def refused_lines(admitted: Admitted, tables: Mapping[str, Rows]) -> Iterator[tuple[dict[str, Any], str]]:
    """One line for each refused row, by table and row, and beside it the row's text; both empty where absent."""
    for name in SORTED:
        refused = admitted.checked[name].refused
        reasons = iter(refused.items())
        for part in parts(tables[name], np.fromiter(refused, dtype=np.int64), ("ticket_id", "text")):
            for ticket, text, (position, reason) in zip(part["ticket_id"], part["text"], reasons, strict=False):
                yield {"table": name, "row": position + 1, "ticket_id": ticket, "reason": reason}, text


def _table(table: Rows, checked: Checked) -> dict[str, Any]:
    kept: Counter[str] = Counter()
    for part in parts(table, np.flatnonzero(checked.kept), ("intent",)):
        kept.update(part["intent"])
    return {
        "rows": table.num_rows,
        "kept": int(checked.kept.sum()),
        "quarantined": len(checked.refused),
        "intents": dict(sorted(kept.items())),
        "reasons": dict(sorted(Counter(checked.refused.values()).items())),
    }


def _mix(training: Trainable | None) -> dict[str, Any]:
    if training is None:
        return {"now": {}, "last": {}, "distance": None, "by_chance": None}
    moved = training.shift
    return {
        "now": training.mix,
        "last": dict(sorted(training.last_mix.items())),
        "distance": round(moved.distance, 4) if moved else None,
        "by_chance": round(moved.by_chance, 4) if moved else None,
    }


def _check(finding: Finding, outcome: Outcome) -> dict[str, Any]:
    return {
        "suite": finding.suite,
        "expectation": finding.named,
        "severity": finding.expectation["severity"],
        "sentence": finding.sentence,
        "outcome": outcome.value,
        "rows": None if finding.rows is None else len(finding.rows),
        "observed": finding.observed,
    }
