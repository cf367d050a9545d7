"""Where the pipeline's files lie, relative to the workspace. dvc.yaml says the same (a test compares them)."""

from pathlib import Path
from typing import Final

INPUT: Final = Path("data/input")
SNAPSHOT: Final = INPUT / "snapshot.parquet"
CORPUS: Final = INPUT / "corpus.parquet"
FROZEN: Final = INPUT / "frozen.parquet"
CHAMPION: Final = INPUT / "champion"
"""The champion's release folder; holds only `none.json` before the first release."""
ANCHOR: Final = INPUT / "anchor"
"""The anchor's, likewise; `none.json` also where the anchor is the champion."""
SEAL: Final = INPUT / "sealed.json"
"""Digest that the frozen set was sealed under."""

TAXONOMY: Final = INPUT / "taxonomy.json"
"""The versions of the intents; the last is in force."""

LAST_MIX: Final = INPUT / "last_mix.json"
"""Intent -> corrections in the snapshot the champion learned from; {} where there is none."""

EXPECTATIONS: Final = Path("expectations")

VALIDATED: Final = Path("data/validated")
VALID_CORRECTIONS: Final = VALIDATED / "corrections.parquet"
VALID_CORPUS: Final = VALIDATED / "corpus.parquet"
QUARANTINE: Final = VALIDATED / "quarantine.jsonl"
VALIDATION_REPORT: Final = VALIDATED / "report.json"
VALIDATION_PAGE: Final = VALIDATED / "validation.html"

PREPARED: Final = Path("data/prepared")
TRAIN_ROWS: Final = PREPARED / "train.parquet"
VALIDATION_ROWS: Final = PREPARED / "validation.parquet"
PREPARATION_REPORT: Final = PREPARED / "report.json"

TRAINED: Final = Path("data/trained")
MODEL: Final = TRAINED / "model"
"""The fine-tuned torch model; no release yet."""
TRAINING_LOG: Final = TRAINED / "log.json"

EXPORTED: Final = Path("data/exported")
RELEASE: Final = EXPORTED / "release"
"""What is judged, registered and served."""
EXPORT_REPORT: Final = EXPORTED / "export.json"

EVALUATED: Final = Path("data/evaluated")
PREDICTIONS: Final = EVALUATED / "predictions.parquet"
REPORT: Final = EVALUATED / "report.json"

GATED: Final = Path("data/gated")
VERDICT: Final = GATED / "verdict.json"
REVIEW_PAGE: Final = GATED / "review.html"

PARAMS: Final = Path("params.yaml")
LOCK: Final = Path("requirements.lock")
