"""Stage `export`: the fine-tuned model in; the calibrated release, and how it compares with that model, out."""

import json
import sys
from dataclasses import replace
from typing import Any, Final

from ecomintent import files, layout, params
from ecomintent.data import parquet
from ecomintent.model import release_folder
from ecomintent.model.confidence import Confidence, calibrate
from ecomintent.model.export import Tickets, export
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.params import ExportParams
from ecomintent.params_calibrate import CalibrateParams
from ecomintent.stages import entry

COLUMNS: Final = dict.fromkeys(("text", "intent", "origin"), "string")


def run() -> dict[str, Any]:
    """Export the model that lies in the workspace.

    Raises:
        InputError: the validation rows are absent, damaged or none.
        ReleaseError: the model is absent or damaged, or answers otherwise once exported.
    """
    rows = parquet.require(layout.VALIDATION_ROWS, COLUMNS)
    validation = Tickets(texts=[row["text"] for row in rows], intents=[row["intent"] for row in rows])
    settings = params.section(layout.PARAMS, "export", into=ExportParams)
    calibration = params.section(layout.PARAMS, "calibrate", into=CalibrateParams)
    fitted: list[Confidence] = []

    def calibrated(note: ReleaseNote, logits_nk: Any) -> ReleaseNote:
        origins = [row["origin"] for row in rows]
        fitted.append(calibrate(logits_nk, validation.intents, origins, note.intents, calibration))
        return replace(note, temperature=fitted[0].temperature, thresholds=fitted[0].thresholds)

    found = export(layout.MODEL, layout.RELEASE, validation, settings, calibrated)
    told = {
        "quantise": settings.quantise,
        "bytes": (layout.RELEASE / release_folder.GRAPH).stat().st_size,
        **found.to_json(),
        **fitted[0].to_json(),
    }
    files.write_text(layout.EXPORT_REPORT, json.dumps(told, indent=2) + "\n")
    return {name: told[name] for name in ("rows", "agreement", "macro_f1")} | {"temperature": fitted[0].temperature}


if __name__ == "__main__":
    sys.exit(entry.main("export", run))
