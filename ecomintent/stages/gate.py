"""Stage `gate`: both models' answers on the frozen set in, the verdict and the review page out."""

import hashlib
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from ecomintent import files, layout, params
from ecomintent.data.leakage import text_key
from ecomintent.errors import InputError
from ecomintent.gate import flips, page
from ecomintent.gate.judge import judge
from ecomintent.gate.verdict import FrozenTicket, Verdict
from ecomintent.params import GateParams
from ecomintent.stages import entry

log = logging.getLogger("ecomintent.stages.gate")  # run as __main__, it would be lost to the "ecomintent" logger

COLUMNS: Final = (
    "id",
    "text",
    "label",
    "group",
    "candidate",
    "candidate_confidence",
    "champion",
    "champion_confidence",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """What the evaluate stage found out, as the gate needs it."""

    frozen: list[FrozenTicket]
    candidate: dict[str, str | None]
    candidate_confidence: dict[str, float]
    champion: dict[str, str | None] | None
    """None where there is no champion yet."""
    champion_confidence: dict[str, float]
    evidence: dict[str, str]
    """Digests and versions of what was scored."""


def run() -> dict[str, Any]:
    """Judge what lies in the workspace. A BLOCK is an answer, not an error.

    Raises:
        InputError: an input is absent, incomplete or contradicts another one.
    """
    gate = params.section(layout.PARAMS, "gate", into=GateParams)
    scored = read_scored(layout.PREDICTIONS, layout.REPORT)
    leaked = leaked_tickets(scored.frozen, layout.TRAIN_ROWS)
    judged = judge(scored.frozen, scored.candidate, scored.champion, None, gate, leaked=leaked)
    verdict = replace(judged, evidence=scored.evidence | {"gate_params": params_digest(gate)})
    write(verdict, scored)
    log.info(
        "gate verdict=%s candidate=%.12s champion=%s frozen_set=%.12s",
        verdict.overall.value,
        verdict.evidence["candidate_weights"],
        verdict.evidence["champion_version"] or "none",
        verdict.evidence["frozen_set"],
    )
    return {"verdict": verdict.overall.value, "cause": verdict.cause, "tickets": verdict.n_independent}


def read_scored(predictions: Path, report: Path) -> Scored:
    """Both models' answers, ticket by ticket.

    Raises:
        InputError: a file or column is missing, or the two files speak of different evaluations.
    """
    said, table = _read_report(report), _read_table(predictions, COLUMNS)
    has_champion = said["champion_version"] is not None
    rows, again = said["frozen_set"]["rows"], "run the evaluate stage again"
    if len(table) != rows:
        raise InputError(f"{len(table)} rows, but {report.name} speaks of {rows}; {again}", where=str(predictions))
    if not has_champion and table["champion"].notna().any():
        raise InputError(f"answers of a champion, but {report.name} names none; {again}", where=str(predictions))
    ids = table["id"].astype(str).tolist()
    return Scored(
        frozen=_frozen(ids, table),
        candidate=_answers(ids, table["candidate"]),
        candidate_confidence=_confidences(ids, table["candidate_confidence"]),
        champion=_answers(ids, table["champion"]) if has_champion else None,
        champion_confidence=_confidences(ids, table["champion_confidence"]) if has_champion else {},
        evidence={
            "frozen_set": said["frozen_set"]["digest"],
            "candidate_weights": said["candidate_weights"],
            "champion_version": said["champion_version"] or "",
            "champion_weights": said["champion_weights"] or "",
        },
    )


def leaked_tickets(frozen: Sequence[FrozenTicket], train_rows: Path) -> list[str]:
    """Ids of frozen tickets whose normalised text is among the training rows."""
    keys = frozenset(_read_table(train_rows, ("text_key",))["text_key"])
    return [ticket.id for ticket in frozen if text_key(ticket.text) in keys]


def params_digest(gate: GateParams) -> str:
    """SHA-256 over the gate's settings as canonical JSON, hex."""
    return hashlib.sha256(json.dumps(asdict(gate), sort_keys=True).encode()).hexdigest()


def write(verdict: Verdict, scored: Scored) -> None:
    """Put verdict and review page in place, each whole or not at all."""
    found: list[flips.Flip] = []
    if verdict.has_champion and scored.champion is not None:
        found = flips.collect(
            scored.frozen,
            scored.champion,
            scored.candidate,
            champion_confidence=scored.champion_confidence,
            candidate_confidence=scored.candidate_confidence,
        )
    lineage = {name.replace("_", " "): value for name, value in verdict.evidence.items() if value}
    files.write_text(layout.REVIEW_PAGE, page.render(verdict, found, lineage))
    stored = json.dumps(verdict.to_json(), ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    files.write_text(layout.VERDICT, stored + "\n")


def _read_report(path: Path) -> dict[str, Any]:
    needed = ("frozen_set", "candidate_weights", "champion_version", "champion_weights")
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError("no such file; run the evaluate stage", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"not JSON ({error}); run the evaluate stage again", where=str(path)) from error
    missing = [key for key in needed if key not in said]
    if missing:
        raise InputError(f"no {', '.join(missing)}; run the evaluate stage again", where=str(path))
    return said


def _read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except FileNotFoundError as error:
        raise InputError("no such file; run the stage that writes it", where=str(path)) from error
    missing = [name for name in columns if name not in table]
    if missing:
        raise InputError(f"no column {', '.join(missing)}; run the stage that writes it again", where=str(path))
    return table


def _frozen(ids: Sequence[str], table: pd.DataFrame) -> list[FrozenTicket]:
    texts, labels, groups = (table[name].fillna("").astype(str) for name in ("text", "label", "group"))
    provenances = table["provenance"].fillna("").astype(str) if "provenance" in table else [""] * len(table)
    return [
        FrozenTicket(id=name, text=text, label=label, group=group, provenance=provenance)
        for name, text, label, group, provenance in zip(ids, texts, labels, groups, provenances, strict=True)
    ]


def _answers(ids: Sequence[str], column: "pd.Series[Any]") -> dict[str, str | None]:
    return {i: None if pd.isna(answer) else str(answer) for i, answer in zip(ids, column, strict=True)}


def _confidences(ids: Sequence[str], column: "pd.Series[Any]") -> dict[str, float]:
    return {i: float(value) for i, value in zip(ids, column, strict=True) if not pd.isna(value)}


if __name__ == "__main__":
    sys.exit(entry.main("gate", run))
