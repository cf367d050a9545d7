"""A flow that hands one run to the pool gpu and waits: `python -m tests.flows.parent RUN COMMIT WAIT_SECONDS`."""

import sys

from prefect import flow

from flows import elsewhere, wiring


@flow(name="parent")
def parent(run: str, commit: str, wait_seconds: float) -> None:
    """Start, wait, end with it."""
    wiring.set_up_logging()
    parameters = {"run": run, "commit": commit}
    elsewhere.run("fine-tune/gpu", parameters, pool="gpu", wait_seconds=wait_seconds)


if __name__ == "__main__":
    parent(sys.argv[1], sys.argv[2], float(sys.argv[3]))
