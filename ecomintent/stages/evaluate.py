"""Stage `evaluate`: candidate and champion answer the same frozen tickets."""

import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files, layout, params
from ecomintent.data import frozen, parquet
from ecomintent.errors import InputError, ReleaseError
from ecomintent.evaluation import Report, evaluate
from ecomintent.model.inference import Classifier
from ecomintent.params import EvaluateParams
from ecomintent.progress import on_terminal
from ecomintent.records import Prediction, Sealed
from ecomintent.stages import entry

log = logging.getLogger(__name__)

COLUMNS: Final = {
    **frozen.COLUMNS,
    "candidate": "string",
    "candidate_confidence": "float64",
    "champion": "string",
    "champion_confidence": "float64",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Champion:
    """The release that serves now."""

    version: str
    weights: str


def run() -> dict[str, Any]:
    """Score what lies in the workspace.

    Raises:
        InputError: the frozen set is absent, damaged or empty.
        ReleaseError: a model is absent, damaged or not the one the registry recorded.
    """
    settings = params.section(layout.PARAMS, "evaluate", into=EvaluateParams)
    tickets = parquet.require(layout.FROZEN, frozen.COLUMNS)
    if not tickets:
        raise InputError("it holds no tickets; import labelled tickets first", where=str(layout.FROZEN))
    sealed = Sealed(digest=frozen.sealed_digest(tickets), rows=len(tickets))
    champion = read_champion(layout.CHAMPION)
    weights = files.folder_digest(layout.MODEL)
    answers = _ask(layout.MODEL, weights, tickets, settings)
    reference = _ask(layout.CHAMPION / "model", champion.weights, tickets, settings) if champion else None
    report = _report(tickets, answers, sealed)
    champion_report = _report(tickets, reference, sealed) if reference else None
    _write_predictions(tickets, answers, reference)
    said = {
        "frozen_set": asdict(sealed),
        "candidate_weights": weights,
        "champion_version": champion.version if champion else None,
        "champion_weights": champion.weights if champion else None,
        "candidate": report.to_json(),
        "champion": champion_report.to_json() if champion_report else None,
    }
    files.write_text(layout.REPORT, json.dumps(said, indent=2) + "\n")
    against = champion_report.macro_f1 if champion_report else None
    log.info(
        "evaluate candidate=%.12s macro_f1=%.4f champion=%s champion_macro_f1=%s frozen_set=%s tickets=%d",
        weights,
        report.macro_f1,
        champion.version if champion else "none",
        "none" if against is None else f"{against:.4f}",
        sealed.short,
        sealed.rows,
    )
    return {"tickets": sealed.rows, "macro_f1": report.macro_f1, "champion_macro_f1": against}


def read_champion(folder: Path) -> Champion | None:
    """The champion placed at `folder`, or None where `none.json` says there is none yet.

    Raises:
        ReleaseError: neither note is there, or `champion.json` is damaged.
    """
    noted = folder / "champion.json"
    if not noted.is_file():
        if (folder / "none.json").is_file():
            return None
        raise ReleaseError(f"{folder}: neither champion.json nor none.json; run ecomintent retrain, which places one")
    try:
        raw = json.loads(noted.read_text(encoding="utf-8"))
        return Champion(version=str(raw["version"]), weights=str(raw["weights"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{noted}: damaged ({type(error).__name__}: {error}); run ecomintent retrain") from error


def _ask(folder: Path, weights: str, tickets: Sequence[dict[str, Any]], settings: EvaluateParams) -> list[Prediction]:
    classifier = Classifier.load(folder, expected_digest=weights)
    texts = [ticket["text"] for ticket in tickets]
    return classifier.classify(texts, track=on_terminal, batch_size=settings.batch_size, threads=settings.threads)


def _report(tickets: Sequence[dict[str, Any]], answers: Sequence[Prediction], sealed: Sealed) -> Report:
    return evaluate([ticket["label"] for ticket in tickets], [answer.intent for answer in answers], sealed)


def _write_predictions(
    tickets: Sequence[dict[str, Any]], answers: Sequence[Prediction], reference: Sequence[Prediction] | None
) -> None:
    theirs: list[list[Any]] = [[None, None] for _ in tickets]
    if reference is not None:
        theirs = [[answer.intent, answer.confidence] for answer in reference]
    rows = [
        [*(ticket[name] for name in frozen.COLUMNS), answer.intent, answer.confidence, *other]
        for ticket, answer, other in zip(tickets, answers, theirs, strict=True)
    ]
    parquet.write(layout.PREDICTIONS, COLUMNS, rows)


if __name__ == "__main__":
    sys.exit(entry.main("evaluate", run))
