"""Stage `validate`: snapshot, base corpus and frozen set in; what may be used, the quarantine and a report out."""

import json
import logging
import sys
from collections import Counter
from dataclasses import asdict
from typing import Any

from ecomintent import files, layout, params
from ecomintent.data import admission, corpus, frozen, parquet, snapshot, validation
from ecomintent.data.findings import Checked
from ecomintent.params import PrepareParams
from ecomintent.stages import entry

SUITES = ("corrections", "corpus", "frozen")

log = logging.getLogger("ecomintent.stages.validate")


def run() -> dict[str, Any]:
    """Write the four files of `layout.VALIDATED`; returns the counts by table."""
    weights = params.section(layout.PARAMS, "prepare", into=PrepareParams).provenance_weights
    suites = {name: validation.load_suite(layout.EXPECTATIONS / f"{name}.json") for name in SUITES}
    tables = {
        "corrections": parquet.read(layout.SNAPSHOT, snapshot.COLUMNS),
        "corpus": parquet.read(layout.CORPUS, corpus.COLUMNS),
        "frozen": parquet.read(layout.FROZEN, frozen.COLUMNS),
    }
    admitted = admission.admit(**tables, suites=suites, weights=weights)
    checked = {"corrections": admitted.corrections, "corpus": admitted.corpus}
    parquet.write_table(layout.VALID_CORRECTIONS, _kept(tables["corrections"], admitted.corrections))
    parquet.write_table(layout.VALID_CORPUS, _kept(tables["corpus"], admitted.corpus))
    quarantine = [line for name in checked for line in _refused(name, tables[name], checked[name])]
    files.write_text(layout.QUARANTINE, "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in quarantine))
    report = {
        "tables": {name: _counts(tables[name], checked[name]) for name in checked},
        "frozen_tickets": tables["frozen"].num_rows,
        "warnings": [asdict(warned) for warned in admitted.warnings],
    }
    files.write_text(layout.VALIDATION_REPORT, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    for warned in admitted.warnings:
        log.warning("%s: %s observed %s", warned.suite, warned.sentence, warned.observed)
    return {name: {"kept": len(c.kept), "quarantined": len(c.refused)} for name, c in checked.items()}


def _kept(table: Any, checked: Checked) -> Any:
    import pyarrow as pa

    # Typed, because no row kept is an index list without a type.
    return table.take(pa.array(checked.kept, pa.int64()))


def _refused(name: str, table: Any, checked: Checked) -> list[dict[str, Any]]:
    tickets = table["ticket_id"].to_pylist() if "ticket_id" in table.schema.names else [""] * table.num_rows
    return [
        {"table": name, "row": position + 1, "ticket_id": tickets[position] or "", "reason": reason}
        for position, reason in checked.refused.items()
    ]


def _counts(table: Any, checked: Checked) -> dict[str, Any]:
    labels = table["intent"].to_pylist()
    return {
        "rows": table.num_rows,
        "kept": len(checked.kept),
        "quarantined": len(checked.refused),
        "intents": dict(sorted(Counter(labels[position] for position in checked.kept).items())),
        "reasons": dict(sorted(Counter(checked.refused.values()).items())),
    }


def main() -> int:
    """Run the stage in the current directory."""
    # GX tells about itself at INFO, between the stage's own lines.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return entry.main("validate", run)


if __name__ == "__main__":
    sys.exit(main())
