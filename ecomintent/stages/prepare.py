"""Stage `prepare`: validated tables and the frozen set in; training rows, validation rows and a report out."""

import json
import logging
import sys
from typing import Any, Final

from ecomintent import files, layout, params
from ecomintent.data import corpus, parquet, preparation, snapshot
from ecomintent.data.corpus import CorpusRow
from ecomintent.data.preparation import FrozenTicket
from ecomintent.params import PrepareParams
from ecomintent.stages import entry

FROZEN_COLUMNS: Final = {"id": "string", "text": "string"}

log = logging.getLogger("ecomintent.stages.prepare")


def run() -> dict[str, Any]:
    """Write the three files of `layout.PREPARED`; returns row counts and what was removed why."""
    prepared = preparation.prepare(
        snapshot.read(layout.VALID_CORRECTIONS),
        [CorpusRow(**row) for row in parquet.require(layout.VALID_CORPUS, corpus.COLUMNS)],
        [FrozenTicket(**row) for row in parquet.require(layout.FROZEN, FROZEN_COLUMNS)],
        params.section(layout.PARAMS, "prepare", into=PrepareParams),
    )
    for path, rows in ((layout.TRAIN_ROWS, prepared.train), (layout.VALIDATION_ROWS, prepared.validation)):
        values = ([getattr(row, name) for name in preparation.COLUMNS] for row in rows)
        parquet.write(path, preparation.COLUMNS, values)
    files.write_text(layout.PREPARATION_REPORT, json.dumps(prepared.report, indent=2, ensure_ascii=False) + "\n")
    removed = prepared.report["removed"]
    log.info(
        "train=%d validation=%d frozen_duplicates_removed=%d",
        len(prepared.train),
        len(prepared.validation),
        len(prepared.report["frozen_duplicates"]),
    )
    return {"train": len(prepared.train), "validation": len(prepared.validation), "removed": removed}


def main() -> int:
    """Run the stage in the current directory."""
    return entry.main("prepare", run)


if __name__ == "__main__":
    sys.exit(main())
