"""The review page with all that lies outside the stages: state of the frozen set, what changed, the deadline."""

import base64
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from ecomintent import files, layout, params
from ecomintent.adapters import confidence_picture, pictures
from ecomintent.adapters.system import System
from ecomintent.data import frozen_ledger, scored
from ecomintent.data.scored import Scored
from ecomintent.gate import page
from ecomintent.gate.background import Background
from ecomintent.gate.verdict import Verdict
from ecomintent.params import GateParams, ReleaseParams
from ecomintent.records import Lineage
from ecomintent.release import changes
from ecomintent.release.changes import Making

CONFIDENCE: Final = "confidence.png"


def draw(system: System, lineage: Lineage, folder: Path) -> None:
    """Add pictures and the whole review page of the candidate in the workspace to its evidence in `folder`."""
    workspace = system.settings.workspace
    found = scored.read(workspace / layout.PREDICTIONS, workspace / layout.REPORT).today()
    verdict = Verdict.from_json(json.loads((folder / layout.VERDICT.name).read_text(encoding="utf-8")))
    _pictures(json.loads((workspace / layout.REPORT).read_text(encoding="utf-8")), folder)
    told = page.render(
        verdict, found.flips(), page.lineage(verdict) | _shown(lineage), _background(system, found, verdict, folder)
    )
    files.write_text(folder / layout.REVIEW_PAGE.name, told)


def flat_params(path: Path) -> dict[str, Any]:
    """Every parameter as `section.name` -> value."""
    found = {name: asdict(params.section(path, name, into=kind)) for name, kind in params.SECTIONS.items()}
    return {f"{name}.{key}": value for name, values in found.items() for key, value in values.items()}


def _background(system: System, found: Scored, verdict: Verdict, folder: Path) -> Background:
    gate = params.section(system.settings.params, "gate", into=GateParams)
    release = params.section(system.settings.params, "release", into=ReleaseParams)
    standing = frozen_ledger.standing(
        system.history.events(), found.frozen_set, runs_allowed=gate.frozen_runs, share=gate.frozen_refresh_share
    )
    now = datetime.fromisoformat(system.clock.now())
    champion = found.evidence["champion_weights"]
    return Background(
        runs=standing.runs,
        runs_allowed=gate.frozen_runs,
        provenance=dict(Counter(ticket.provenance or "unknown" for ticket in found.frozen).most_common()),
        changes=_changes(system.evidence.folder(champion), folder) if champion else (),
        confidence=base64.b64encode((folder / CONFIDENCE).read_bytes()).decode("ascii"),
        decide_by=(now + timedelta(days=release.approval_days)).date().isoformat() if verdict.may_be_approved else "",
    )


def _changes(before: Path, after: Path) -> tuple[str, ...]:
    if not (before / "lineage.json").is_file():
        return ("unknown: the champion's evidence is not in this home",)
    return tuple(changes.between(_making(before), _making(after)))


def _making(folder: Path) -> Making:
    lineage, prepared = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("lineage.json", "prepared-report.json")
    )
    return Making(lineage=Lineage(**lineage), params=flat_params(folder / layout.PARAMS.name), rows=_counted(prepared))


def _counted(prepared: Mapping[str, Any]) -> dict[str, int]:
    origins: Counter[str] = Counter()
    for counts in prepared["train"]["intents"].values():
        origins.update(counts)
    return {
        "corrections in the label store": prepared["inputs"]["corrections"],
        "training rows": prepared["train"]["rows"],
        **{f"training rows of {origin} origin": count for origin, count in sorted(origins.items())},
        **{f"training rows of {name}": sum(counts.values()) for name, counts in prepared["train"]["intents"].items()},
    }


def _shown(lineage: Lineage) -> dict[str, str]:
    return {name.replace("_", " "): value for name, value in asdict(lineage).items() if name != "weights"}


def _pictures(report: Mapping[str, Any], folder: Path) -> None:
    candidate, champion = report["candidate"], report["champion"]
    names = list(candidate["intents"])
    pictures.confusion(candidate["confusion"], names, folder / "confusion.png")
    pictures.per_intent(
        names,
        {name: candidate["intents"][name]["f1"] or 0.0 for name in names},
        {name: champion["intents"][name]["f1"] or 0.0 for name in names} if champion else None,
        folder / "per_intent_f1.png",
    )
    told = report["reliability"]
    confidence_picture.draw(told["candidate"], told.get("champion"), folder / CONFIDENCE)
