"""What every stage's command line does: no knobs, JSON on stdout, one line on stderr when the input is at fault."""

import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from ecomintent import layout, taxonomy, taxonomy_changes
from ecomintent.errors import EcomIntentError, InputError
from ecomintent.taxonomy_chain import Chain


def main(stage: str, run: Callable[[], dict[str, Any]]) -> int:
    """Run one stage in the current directory (the workspace).

    Returns:
        0: the stage's files were written (whatever they say); 1: the input is at fault.
    """
    logging.basicConfig(level=logging.INFO, format="%(name)s %(message)s", stream=sys.stderr)
    try:
        taxonomy.use(_versions())
        summary = run()
    except EcomIntentError as error:
        print(f"ecomintent {stage}: {error}", file=sys.stderr)
        return 1
    print(json.dumps(summary, ensure_ascii=False, sort_keys=True))
    return 0


def _versions() -> Chain:
    """The intents that were placed; the nine where none were."""
    if not layout.TAXONOMY.is_file():
        return taxonomy.FIRST
    where = str(layout.TAXONOMY)
    try:
        raw = json.loads(layout.TAXONOMY.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"not JSON ({error}); run ecomintent retrain, which places it", where=where) from error
    return taxonomy_changes.from_json(taxonomy.FIRST, raw, where=where)
