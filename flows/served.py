"""What is offered on Prefect's page while `ecomintent ui` runs: the form for decisions, what acts on them, the sync."""

import logging
from typing import cast

from prefect import serve
from prefect.deployments.runner import RunnerDeployment

from ecomintent.adapters import sources
from flows import decide, promote, sync, wiring

HOURLY = "17 * * * *"
QUARTERLY = "*/15 * * * *"
"""Every quarter of an hour, for a server beside which nothing can act on what its status page was told."""


def main() -> None:
    """Serve `decide/form`, and `sync/hourly` where sources are configured, against the server of PREFECT_API_URL."""
    wiring.set_up_logging()
    logging.getLogger("prefect").setLevel(logging.WARNING)
    offered = [
        decide.decide.to_deployment(name="form", description="Say yes or no to a candidate."),
        promote.promote.to_deployment(
            name="decisions",
            cron=QUARTERLY,
            concurrency_limit=1,
            description="Acts on decisions left at the status page and in MLflow's tags.",
        ),
    ]
    if sources.read(wiring.system().settings):
        told = "Corrections from every source in sources.toml."
        # Two at once would be safe, and would only read everything twice.
        offered.append(sync.sync.to_deployment(name="hourly", cron=HOURLY, concurrency_limit=1, description=told))
    # Prefect types what can also be awaited; called from here it is the deployment itself.
    serve(*cast(list[RunnerDeployment], offered), print_starting_message=False)


if __name__ == "__main__":
    main()
