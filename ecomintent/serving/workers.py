"""The threads that answer: as many as there are cores to use, with a queue that says no before it grows too long.

onnxruntime and the tokenizer let go of the interpreter while they compute, so threads do use the cores.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from ecomintent.errors import EcomIntentError

Result = TypeVar("Result")
Item = TypeVar("Item")


class Overloaded(EcomIntentError):
    """More tickets wait than the server promises to answer soon."""


class Workers:
    """Used from one event loop."""

    def __init__(self, threads: int, most_waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._most = most_waiting
        self.waiting = 0
        """Tickets taken and not answered yet."""

    async def each(self, do: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """`do` of every item, in their order.

        Raises:
            Overloaded: too many wait already; an idle server takes any batch.
        """
        if self.waiting and self.waiting + len(items) > self._most:
            raise Overloaded(f"{self.waiting} tickets wait already (most: {self._most}); try again in a second")
        loop = asyncio.get_running_loop()
        self.waiting += len(items)
        try:
            return await asyncio.gather(*(loop.run_in_executor(self._pool, do, item) for item in items))
        finally:
            self.waiting -= len(items)

    def stop(self) -> None:
        """Let what runs end."""
        self._pool.shutdown(wait=True, cancel_futures=True)
