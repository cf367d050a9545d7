"""The versions of the intents of a home: one JSON file, written whole by `taxonomy apply`; without it, the nine."""

import json
from pathlib import Path

from ecomintent import files, taxonomy, taxonomy_changes
from ecomintent.errors import InputError
from ecomintent.taxonomy_chain import Chain


def read(path: Path) -> Chain:
    """The nine and every version after them.

    Raises:
        InputError: the file cannot be read, or a version in it breaks a rule.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return taxonomy.FIRST
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read ({error}); put it back from its version control", where=str(path)) from error
    return taxonomy_changes.from_json(taxonomy.FIRST, raw, where=str(path))


def text(chain: Chain) -> str:
    """What is kept of the versions; equal versions give equal bytes."""
    return json.dumps(taxonomy_changes.to_json(chain), indent=2, ensure_ascii=False) + "\n"


def write(path: Path, chain: Chain) -> None:
    """Put the versions at `path`, whole or not at all; the same ones again touch nothing."""
    content = text(chain)
    if not path.is_file() or path.read_text(encoding="utf-8") != content:
        files.write_text(path, content)
