"""Run one flow here and die by SIGKILL at a chosen write: `python -m tests.faults.killed POINT FLOW [ARGS]`."""

import os
import signal
import sys
from dataclasses import replace
from typing import Any

from flows import tasks, wiring


class DiesAt:
    """A registry that is killed with its process at one call."""

    def __init__(self, registry: Any, point: str) -> None:
        self._registry = registry
        self._method, self._when, count = point.split(":")
        self._count = int(count)

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._registry, name)
        if name != self._method:
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            self._count -= 1
            if self._count == 0 and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = real(*args, **kwargs)
            if self._count == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


def main(point: str, flow: str, arguments: list[str]) -> int:
    if point.startswith("mlflow."):
        _die_inside_mlflow(point.removeprefix("mlflow."))
    else:
        real = wiring.system()
        doomed = replace(real, registry=DiesAt(real.registry, point))
        wiring.system = tasks.system = lambda: doomed  # type: ignore[assignment]
    if flow == "retrain":
        from flows import retrain

        return retrain.main()
    from flows import promote

    return promote.main(*arguments)


def _die_inside_mlflow(method: str) -> None:
    from mlflow import MlflowClient

    setattr(MlflowClient, method, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
