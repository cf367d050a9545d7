"""Flow `retrain`: corrected labels in, a candidate that waits for a person out. `ecomintent retrain` starts it."""

import json
import sys
from dataclasses import asdict, dataclass

from prefect import flow

from ecomintent.adapters import processes
from ecomintent.errors import EcomIntentError
from flows import failing, heartbeats, tasks, training, wiring


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one retrain ended with."""

    verdict: str
    """PROMOTE, REVIEW, BLOCK, or NOTHING_NEW."""
    cause: str
    undecided: tuple[str, ...]
    """Intents that an approval must give a reason for."""
    version: str
    """The new version; the champion's when there was nothing new; empty when these weights were rejected before."""
    run_link: str
    review_page: str
    left_out: int
    """Rows that validation refused."""
    warnings: int
    """Rules about the data that do not hold and stop nothing."""
    validation_page: str
    """Where both are told; empty where there are none."""
    seconds: dict[str, float]
    """Wall time of each stage that was brought up to date."""


@flow(name="retrain", timeout_seconds=3 * 60 * 60, on_failure=[failing.tell], on_crashed=[failing.tell])
def retrain() -> Outcome:
    """Turn corrected labels into a candidate a person may approve. Promotes nothing that nobody approved."""
    with wiring.the_only("retrain"):
        return _retrain()


def _retrain() -> Outcome:
    heartbeats.end_dead_runs()
    tasks.take_up_decisions()
    tasks.finish_promotions()
    tasks.take_in_answers()
    nothing = tasks.nothing_to_learn()
    if nothing:
        return _nothing_new(wiring.system().registry.aliases()["champion"], nothing)
    run = tasks.open_run()
    inputs = tasks.place_inputs()
    champion = tasks.champion_holding_these_weights()
    if champion:
        tasks.drop_run(run)
        return _nothing_new(champion)
    tasks.fetch_champion()
    seconds = {stage: training.bring_up_to_date(stage, run) for stage in tasks.stale_stages()}
    commit = tasks.keep_run(run)
    champion = tasks.champion_holding_these_weights()
    if champion:
        return _nothing_new(champion)
    verdict = tasks.read_verdict()
    run_id = tasks.publish(inputs)
    version = tasks.register_candidate(run_id, inputs)
    tasks.note_commit(version, commit)
    tasks.tell_of_verdict(verdict, version)
    notes = tasks.data_notes()
    return Outcome(
        verdict=verdict.overall.value,
        cause=verdict.cause,
        undecided=verdict.undecided,
        version=version,
        run_link=wiring.system().tracker.link(run_id),
        review_page=tasks.review_page(),
        left_out=notes.left_out,
        warnings=notes.warnings,
        validation_page=notes.page,
        seconds=seconds,
    )


def _nothing_new(champion: str, why: str = "") -> Outcome:
    cause = why or f"the champion already holds what these labels, params and code give (version {champion})"
    return Outcome(
        verdict="NOTHING_NEW",
        cause=cause,
        undecided=(),
        version=champion,
        run_link="",
        review_page="",
        left_out=0,
        warnings=0,
        validation_page="",
        seconds={},
    )


def main() -> int:
    """Run the flow in this process; its outcome, or why it stopped, is the last line on stdout, as JSON."""
    wiring.set_up_logging()
    try:
        home = wiring.home()
        with processes.only_one(home, "retrain"):
            # Before the system is built: it takes the environment of its children from this process.
            processes.mark(home)
            processes.end_leftovers(home)
            outcome = retrain()
    except EcomIntentError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps(asdict(outcome)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
