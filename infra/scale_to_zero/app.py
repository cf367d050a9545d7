"""One release from a folder over HTTP, where a process starts when a request comes: Cloud Run, Modal, KEDA.

    RELEASE_FOLDER=/release RELEASE_DIGEST=... uvicorn infra.scale_to_zero.app:app --port 8080

No keys, pages, watch or history: `ecomintent serve` has those. Who may ask is the platform's to decide.
"""

import os
from pathlib import Path

from fastapi import FastAPI
from pydantic import BaseModel, Field

from ecomintent.data.archive import NEVER
from ecomintent.labels.cleaning import READ_CHARS
from ecomintent.labels.texts import fit
from ecomintent.model.inference import Classifier

# Any failure ends the start, so that the platform keeps the revision of before.
reader = Classifier.load(Path(os.environ["RELEASE_FOLDER"]), os.environ["RELEASE_DIGEST"], threads=1)
app = FastAPI(title="EcomIntent, one release", docs_url=None, redoc_url=None)


class Asked(BaseModel):
    """One ticket."""

    text: str = Field(min_length=1, max_length=READ_CHARS)


@app.get("/health")
def health() -> dict[str, str]:
    """The release is loaded: before that nothing listens."""
    return {"status": "ok"}


@app.post("/classify")
def classify(asked: Asked) -> dict[str, str | float | bool]:
    """The same intent, confidence and threshold as `ecomintent score` gives; the text is neither kept nor logged."""
    prediction, _ = reader.read(fit(asked.text) or asked.text)
    below = not prediction.confidence > reader.note.thresholds.get(prediction.intent, NEVER)
    return {"intent": prediction.intent, "confidence": prediction.confidence, "below_threshold": below}
