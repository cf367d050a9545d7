"""The steps the flows are made of; ids in and out, never frames or models. Only what reaches out is retried."""

import time
from typing import Any, Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from ecomintent import layout
from ecomintent.adapters import collecting, deciding, handing_over, promoting, publishing
from ecomintent.adapters.collecting import Outcome
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.publishing import DataNotes, Inputs
from ecomintent.errors import PromotionRefused
from ecomintent.gate.verdict import Verdict
from ecomintent.release import promotion
from ecomintent.release.tag_decisions import Asked
from ecomintent.serving.forwarding import forward
from flows.wiring import log, system

STAGES: Final = ("validate", "prepare", "train", "export", "evaluate", "gate")
INPUTS: Final = (
    layout.SNAPSHOT,
    layout.CORPUS,
    layout.FROZEN,
    layout.LAST_MIX,
    layout.SEAL,
    layout.CHAMPION,
    layout.ANCHOR,
)

REACHES_OUT: Final[dict[str, Any]] = {"retries": 2, "retry_delay_seconds": [2, 10], "cache_policy": NO_CACHE}
COMPUTES: Final[dict[str, Any]] = {"retries": 0, "cache_policy": NO_CACHE}


@task(task_run_name="take up decisions", **COMPUTES)
def take_up_decisions() -> None:
    """Turn down what waited too long, act on decisions of the status page, and record those on MLflow's page."""
    promoting.expire(system())
    deciding.take_up(system())
    promoting.pick_up(system())
    handing_over.tell_server(system())


@task(task_run_name="finish approved promotions", **COMPUTES)
def finish_promotions() -> None:
    """Promote what is approved but not promoted yet, before anything is compared with the champion."""
    for version in promotion.unfinished(system().history):
        log.info("version %s is approved but not promoted; doing that now", version)
        try:
            promote_or_refuse.fn(version)
        except PromotionRefused as refusal:
            log.warning("%s", refusal)
    # Also where nothing was promoted now: a crash may have come between aliases and files.
    handing_over.tell_server(system())


@task(task_run_name="take in answers", **REACHES_OUT)
def take_in_answers() -> int:
    """Store what people answered at the server's page and no server has handed on yet; how many answers."""
    database = LabellingDatabase(system().settings.home)
    if not database.path.is_file():
        return 0
    return forward(StoredOutbox(database), lambda: system().labels, system().clock, everything=True)


@task(task_run_name="place inputs", **COMPUTES)
def place_inputs() -> Inputs:
    """Snapshot the label store and lay it, corpus and frozen set where the stages read them."""
    return publishing.place_inputs(system())


@task(task_run_name="look for anything new", **COMPUTES)
def champion_holding_these_weights() -> str:
    """The champion's version when training again could only give its very weights; else empty."""
    champion = system().registry.aliases().get("champion", "")
    if not champion or not system().pipeline.fresh("export"):
        return ""
    held = system().registry.version(champion)
    return champion if held and held.weights == publishing.weights_in(system().settings.workspace) else ""


@task(task_run_name="fetch champion", **COMPUTES)
def fetch_champion() -> str:
    """Put champion, anchor and the champion's label mix where the stages look for them; its version, or empty."""
    return publishing.place_champion(system())


@task(task_run_name="ask DVC what is stale", **COMPUTES)
def stale_stages() -> tuple[str, ...]:
    """None when DVC says that nothing would run; else version the inputs, and all stages."""
    if system().pipeline.fresh(STAGES[-1]):
        return ()
    system().pipeline.add(INPUTS)
    return STAGES


@task(task_run_name="reproduce {stage}", **COMPUTES)
def reproduce(stage: str) -> float:
    """Bring one dvc.yaml stage up to date, DVC deciding whether that means running it; returns seconds."""
    started = time.monotonic()
    system().pipeline.reproduce(stage)
    return round(time.monotonic() - started, 1)


@task(task_run_name="read verdict", **COMPUTES)
def read_verdict() -> Verdict:
    """The gate's verdict from the workspace."""
    return Verdict.from_json(publishing.read_json(system().settings.workspace / layout.VERDICT))


@task(task_run_name="publish run", **REACHES_OUT)
def publish(inputs: Inputs) -> str:
    """Record the retrain in the tracker; returns the run's id."""
    return publishing.publish(system(), inputs)


@task(task_run_name="register candidate", **REACHES_OUT)
def register_candidate(run_id: str, inputs: Inputs) -> str:
    """Register the release folder and point `candidate` at it; returns the version, empty if it was rejected before."""
    version = publishing.register_candidate(system(), run_id, inputs)
    handing_over.tell_server(system())
    return version


@task(task_run_name="find review page", **COMPUTES)
def review_page() -> str:
    """Where the evidence on the weights in the workspace has its page."""
    weights = publishing.weights_in(system().settings.workspace)
    return str(system().evidence.folder(weights) / layout.REVIEW_PAGE.name)


@task(task_run_name="read what validation said", **COMPUTES)
def data_notes() -> DataNotes:
    """How many rows were left out, how many warnings there are, and the page that tells them."""
    return publishing.data_notes(system())


@task(task_run_name="promote version {version}", **COMPUTES)
def promote_or_refuse(version: str) -> Verdict:
    """Gate an approved version against today's champion; move the aliases unless the answer is no."""
    verdict = promoting.promote(system(), version)
    handing_over.tell_server(system())
    return verdict


@task(task_run_name="record the decision on version {version}", **COMPUTES)
def record_decision(version: str, said: Asked) -> None:
    """What a named person said, with the time it was said at."""
    promoting.record(system(), version, said)
    handing_over.tell_server(system())


@task(task_run_name="read the list of sources", **COMPUTES)
def sources_to_read(names: list[str]) -> list[str]:
    """The configured sources, or those of these names."""
    return collecting.named(system(), names)


# Not retried: the connector itself waits and asks again, and the next sync goes on where this one stopped.
@task(task_run_name="sync {name}", **COMPUTES)
def collect_source(name: str, since: str, dry_run: bool) -> Outcome:
    """Corrections of one source since the last sync; why it stopped, where it did."""
    return collecting.collect(system(), name, since=since, dry=dry_run)
