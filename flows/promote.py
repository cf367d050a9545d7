"""Flow `promote`: take up decisions of the status page and of MLflow's, promote what is approved. Safe to repeat."""

import json
import sys

from prefect import flow

from ecomintent.adapters import processes
from ecomintent.errors import EcomIntentError
from flows import failing, tasks, wiring


@flow(name="promote", timeout_seconds=60 * 60, on_failure=[failing.tell], on_crashed=[failing.tell])
def promote() -> None:
    """Run it often: it does nothing where nobody decided anything."""
    wiring.begin()
    tasks.take_up_decisions()
    tasks.finish_promotions()


def main() -> int:
    """Run the flow in this process; the champion is the last line on stdout, as JSON."""
    wiring.set_up_logging()
    try:
        processes.mark(wiring.home())
        promote()
        aliases = wiring.system().registry.aliases()
    except EcomIntentError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps({"champion": aliases.get("champion", ""), "candidate": aliases.get("candidate", "")}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
