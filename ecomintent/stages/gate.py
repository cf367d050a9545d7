"""Stage `gate`: all models' answers on the frozen set in, the verdict and the review page out."""

import hashlib
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from ecomintent import files, layout, params
from ecomintent.data import parquet, scored
from ecomintent.data.leakage import leaked
from ecomintent.data.scored import Scored
from ecomintent.data.selection import likeness
from ecomintent.errors import InputError
from ecomintent.gate import page
from ecomintent.gate.judge import judge
from ecomintent.gate.saboteurs import rehearse, stop_if_broken
from ecomintent.gate.verdict import FrozenTicket, Verdict
from ecomintent.params import GateParams, PrepareParams
from ecomintent.stages import entry

log = logging.getLogger("ecomintent.stages.gate")  # run as __main__, it would be lost to the "ecomintent" logger

TEXTS = {"text": "string"}


def run() -> dict[str, Any]:
    """Judge what lies in the workspace, and doctored candidates beside it. A BLOCK is an answer, not an error.

    Raises:
        InputError: an input is absent, incomplete or contradicts another one.
    """
    gate = params.section(layout.PARAMS, "gate", into=GateParams)
    prepare = params.section(layout.PARAMS, "prepare", into=PrepareParams)
    found = scored.read(layout.PREDICTIONS, layout.REPORT)
    label_map = found.label_map()
    verdict = judge(
        found.frozen,
        found.answers["candidate"],
        found.answers.get("champion"),
        found.answers.get("anchor"),
        gate,
        label_map=label_map,
        sealed=read_seal(layout.SEAL),
        scored=found.frozen_set,
        leaked=leaked_tickets(found.frozen, (layout.TRAIN_ROWS, layout.VALIDATION_ROWS), prepare),
    )
    found = found.today()
    if verdict.intents:
        # Before the first release the candidate itself is what a saboteur is made from, and where the champion
        # does not know the label set.
        of = "champion" if "champion" in found.answers and label_map is None else "candidate"
        verdict = stop_if_broken(verdict, rehearse(found.frozen, found.answers[of], gate))
    verdict = replace(verdict, evidence=found.evidence | {"gate_params": params_digest(gate)})
    write(verdict, found)
    log.info(
        "gate verdict=%s candidate=%.12s champion=%s anchor=%s frozen_set=%.12s",
        verdict.overall.value,
        verdict.evidence["candidate_weights"],
        verdict.evidence["champion_version"] or "none",
        verdict.evidence["anchor_version"] or "none",
        verdict.evidence["frozen_set"],
    )
    return {"verdict": verdict.overall.value, "cause": verdict.cause, "tickets": verdict.n_independent}


def read_seal(path: Path) -> str:
    """Digest that the frozen set was sealed under.

    Raises:
        InputError: the note is absent or damaged.
    """
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["frozen_set"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"no seal to hold the frozen set to ({error}); run ecomintent retrain", where=str(path)
        ) from error


def leaked_tickets(frozen: Sequence[FrozenTicket], tables: Sequence[Path], prepare: PrepareParams) -> list[str]:
    """Ids of frozen tickets that are exact or near duplicates of a row the candidate was fitted or selected on."""
    rows = [row["text"] for path in tables for row in parquet.require(path, TEXTS)]
    leaks = leaked(rows, [ticket.text for ticket in frozen], **likeness(prepare))
    return sorted({frozen[leak.frozen_row].id for leak in leaks})


def params_digest(gate: GateParams) -> str:
    """SHA-256 of the gate's settings as canonical JSON, hex."""
    return hashlib.sha256(json.dumps(asdict(gate), sort_keys=True).encode()).hexdigest()


def write(verdict: Verdict, found: Scored) -> None:
    """Put verdict and review page in place, each whole or not at all."""
    files.write_text(layout.REVIEW_PAGE, page.render(verdict, found.flips(), page.lineage(verdict)))
    stored = json.dumps(verdict.to_json(), ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    files.write_text(layout.VERDICT, stored + "\n")


if __name__ == "__main__":
    sys.exit(entry.main("gate", run))
