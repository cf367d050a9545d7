"""Stage `train`: prepared rows in, a release folder and its training log out."""

import json
import logging
import sys
from pathlib import Path
from typing import Any, Final

from ecomintent import files, layout, params
from ecomintent.data import parquet
from ecomintent.model import parallel
from ecomintent.model.training import Rows, train
from ecomintent.params import ModelParams, TrainParams
from ecomintent.progress import on_terminal
from ecomintent.stages import entry

log = logging.getLogger(__name__)

COLUMNS: Final = {"text": "string", "intent": "string", "weight": "float64"}


def run() -> dict[str, Any]:
    """Fine-tune on what lies in the workspace.

    Raises:
        InputError: prepared rows are absent, damaged or none.
        EncoderError: the base encoder is absent, damaged or out of reach.
    """
    told = train(
        read_rows(layout.TRAIN_ROWS),
        read_rows(layout.VALIDATION_ROWS),
        layout.MODEL,
        model=params.section(layout.PARAMS, "model", into=ModelParams),
        train=params.section(layout.PARAMS, "train", into=TrainParams),
        track=on_terminal,
    )
    if parallel.is_first():
        files.write_text(layout.TRAINING_LOG, json.dumps(told.to_json(), indent=2) + "\n")
    best = told.epochs[told.best_epoch - 1]
    return {"rows": told.rows, "best_epoch": told.best_epoch, "validation_macro_f1": best.validation_macro_f1}


def read_rows(path: Path) -> Rows:
    """Rows that count: those without weight are left out."""
    rows = [row for row in parquet.require(path, COLUMNS) if row["weight"] > 0]
    return Rows(
        texts=[row["text"] for row in rows],
        intents=[row["intent"] for row in rows],
        weights=[row["weight"] for row in rows],
    )


if __name__ == "__main__":
    sys.exit(entry.main("train", run))
