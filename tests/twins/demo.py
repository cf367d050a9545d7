"""A month in six tools: `python -m tests.twins.demo` fills the doubles, syncs them, retrains, and shows what came.

They are served on ports of this machine and read by the real connectors. The tickets are the invented ones of
data/samples. ECOMINTENT_HOME names the home (default: a new temporary one, which stays).
"""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path

from ecomintent.adapters import settings, syncing, system
from ecomintent.adapters.tables import in_frozen_set
from ecomintent.labels.rules import Rules, value_key
from ecomintent.labels.texts import redacted
from ecomintent.taxonomy import NAMES
from tests.twins import TWINS
from tests.twins.day import AGENTS
from tests.twins.nearby import Nearby
from tests.twins.serve import served
from tests.twins.twin import Twin, TwinClock

ROOT = Path(__file__).parents[2]
MONTHS = ("corrections-month1", "corrections-month2", "corrections-month3")


def fill(twins: list[Twin]) -> int:
    """Let every sample correction happen in one of the twins, in turn; returns how many there were."""
    rows = [json.loads(line) for name in MONTHS for line in (ROOT / f"data/samples/{name}.jsonl").open()]
    for number, (row, twin, agent) in enumerate(zip(rows, cycle(twins), cycle(AGENTS), strict=False)):
        ticket = twin.open(row["text"])
        twin.clock.sleep(40)
        before = row.get("previous_intent") or ""
        if before and before != row["intent"] and "predict" in twin.can:
            twin.predict(ticket, before)
            twin.clock.sleep(300)
        twin.correct(ticket, row["intent"], agent)
        twin.clock.sleep(20)
        if number % 11 == 0 and "rule" in twin.can:
            twin.rule(twin.open("an automatic rule tagged this one about its invoice"), "BILLING_DISPUTE")
        if number % 13 == 0 and "predict" in twin.can and "close" in twin.can:
            kept = twin.open("is the small kettle still sold in green, please?")
            twin.clock.sleep(5)
            twin.predict(kept, "PRODUCT_QUESTION")
            twin.clock.sleep(60)
            twin.close(kept)
        if number % 29 == 0 and "delete" in twin.can:
            twin.delete(ticket)
    return len(rows)


def main() -> int:
    """Run the whole of it; returns the exit code."""
    os.environ.setdefault("ECOMINTENT_HOME", tempfile.mkdtemp(prefix="ecomintent-demo-"))
    os.environ.setdefault("ECOMINTENT_PROJECT", str(ROOT))
    print(f"home: {os.environ['ECOMINTENT_HOME']}")
    ecomintent("samples")
    running = system.build(settings.current())
    twins = [kind(TwinClock(), "demo") for kind in TWINS if kind.source != "plain"]
    print(f"{fill(twins)} corrections were made in {', '.join(twin.source for twin in twins)}")
    with ExitStack() as serving:
        addresses = [serving.enter_context(served(twin)) for twin in twins]
        for again in ("first sync", "later", "nothing new"):
            print(f"\n{again}:")
            for twin, address in zip(twins, addresses, strict=True):
                twin.clock.sleep(twin.settles_after)
                rules = Rules(
                    source=twin.source,
                    account="demo",
                    intents={value_key(name): name for name in NAMES},
                    redact=redacted,
                    pseudonym=partial(running.pseudonyms.of, twin.source, "demo"),
                    in_frozen_set=in_frozen_set(running),
                )
                helpdesk = twin.connector(Nearby(address), twin.clock.sleep)
                done = syncing.sync(helpdesk, rules, running.labels)
                counts = f"read {done.tickets:>4}  new events {done.stored:>4}  quarantined {done.refused:>3}"
                print(f"  {twin.source:<13} {counts}  {done.labels}")
    for command in ("labels status", "labels held", "retrain", "status"):
        print(f"\n$ ecomintent {command}")
        ecomintent(*command.split())
    return 0


def ecomintent(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "ecomintent", *arguments], check=True, cwd=ROOT)


if __name__ == "__main__":
    sys.exit(main())
