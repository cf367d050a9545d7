"""Flow `sync`: corrections from every configured source into the label store. `ecomintent sync` starts it."""

import json
import sys
from dataclasses import asdict

from prefect import flow

from ecomintent.adapters import processes
from ecomintent.adapters.collecting import Outcome
from ecomintent.errors import EcomIntentError
from flows import failing, heartbeats, tasks, wiring


@flow(name="sync", timeout_seconds=6 * 60 * 60, on_failure=[failing.tell], on_crashed=[failing.tell])
def sync(names: list[str] | None = None, since: str = "", dry_run: bool = False) -> list[Outcome]:
    """Read the sources of these names, or all; one that stops does not stop the others. Safe to repeat."""
    wiring.begin()
    outcomes = [tasks.collect_source(name, since, dry_run) for name in tasks.sources_to_read(names or [])]
    # Here because nothing runs more often that may take its time: a silent run is looked at twice.
    heartbeats.end_dead_runs()
    return outcomes


def main(asked: str) -> int:
    """Run the flow in this process; what each source came to is the last line on stdout, as JSON.

    Args:
        asked: the flow's parameters, as JSON.
    """
    wiring.set_up_logging()
    try:
        processes.mark(wiring.home())
        outcomes = sync(**json.loads(asked))
    except EcomIntentError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps({"sources": [asdict(outcome) for outcome in outcomes]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
