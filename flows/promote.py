"""Flow `promote`: one approved version, gated again, made champion. Safe to repeat; `ecomintent approve` starts it."""

import json
import sys

from prefect import flow

from ecomintent.adapters import processes
from ecomintent.errors import EcomIntentError
from ecomintent.gate.verdict import Verdict
from flows import tasks, wiring


@flow(name="promote", timeout_seconds=30 * 60, flow_run_name="promote version {version}")
def promote(version: str) -> Verdict:
    """Make an approved version the champion, unless today's gate says BLOCK."""
    return tasks.promote_or_refuse(version)


def main(version: str) -> int:
    """Run the flow in this process; the fresh verdict, or why it stopped, is the last line on stdout, as JSON."""
    wiring.set_up_logging()
    try:
        processes.mark(wiring.home())
        verdict = promote(version)
    except EcomIntentError as error:
        print(json.dumps({"error": str(error)}))
        return 1
    print(json.dumps({"verdict": verdict.overall.value, "cause": verdict.cause, "version": version}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
