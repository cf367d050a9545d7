"""Flow `watch`: hold the champion to its bounds, ask for a retrain where one follows. `ecomintent watch` starts it."""

import json
import sys

from prefect import flow

from ecomintent.adapters import processes
from ecomintent.errors import EcomIntentError
from ecomintent.watch.decision import Watched
from flows import failing, tasks, wiring


@flow(name="watch", timeout_seconds=4 * 60 * 60, on_failure=[failing.tell], on_crashed=[failing.tell])
def watch(dry_run: bool = False) -> tuple[Watched, str]:
    """Run it daily: it does nothing where nothing speaks. What it did, and where a retrain it asked for can be seen."""
    wiring.begin()
    watched = tasks.look(dry_run)
    if dry_run:
        return watched, ""
    tasks.tell_of_look(watched)
    return watched, tasks.ask_for_retrain(watched)


def main(asked: str) -> int:
    """Run the flow in this process; the look is the last line on stdout, as JSON.

    Args:
        asked: the flow's parameters, as JSON.
    """
    try:
        # Before the flow begins: a server that Prefect starts for this process alone is none that has deployments.
        wiring.retrains()
        processes.mark(wiring.home())
        watched, retrain = watch(**json.loads(asked))
    except EcomIntentError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps({**watched.to_json(), "retrain": retrain}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
