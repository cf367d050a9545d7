"""Run a flow or a command here and die by SIGKILL at one write: `python -m tests.drills.doomed POINT FLOW [ARGS]`.

POINT is JSON: {"call": "module:name", "when": "before" or "after", "with": word in the arguments}, {"rename": file
name} (the temporary file is written, the rename to this name is not made), or {"sql": regular expression} (inside the
transaction, before the first statement that matches). The flows run without Prefect's engine: what is killed is our
own code, and Prefect's server need not start each time.
"""

import importlib
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

NEVER_REACHED = 3
"""Exit code where the flow ended without coming to the point."""


def die(*_: object, **__: object) -> None:
    """As the kernel kills: nothing is cleaned up."""
    os.kill(os.getpid(), signal.SIGKILL)


def arm(point: dict[str, str]) -> None:
    """Make this process die at `point`."""
    if "call" in point:
        _at_call(point["call"], point.get("when", "before"), point.get("with", ""))
    elif "rename" in point:
        _at_rename(point["rename"])
    else:
        _at_statement(point["sql"])


def _at_call(place: str, when: str, word: str) -> None:
    module, _, path = place.partition(":")
    owner: Any = importlib.import_module(module)
    *owners, name = path.split(".")
    for each in owners:
        owner = getattr(owner, each)
    real = getattr(owner, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        named = not word or word in map(str, (*args, *kwargs.values()))
        if named and when == "before":
            die()
        result = real(*args, **kwargs)
        if named:
            die()
        return result

    setattr(owner, name, call)


def _at_rename(wanted: str) -> None:
    def doomed(real: Any) -> Any:
        def call(self: Path, target: Any, *rest: Any) -> Any:
            # hardlink_to reads the other way round: self is the name that appears.
            if wanted in (Path(target).name, self.name):
                die()
            return real(self, target, *rest)

        return call

    for name in ("replace", "rename", "hardlink_to"):
        setattr(Path, name, doomed(getattr(Path, name)))


def _at_statement(expression: str) -> None:
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    def look(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if re.search(expression, statement):
            die()

    event.listen(Engine, "before_cursor_execute", look)


def without_prefect() -> None:
    """Let the flows call their tasks as the plain functions they are."""
    from prefect import Flow, Task

    from flows import promote, retrain, tasks, training

    for module in (tasks, training, retrain, promote):
        for name, value in list(vars(module).items()):
            if isinstance(value, Task | Flow):
                plain: Any = value.fn
                plain.fn = plain
                setattr(module, name, plain)


def main(point: str, flow: str, arguments: list[str]) -> int:
    """Run it; NEVER_REACHED where it ended."""
    if flow in ("retrain", "promote"):
        without_prefect()
    where = json.loads(point)
    if where:
        arm(where)
    if flow == "retrain":
        from flows import retrain

        code = retrain.main()
    elif flow == "promote":
        from flows import promote

        code = promote.main()
    else:
        from ecomintent.cli.entry import root

        root.main([flow, *arguments], standalone_mode=False)
        code = 0
    return NEVER_REACHED if where else code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
