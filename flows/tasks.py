"""The steps the flows are made of; ids in and out, never frames or models. Only what reaches out is retried.

Over 200 lines: one body line each; a reader of a flow looks here once.
"""

from typing import Any, Final

from prefect import task
from prefect.cache_policies import NO_CACHE

from ecomintent import layout
from ecomintent.adapters import (
    collecting,
    deciding,
    handing_over,
    looking,
    promoting,
    publishing,
    recording,
    telling,
    way_back,
)
from ecomintent.adapters.collecting import Outcome
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.publishing import DataNotes, Inputs
from ecomintent.errors import PromotionRefused
from ecomintent.gate.verdict import Verdict
from ecomintent.release import promotion, record
from ecomintent.release.tag_decisions import Asked
from ecomintent.serving.forwarding import forward
from ecomintent.watch import notices
from ecomintent.watch.decision import Action, Watched
from flows.wiring import log, retrains, runs, system

STAGES: Final = ("validate", "prepare", "train", "export", "evaluate", "gate")
INPUTS: Final = (
    layout.SNAPSHOT,
    layout.CORPUS,
    layout.FROZEN,
    layout.TAXONOMY,
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
    # Also where nothing was promoted now: a crash may have come between aliases and files, or a person rolled back.
    handing_over.tell_server(system())
    recording.note_champion(system(), runs())


@task(task_run_name="take in answers", **REACHES_OUT)
def take_in_answers() -> int:
    """Store what people answered at the server's page and no server has handed on yet; how many answers."""
    database = LabellingDatabase(system().settings.home)
    if not database.path.is_file():
        return 0
    return forward(StoredOutbox(database), lambda: system().labels, system().clock, everything=True)


@task(task_run_name="open a worktree", **COMPUTES)
def open_run() -> str:
    """Begin a retrain on a branch of its own, from where the last one ended; its name."""
    return recording.open_run(system(), runs())


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


@task(task_run_name="drop the worktree of {run}", **COMPUTES)
def drop_run(run: str) -> None:
    """Leave no trace of a retrain that had nothing to do."""
    runs().drop(run)


@task(task_run_name="record retrain {run}", **REACHES_OUT)
def keep_run(run: str) -> str:
    """Commit what the stages made to the retrain's branch, and push it where a remote is named; the commit."""
    return recording.keep_run(system(), runs(), run)


@task(task_run_name="name the commit of version {version}", **REACHES_OUT)
def note_commit(version: str, commit: str) -> None:
    """Tag the version with what it was made from; none where no version was made."""
    recording.note_commit(system(), version, commit)


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
    recording.note_champion(system(), runs())
    return verdict


@task(task_run_name="record the decision on version {version}", **COMPUTES)
def record_decision(version: str, said: Asked) -> None:
    """What a named person said, with the time it was said at."""
    promoting.record(system(), version, said)
    handing_over.tell_server(system())


@task(task_run_name="rehearse the way back", **COMPUTES)
def rehearse_the_way_back() -> str:
    """What the release a rollback would return to did when it was asked; an error where there is no way back."""
    return way_back.rehearse_previous(system())


@task(task_run_name="read the list of sources", **COMPUTES)
def sources_to_read(names: list[str]) -> list[str]:
    """The configured sources, or those of these names."""
    return collecting.named(system(), names)


# Not retried: the connector itself waits and asks again, and the next sync goes on where this one stopped.
@task(task_run_name="sync {name}", **COMPUTES)
def collect_source(name: str, since: str, dry_run: bool) -> Outcome:
    """Corrections of one source since the last sync; why it stopped, where it did."""
    return collecting.collect(system(), name, since=since, dry=dry_run)


@task(task_run_name="look at the champion", **COMPUTES)
def look(dry_run: bool) -> Watched:
    """Hold it to its bounds; what follows is on record before anything is started."""
    return looking.look(system(), dry=dry_run)


# Not retried: one is asked for again tomorrow, where there still is a reason.
@task(task_run_name="say what nobody needs to learn", **COMPUTES)
def nothing_to_learn() -> str:
    """Why this retrain may be left out; empty where it may not, or params do not ask."""
    return looking.nothing_to_learn(system())


@task(task_run_name="tell people of the look", **COMPUTES)
def tell_of_look(watched: Watched) -> None:
    """An alarm, a retrain, a deadline that comes near; each once."""
    telling.after_look(system(), watched)


@task(task_run_name="tell people of the verdict", **COMPUTES)
def tell_of_verdict(verdict: Verdict, version: str) -> None:
    """Who waits for them, or what the gate blocked."""
    weights = publishing.weights_in(system().settings.workspace)
    digest, link = record.verdict_digest(verdict.to_json()), telling.review_link(system().settings, weights)
    notice = notices.verdict(version, verdict.overall.value, verdict.cause, digest=digest, link=link)
    telling.tell(system().settings, system().clock.now(), notice)


@task(task_run_name="ask for a retrain", **COMPUTES)
def ask_for_retrain(watched: Watched) -> str:
    """Start one where the look says so; where to see it, or what it came to."""
    return retrains().start(f"watch {watched.at}") if watched.action is Action.RETRAIN else ""
