"""What a retrain puts into the workspace before the stages and takes out of it after them."""

import json
import logging
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ecomintent import files, layout, params
from ecomintent.adapters import git, pictures, tables
from ecomintent.adapters.system import System
from ecomintent.data import snapshot as snapshots
from ecomintent.errors import InputError
from ecomintent.params import ModelParams
from ecomintent.records import Lineage
from ecomintent.release import record
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

    A home without a base corpus starts from the bundled starter corpus.

    Raises:
        InputError: no frozen set was imported, or a sealed table was changed.
    """
    workspace = system.settings.workspace
    system.pipeline.prepare()
    frozen = system.frozen.copy_to(workspace / layout.FROZEN)
    if system.corpus.current() is None:
        tables.use_starter(system)
    corpus = system.corpus.copy_to(workspace / layout.CORPUS)
    snapshot = snapshots.write(system.labels.corrections(), workspace / layout.SNAPSHOT)
    return Inputs(snapshot=snapshot.digest, corpus=corpus.digest, frozen_set=frozen.digest)


def weights_in(workspace: Path) -> str:
    """Digest of the trained release folder; empty when there is none."""
    folder = workspace / layout.MODEL
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
    key = record.run_key(lineage, verdict)
    evidence = system.evidence.keep(workspace, lineage, key, lambda folder: _draw(folder, report))
    return system.tracker.record(
        key=key,
        name=f"{verdict['overall']} {lineage.weights[:8]}",
        params=_flat_params(workspace / layout.PARAMS),
        metrics=record.metrics(verdict, report, training),
        tags=record.tags(lineage, verdict, report["champion_version"] or ""),
        datasets={"snapshot": inputs.snapshot, "corpus": inputs.corpus, "frozen_set": inputs.frozen_set},
        artifacts=sorted(evidence.iterdir()),
    )


def register_candidate(system: System, run_id: str, inputs: Inputs) -> str:
    """Register the trained folder and point `candidate` at it; equal weights stay one version.

    Returns:
        The version; empty when a person already rejected these very weights.
    """
    workspace = system.settings.workspace
    lineage = lineage_of(system, inputs)
    verdict, report = read_json(workspace / layout.VERDICT), read_json(workspace / layout.REPORT)
    tags = record.tags(lineage, verdict, report["champion_version"] or "")
    version = system.registry.register(
        workspace / layout.MODEL, run_id=run_id, weights=lineage.weights, tags=tags
    ).version
    said = decision(version, system.history.events())
    if said is not None and said.event == "rejected":
        log.info("version %s holds the same weights and was rejected by %s", version, said.by)
        return ""
    if system.registry.aliases().get("candidate") != version:
        system.registry.point("candidate", version)
        system.registry.tag(version, {"approval": "pending"})
    return version


def read_json(path: Path) -> dict[str, Any]:
    """A stage's JSON file.

    Raises:
        InputError: it is not there; names the stage to run.
    """
    if not path.is_file():
        raise InputError("not there; run the stage that writes it", where=str(path))
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _flat_params(path: Path) -> dict[str, Any]:
    found = {name: asdict(params.section(path, name, into=kind)) for name, kind in params.SECTIONS.items()}
    return {f"{name}.{key}": value for name, values in found.items() for key, value in values.items()}


def _draw(folder: Path, report: dict[str, Any]) -> None:
    candidate, champion = report["candidate"], report["champion"]
    names = list(candidate["intents"])
    pictures.confusion(candidate["confusion"], names, folder / "confusion.png")
    pictures.per_intent(
        names,
        {name: candidate["intents"][name]["f1"] or 0.0 for name in names},
        {name: champion["intents"][name]["f1"] or 0.0 for name in names} if champion else None,
        folder / "per_intent_f1.png",
    )
