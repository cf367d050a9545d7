"""Stage `validate`: snapshot, base corpus and frozen set in; what may be used, the quarantine, report and page out."""

import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ecomintent import files, layout, params
from ecomintent.data import (
    admission,
    corpus,
    drift,
    frozen,
    parquet,
    snapshot,
    validation,
    validation_page,
    validation_report,
)
from ecomintent.data.admission import Admitted
from ecomintent.data.findings import Checked
from ecomintent.data.parquet import Rows
from ecomintent.errors import ValidationFailed
from ecomintent.params import PrepareParams
from ecomintent.stages import entry

SUITES = ("frozen", "corrections", "corpus", "snapshot")

log = logging.getLogger("ecomintent.stages.validate")


def run() -> dict[str, Any]:
    """Write the files of `layout.VALIDATED`; returns the counts by table.

    Raises:
        InputError: an input or a suite cannot be read.
        ValidationFailed: nothing may be learned from these tables; quarantine, report and page say why.
    """
    prepare = params.section(layout.PARAMS, "prepare", into=PrepareParams)
    suites = {name: validation.load_suite(layout.EXPECTATIONS / f"{name}.json") for name in SUITES}
    tables = {
        "corrections": Rows(layout.SNAPSHOT, snapshot.COLUMNS),
        "corpus": Rows(layout.CORPUS, corpus.COLUMNS),
        "frozen": Rows(layout.FROZEN, frozen.COLUMNS),
    }
    last_mix = drift.read_mix(layout.LAST_MIX)
    admitted = admission.admit(tables, suites, prepare, last_mix)
    outputs = {"corrections": layout.VALID_CORRECTIONS, "corpus": layout.VALID_CORPUS}
    for path in outputs.values():
        # What an earlier run let through must not lie beside a report that says no.
        path.unlink(missing_ok=True)
    _tell(admitted, tables)
    if admitted.stop:
        raise ValidationFailed(f"{admitted.stop}; see {layout.VALIDATION_PAGE.absolute()}")
    for name, path in outputs.items():
        parquet.write_stream(path, tables[name].schema, _kept(tables[name], admitted.checked[name]))
    sorted_rows = {name: admitted.checked[name] for name in outputs}
    return {name: {"kept": int(c.kept.sum()), "quarantined": len(c.refused)} for name, c in sorted_rows.items()}


def _tell(admitted: Admitted, tables: Mapping[str, Rows]) -> None:
    """Quarantine, report, page and warnings: what a person reads, also where the run stops."""
    report = validation_report.assemble(admitted, tables)
    lines, texts = _quarantined(admitted, tables)
    files.write_text(layout.VALIDATION_REPORT, json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    files.write_text(layout.VALIDATION_PAGE, validation_page.render(report, lines, texts))
    for warned in admitted.warnings:
        log.warning("%s: %s observed %s", warned.suite, warned.sentence, warned.observed)


def _quarantined(admitted: Admitted, tables: Mapping[str, Rows]) -> tuple[list[dict[str, Any]], list[str]]:
    """Write the quarantine; the lines, with their texts, that the page shows."""
    shown: Counter[tuple[str, str]] = Counter()
    lines, texts = [], []

    def produce(temporary: Path) -> None:
        with temporary.open("w", encoding="utf-8") as quarantine:
            for line, text in validation_report.refused_lines(admitted, tables):
                quarantine.write(json.dumps(line, ensure_ascii=False) + "\n")
                shown[line["table"], line["reason"]] += 1
                if shown[line["table"], line["reason"]] <= validation_page.EXAMPLES:
                    lines.append(line)
                    texts.append(text)

    files.write(layout.QUARANTINE, produce)
    return lines, texts


def _kept(rows: Rows, checked: Checked) -> Iterator[Any]:
    import pyarrow as pa

    start = 0
    for batch in rows.batches():
        yield batch.filter(pa.array(checked.kept[start : start + batch.num_rows]))
        start += batch.num_rows


def main() -> int:
    """Run the stage in the current directory."""
    # GX tells about itself at INFO, between the stage's own lines.
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    return entry.main("validate", run)


if __name__ == "__main__":
    sys.exit(main())
