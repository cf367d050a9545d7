"""A Ray cluster that runs already: connected to, and left. With `scoring` and `duplicates` the only home of Ray."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ecomintent.errors import EcomIntentError, InputError


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """Ray, connected to a cluster until the block ends.

    Raises:
        EcomIntentError: Ray is not installed, or there is no cluster.
    """
    ray = _connect(address)
    try:
        yield ray
    finally:
        ray.shutdown()


def _connect(address: str) -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise EcomIntentError("Ray is not installed; pip install 'ecomintent[ray]'") from error
    try:
        ray.init(address=address, log_to_driver=False, logging_level="ERROR")
    except (ConnectionError, RuntimeError, ValueError) as error:
        told = str(error).strip().splitlines()[0]
        raise InputError(f"no Ray cluster there ({told}); docs/scale-out.md starts one", where=address) from error
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    return ray
