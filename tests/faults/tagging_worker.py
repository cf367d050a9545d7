"""Tag from the queue of HOME until nothing waits: `python -m tests.faults.tagging_worker HOME KIND=ADDRESS ...`.

The real worker, queue and helpdesk adapters in a process of their own, which a test may kill; the champion answers by
the first word of a ticket. Waits between two tries are short, so that a storm fits into a minute.
"""

import sys
import time
from pathlib import Path

from ecomintent.adapters.tag_queue import TagQueue
from ecomintent.tagging.pace import Account
from ecomintent.tagging.records import Classified
from ecomintent.tagging.tagger import Tagger
from ecomintent.tagging.worker import Worker
from ecomintent.taxonomy import NAMES
from tests.twins import desks

BASE_SECONDS = 0.02


def says(text: str, key: str) -> Classified:
    """Tickets of the storm name their intent in their last word."""
    intent = text.rsplit(maxsplit=1)[-1].upper()
    return Classified(
        intent=intent if intent in NAMES else "OTHER", confidence=0.9, sure=True, version="1", audited=False
    )


def main(home: str, *addresses: str) -> None:
    queue, accounts = TagQueue(Path(home)), []
    for kind, _, url in (address.partition("=") for address in addresses):
        made = desks.account(kind, url)
        desk, rules = desks.DESKS[kind](made), made.rules
        tagger = Tagger(desk=desk, queue=queue, ask=says, rules=rules)
        accounts.append(
            Account(
                kind,
                desk=desk,
                queue=queue,
                tagger=tagger,
                rules=rules,
                now=time.time,
                base_seconds=BASE_SECONDS,
            )
        )
    worker = Worker(accounts, queue.hold)
    worker.start()
    while any("waiting" in hows for hows in queue.counts().values()):
        time.sleep(0.1)
    worker.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
