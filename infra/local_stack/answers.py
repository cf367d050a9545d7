"""A health check: exit code 0 where an address answers with this status.

python -m infra.local_stack.answers URL STATUS
"""

import sys
from typing import Final
from urllib.error import HTTPError
from urllib.request import urlopen

PATIENCE_SECONDS: Final = 8


def status(url: str) -> int:
    """What it answers with; 0 for no answer."""
    try:
        with urlopen(url, timeout=PATIENCE_SECONDS) as answer:
            return int(answer.status)
    except HTTPError as error:
        return int(error.code)
    except OSError:
        return 0


if __name__ == "__main__":
    sys.exit(0 if status(sys.argv[1]) == int(sys.argv[2]) else 1)
