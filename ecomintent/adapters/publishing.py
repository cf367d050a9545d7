"""What a retrain puts into the workspace before the stages and takes out of it after them.

Over 200 lines: before and after name the same files, and belong side by side.
"""

import json
import logging
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecomintent import files, layout, params, taxonomy
from ecomintent.adapters import git, holding, regate, review, tables, taxonomy_file
from ecomintent.adapters.system import System
from ecomintent.data import snapshot as snapshots
from ecomintent.errors import InputError
from ecomintent.params import ModelParams
from ecomintent.records import Lineage, ReleaseEvent
from ecomintent.release import deadline, record
from ecomintent.release.approval import decision

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Digests of the three tables a retrain starts from."""

    snapshot: str
    corpus: str
    frozen_set: str


def place_inputs(system: System) -> Inputs:
    """Freeze the label store into a snapshot and put it, corpus and frozen set into the workspace.

    Labels that look like poison stay out until a person releases them (`labels.guard`).

    A home without a base corpus starts from the bundled starter corpus.

    Raises:
        InputError: no frozen set was imported, or a sealed table was changed.
    """
    workspace = system.settings.workspace
    system.pipeline.prepare()
    taxonomy_file.write(workspace / layout.TAXONOMY, taxonomy.chain())
    frozen = regate.place_frozen(system, workspace)
    if system.corpus.current() is None:
        tables.use_starter(system)
    corpus = tables.place_corpus(system, workspace / layout.CORPUS)
    sorted_out = holding.now(system)
    log.info("labels train=%d held=%d", len(sorted_out.trains), len(sorted_out.held))
    snapshot = snapshots.write(sorted_out.trains, workspace / layout.SNAPSHOT)
    return Inputs(snapshot=snapshot.digest, corpus=corpus.digest, frozen_set=frozen.digest)


def place_champion(system: System) -> str:
    """Put champion and anchor where `evaluate` looks for them, and the champion's label mix where `validate` does.

    Not with the other inputs: a promotion alone would make `validate` stale, and the retrain after it would train
    nothing new for a minute before it says so.

    Returns:
        The champion's version, empty when there is none.
    """
    workspace = system.settings.workspace
    champion = regate.place_champion(system, workspace)
    found = system.registry.version(champion) if champion else None
    mix = _todays(system.evidence.label_mix(found.weights)) if found else {}
    content = json.dumps(dict(sorted(mix.items())), indent=2) + "\n"
    path = workspace / layout.LAST_MIX
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        files.write_text(path, content)
    return champion


def _todays(mix: dict[str, int]) -> dict[str, int]:
    """Counts under the names in force; what no rule can read is left out, as it is out of the snapshot."""
    found: Counter[str] = Counter()
    for name, count in mix.items():
        if (intent := taxonomy.chain().today(name)) is not None:
            found[intent] += count
    return dict(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataNotes:
    """What a person should know of the data a candidate was made from."""

    left_out: int
    """Rows that were refused."""
    warnings: int
    page: str
    """Where it can be read; empty where there is nothing to tell."""


def data_notes(system: System) -> DataNotes:
    """What validation said of the candidate in the workspace, and where its evidence keeps the page."""
    workspace = system.settings.workspace
    report = read_json(workspace / layout.VALIDATION_REPORT)
    left_out = sum(table["quarantined"] for table in report["tables"].values())
    warnings = len(report["warnings"])
    page = system.evidence.folder(weights_in(workspace)) / layout.VALIDATION_PAGE.name
    return DataNotes(left_out=left_out, warnings=warnings, page=str(page) if left_out or warnings else "")


def weights_in(workspace: Path) -> str:
    """Digest of the exported release folder; empty when there is none."""
    folder = workspace / layout.RELEASE
    return files.folder_digest(folder) if folder.is_dir() else ""


def lineage_of(system: System, inputs: Inputs) -> Lineage:
    """What the candidate in the workspace was made from."""
    workspace = system.settings.workspace
    model = params.section(workspace / layout.PARAMS, "model", into=ModelParams)
    return Lineage(
        git_commit=git.commit_of(system.settings.project),
        **asdict(inputs),
        params=files.digest(workspace / layout.PARAMS),
        lock=files.digest(workspace / layout.LOCK),
        encoder=model.base,
        weights=weights_in(workspace),
    )


def publish(system: System, inputs: Inputs) -> str:
    """Keep the evidence and record the run in the tracker; the run of equal inputs is completed, never doubled."""
    workspace = system.settings.workspace
    lineage = lineage_of(system, inputs)
    verdict, report, training = (
        read_json(workspace / path) for path in (layout.VERDICT, layout.REPORT, layout.TRAINING_LOG)
    )
    _record_judgement(system, lineage, verdict)
    key = record.run_key(lineage, verdict)
    evidence = system.evidence.keep(workspace, lineage, key, lambda folder: review.draw(system, lineage, folder))
    return system.tracker.record(
        key=key,
        name=f"{verdict['overall']} {lineage.weights[:8]}",
        params=review.flat_params(workspace / layout.PARAMS),
        metrics=record.metrics(verdict, report, training),
        tags=record.tags(lineage, verdict, _champion(report)),
        datasets={"snapshot": inputs.snapshot, "corpus": inputs.corpus, "frozen_set": inputs.frozen_set},
        artifacts=sorted(evidence.iterdir()),
    )


def register_candidate(system: System, run_id: str, inputs: Inputs) -> str:
    """Register the release; point `candidate` at it unless the gate blocked it. Equal weights stay one version.

    Returns:
        The version; empty when a person already rejected these very weights.
    """
    workspace = system.settings.workspace
    lineage = lineage_of(system, inputs)
    verdict, report = read_json(workspace / layout.VERDICT), read_json(workspace / layout.REPORT)
    tags = record.tags(lineage, verdict, _champion(report))
    version = system.registry.register(
        workspace / layout.RELEASE, run_id=run_id, weights=lineage.weights, tags=tags
    ).version
    said = decision(version, system.history.events())
    if said is not None and said.event == "rejected" and "expired" not in said.details:
        log.info("version %s holds the same weights and was rejected by %s", version, said.by)
        return ""
    if verdict["overall"] == "BLOCK":
        # Registered, so that two persons can override with open eyes; no alias, so that nobody takes it for waiting.
        system.registry.tag(version, {"approval": "blocked"})
        if system.registry.aliases().get("candidate") == version:
            system.registry.drop("candidate")
        return version
    if system.registry.aliases().get("candidate") != version:
        system.registry.point("candidate", version)
    deadline.request(
        version,
        verdict_digest=tags["verdict_digest"],
        registry=system.registry,
        history=system.history,
        clock=system.clock,
    )
    return version


def _champion(report: dict[str, Any]) -> str:
    return report["versions"]["champion"] or ""


def _record_judgement(system: System, lineage: Lineage, verdict: dict[str, Any]) -> None:
    """Say in the history that the frozen set was shown this candidate; the same verdict again adds nothing."""
    details = {
        "frozen_set": lineage.frozen_set,
        "weights": lineage.weights,
        "verdict": verdict["overall"],
        "verdict_digest": record.verdict_digest(verdict),
    }
    if not any(event.event == "judged" and event.details == details for event in system.history.events()):
        system.history.append(
            ReleaseEvent(
                at=system.clock.now(), event="judged", version="", by="gate", reason=verdict["cause"], details=details
            )
        )


def read_json(path: Path) -> dict[str, Any]:
    """A stage's JSON file.

    Raises:
        InputError: it is not there; names the stage to run.
    """
    if not path.is_file():
        raise InputError("not there; run the stage that writes it", where=str(path))
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
