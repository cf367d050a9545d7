"""What validation found, as plain JSON: the file `report.json`, and what its page is drawn from."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ecomintent.data.admission import Admitted
from ecomintent.data.findings import Checked, Finding, Outcome
from ecomintent.data.trainable import Trainable

SORTED = ("corrections", "corpus")
"""The tables of which single rows may be refused."""


def assemble(admitted: Admitted, tables: Mapping[str, Any]) -> dict[str, Any]:
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


def refused_lines(admitted: Admitted, tables: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One line for each refused row, by table and row; without its text."""
    return [
        {"table": name, "row": position + 1, "ticket_id": _value(tables[name], "ticket_id", position), "reason": reason}
        for name in SORTED
        for position, reason in admitted.checked[name].refused.items()
    ]


def texts_of(lines: list[dict[str, Any]], tables: Mapping[str, Any]) -> list[str]:
    """The text of each refused row, empty where it has none."""
    return [_value(tables[line["table"]], "text", line["row"] - 1) for line in lines]


def _value(table: Any, column: str, position: int) -> str:
    return str(table[column][position].as_py() or "") if column in table.schema.names else ""


def _table(table: Any, checked: Checked) -> dict[str, Any]:
    labels = table["intent"].to_pylist() if "intent" in table.schema.names else [None] * table.num_rows
    kept = Counter(labels[position] or "" for position in checked.kept)
    return {
        "rows": table.num_rows,
        "kept": len(checked.kept),
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
