"""Stage `evaluate`: candidate, champion and anchor answer the same frozen tickets."""

import json
import logging
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ecomintent import files, layout, params, reliability, taxonomy
from ecomintent.data import frozen, parquet, scored
from ecomintent.errors import InputError, ReleaseError
from ecomintent.evaluation import Report, evaluate
from ecomintent.model.inference import Classifier
from ecomintent.model.release_folder import ReleaseNote
from ecomintent.params import EvaluateParams
from ecomintent.params_calibrate import CalibrateParams
from ecomintent.progress import on_terminal
from ecomintent.records import Prediction, Sealed
from ecomintent.stages import entry

log = logging.getLogger("ecomintent.stages.evaluate")

REFERENCES: Final = {"champion": layout.CHAMPION, "anchor": layout.ANCHOR}
"""Role -> the folder its release was placed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One model to ask."""

    version: str | None
    """None for the candidate, which has none yet."""
    weights: str
    folder: Path


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
    weights = files.folder_digest(layout.RELEASE)
    releases = {"candidate": Release(version=None, weights=weights, folder=layout.RELEASE)}
    for role, folder in REFERENCES.items():
        placed = read_placed(folder)
        if placed is not None:
            releases[role] = placed
    answers, notes = {}, {}
    for role, release in releases.items():
        answers[role], notes[role] = _ask(release, tickets, settings)
    _same_taxonomy(notes["candidate"])
    reports = {role: _report(tickets, given, sealed) for role, given in answers.items()}
    _write_predictions(tickets, answers)
    said = {
        "frozen_set": asdict(sealed),
        "weights": {role: release.weights for role, release in releases.items()},
        "versions": {role: releases[role].version if role in releases else None for role in REFERENCES},
        "taxonomies": {role: note.taxonomy for role, note in notes.items()},
        **{role: reports[role].to_json() if role in reports else None for role in scored.ROLES},
        "reliability": {role: _reliability(tickets, given, notes[role]) for role, given in answers.items()},
    }
    files.write_text(layout.REPORT, json.dumps(said, indent=2) + "\n")
    scores = {role: round(report.macro_f1, 4) for role, report in reports.items()}
    log.info(
        "evaluate weights=%.12s macro_f1=%s versions=%s frozen_set=%s tickets=%d",
        weights,
        scores,
        said["versions"],
        sealed.short,
        sealed.rows,
    )
    return {"tickets": sealed.rows, "macro_f1": scores}


def read_placed(folder: Path) -> Release | None:
    """The release placed at `folder`, or None where `none.json` says there is none.

    Raises:
        ReleaseError: neither note is there, or `release.json` is damaged.
    """
    noted = folder / "release.json"
    if not noted.is_file():
        if (folder / "none.json").is_file():
            return None
        raise ReleaseError(f"{folder}: neither release.json nor none.json; run ecomintent retrain, which places one")
    try:
        raw = json.loads(noted.read_text(encoding="utf-8"))
        return Release(version=str(raw["version"]), weights=str(raw["weights"]), folder=folder / "model")
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{noted}: damaged ({type(error).__name__}: {error}); run ecomintent retrain") from error


def _ask(
    release: Release, tickets: Sequence[dict[str, Any]], settings: EvaluateParams
) -> tuple[list[Prediction], ReleaseNote]:
    """Its answers, under its own names, and the note it comes with."""
    classifier = Classifier.load(release.folder, expected_digest=release.weights, threads=settings.threads)
    texts = [ticket["text"] for ticket in tickets]
    given = classifier.classify(texts, track=on_terminal)
    return given, classifier.note


def _same_taxonomy(candidate: ReleaseNote) -> None:
    if candidate.taxonomy != taxonomy.version():
        raise ReleaseError(
            f"the candidate was trained on taxonomy {candidate.taxonomy}, in force is {taxonomy.version()}; run "
            "ecomintent retrain, which trains one on it"
        )


def _reliability(tickets: Sequence[dict[str, Any]], given: Sequence[Prediction], note: ReleaseNote) -> dict[str, Any]:
    calibrate = params.section(layout.PARAMS, "calibrate", into=CalibrateParams)
    # Thresholds of an earlier taxonomy are of intents that are no more; its confidence is measured all the same.
    thresholds = note.thresholds if note.taxonomy == taxonomy.version() else {}
    labels, answers = [ticket["label"] for ticket in tickets], [_read(answer) or "" for answer in given]
    confidences = [answer.confidence for answer in given]
    return reliability.measure(labels, answers, confidences, thresholds, calibrate).to_json()


def _report(tickets: Sequence[dict[str, Any]], answers: Sequence[Prediction], sealed: Sealed) -> Report:
    return evaluate([ticket["label"] for ticket in tickets], [_read(answer) for answer in answers], sealed)


def _read(answer: Prediction) -> str | None:
    """The answer under the names in force, as the gate reads it; None where its intent is no more."""
    return next(iter(taxonomy.chain().reads_as(answer.intent)), None)


def _write_predictions(tickets: Sequence[dict[str, Any]], answers: Mapping[str, Sequence[Prediction]]) -> None:
    rows = []
    for position, ticket in enumerate(tickets):
        row = [ticket[name] for name in frozen.COLUMNS]
        for role in scored.ROLES:
            given = answers[role][position] if role in answers else None
            row += [given.intent, given.confidence] if given else [None, None]
        rows.append(row)
    parquet.write(layout.PREDICTIONS, scored.COLUMNS, rows)


if __name__ == "__main__":
    sys.exit(entry.main("evaluate", run))
