"""What is offered on Prefect's page while `ecomintent ui` runs: the form for decisions, the hourly sync."""

import logging
from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment

from ecomintent.adapters import sources
from flows import decide, sync, wiring

HOURLY = "17 * * * *"


def main() -> None:
    """Serve `decide/form`, and `sync/hourly` where sources are configured, against the server of PREFECT_API_URL."""
    wiring.set_up_logging()
    logging.getLogger("prefect").setLevel(logging.WARNING)
    offered = [decide.decide.to_deployment(name="form", description="Say yes or no to a candidate.")]
    if sources.read(wiring.system().settings):
        told = "Corrections from every source in sources.toml."
        # Two at once would be safe, and would only read everything twice.
        offered.append(sync.sync.to_deployment(name="hourly", cron=HOURLY, concurrency_limit=1, description=told))
    # Prefect types what can also be awaited; called from here it is the deployment itself.
    serve(*cast(list[RunnerDeployment], offered), print_starting_message=False)


if __name__ == "__main__":
    main()
