"""What every stage's command line does: no knobs, JSON on stdout, one line on stderr when the input is at fault."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from ecomintent.errors import EcomIntentError


def main(stage: str, run: Callable[[], dict[str, Any]]) -> int:
    """Run one stage in the current directory (the workspace).

    Returns:
        0: the stage's files were written (whatever they say); 1: the input is at fault.
    """
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s", stream=sys.stderr)
    try:
        summary = run()
    except EcomIntentError as error:
        print(f"ecomintent {stage}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(summary, ensure_ascii=False, sort_keys=True))
    return 0
