"""All adapters of one home, put together once."""

import os
from dataclasses import dataclass
from pathlib import Path

from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.dvc_pipeline import DvcPipeline
from ecomintent.adapters.evidence import Evidence
from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_store import MlflowStore
from ecomintent.adapters.mlflow_tracker import LOCAL_PAGE, MlflowTracker
from ecomintent.adapters.pseudonyms import Pseudonyms
from ecomintent.adapters.run_history import RunHistory
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.settings import current as settings_of_process
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.adapters.sql_erasure import SqlErasure
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.adapters.sql_releases import SqlReleases
from ecomintent.adapters.todays_labels import TodaysLabels
from ecomintent.ports import Clock, Erasure, HeldReleases, History, Pipeline, Registry, Tracker


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The ports the loop works with."""

    settings: Settings
    labels: TodaysLabels
    held_releases: HeldReleases
    erasure: Erasure
    history: History
    frozen: SealedTables
    corpus: SealedTables
    evidence: Evidence
    keys: SigningKeys
    pseudonyms: Pseudonyms
    registry: Registry
    tracker: Tracker
    pipeline: Pipeline
    clock: Clock


def build(settings: Settings, *, cache: Path | None = None) -> System:
    """Nothing is opened or written here; every adapter does so on first use.

    Args:
        cache: folder in which several homes share what DVC keeps; None: the home keeps its own.
    """
    store = MlflowStore(settings.tracking_uri, settings.artifacts, settings.services)
    return System(
        settings=settings,
        labels=TodaysLabels(SqlLabelStore(settings.database_url)),
        held_releases=SqlReleases(settings.database_url),
        erasure=SqlErasure(settings.database_url),
        history=SqlHistory(settings.database_url),
        frozen=SealedTables(settings.home, "frozen"),
        corpus=SealedTables(settings.home, "corpus"),
        evidence=Evidence(settings.home),
        keys=SigningKeys(settings.home, settings.signing_key),
        pseudonyms=Pseudonyms(settings.home),
        registry=MlflowRegistry(store),
        tracker=MlflowTracker(store, settings.services.mlflow_url or LOCAL_PAGE),
        pipeline=_pipeline(settings, settings.workspace, settings.project, cache or settings.home),
        clock=SystemClock(),
    )


def pipeline_in(settings: Settings, folder: Path) -> DvcPipeline:
    """The pipeline of code and params that lie in `folder` already, with the home's cache and remote."""
    return _pipeline(settings, folder, folder, settings.home)


def _pipeline(settings: Settings, workspace: Path, project: Path, home: Path) -> DvcPipeline:
    return DvcPipeline(
        workspace=workspace,
        project=project,
        params=settings.params,
        home=home,
        environment=settings.child_environment(os.environ),
        store=settings.remotes.store,
    )


def run_history(settings: Settings) -> RunHistory:
    """The git of a home's retrains."""
    return RunHistory(
        home=settings.home,
        workspace=settings.workspace,
        project=settings.project,
        remote=settings.remotes.runs,
    )


def current() -> System:
    """The system that the environment and the current directory describe."""
    # Before MLflow is imported; later is too late.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    return build(settings_of_process())
