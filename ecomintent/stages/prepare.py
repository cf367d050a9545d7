"""Stage `prepare`: validated tables and the frozen set in; training rows, validation rows and a report out."""

import json
import logging
import sys
from typing import Any, Final

from ecomintent import files, layout, params
from ecomintent.data import corpus, parquet, preparation, snapshot
from ecomintent.data.text_groups import FrozenTicket
from ecomintent.params import PrepareParams
from ecomintent.stages import entry

FROZEN_COLUMNS: Final = {"id": "string", "text": "string"}

log = logging.getLogger("ecomintent.stages.prepare")


def run() -> dict[str, Any]:
    """Write the three files of `layout.PREPARED`; returns row counts and what was removed why."""
    prepared = preparation.prepare(
        parquet.Rows(layout.VALID_CORRECTIONS, snapshot.COLUMNS).require_columns(),
        parquet.Rows(layout.VALID_CORPUS, corpus.COLUMNS).require_columns(),
        [FrozenTicket(**row) for row in parquet.require(layout.FROZEN, FROZEN_COLUMNS)],
        params.section(layout.PARAMS, "prepare", into=PrepareParams),
    )
    schema = parquet.schema(preparation.COLUMNS)
    for path, side in ((layout.TRAIN_ROWS, prepared.train), (layout.VALIDATION_ROWS, prepared.validation)):
        parquet.write_stream(path, schema, side.tables())
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
