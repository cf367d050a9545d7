"""Seconds that a busy machine does not lengthen."""

import time
from collections.abc import Callable


def stopwatch(threads: int, gpu: bool) -> tuple[Callable[[], float], str]:
    """A clock and its name: processor time where one thread computes on a processor, else the wall's.

    Other work beside a benchmark takes its turns, which the wall clock counts and processor time does not; but with
    several threads processor time adds them up, and with a GPU it counts what the processor waits.
    """
    return (time.process_time, "processor time") if threads == 1 and not gpu else (time.perf_counter, "wall time")
