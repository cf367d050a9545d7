"""kill -9 inside writes that need no trained home."""

import json
import os
import subprocess
import sys
from pathlib import Path

from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.data import parquet
from ecomintent.data.frozen import COLUMNS, sealed_digest
from ecomintent.serving.forwarding import forward
from tests.drills.clock_and_room import given
from tests.drills.drill import Seen, counted, drill
from tests.shop import ROOT, open_shop

KILLED = -9


def doomed(folder: Path, point: dict[str, str], *arguments: str) -> int:
    """A command in the empty home below `folder` that dies at `point`; {}: that runs through. Its exit code."""
    shop = open_shop(folder)
    environment = {**shop.environment, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.drills.doomed", json.dumps(point), *arguments]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, **quiet).returncode


@drill(
    "kill -9, writes",
    "kills a label import inside its transaction, then imports again",
    "nothing of it, then all, once",
)
def kill_in_a_label_import(folder: Path) -> Seen:
    file = str(ROOT / "data/samples/corrections-month2.jsonl")
    url = f"sqlite:///{folder}/home/labels.db"
    code = doomed(folder, {"sql": r"INSERT INTO (label_events|corrections|events)"}, "labels", "import", file)
    between = len(SqlLabelStore(url).corrections())
    again = doomed(folder, {}, "labels", "import", file)
    stored = [f"{one.ticket_id}|{one.text}" for one in SqlLabelStore(url).corrections()]
    ok = (code, again, between) == (KILLED, 0, 0) and len(stored) == len(set(stored)) == 216
    return Seen(ok=ok, says=f"exit {code}, {between} stored; again: {len(stored)}", **counted(stored, stored))


@drill(
    "kill -9, writes",
    "kills a frozen import before its pointer is renamed, then imports again",
    "no frozen set; then the sealed one",
)
def kill_in_a_frozen_seal(folder: Path) -> Seen:
    file = str(ROOT / "data/samples/frozen.jsonl")
    code = doomed(folder, {"rename": "current.json"}, "frozen", "import", file)
    sealed = SealedTables(folder / "home", "frozen")
    between = sealed.current()
    again = doomed(folder, {}, "frozen", "import", file)
    path, now = sealed.path(), sealed.current()
    whole = path is not None and now is not None and sealed_digest(parquet.require(path, dict(COLUMNS))) == now.digest
    seals = [event.event for event in SqlHistory(f"sqlite:///{folder}/home/labels.db").events()]
    ok = (code, again, between) == (KILLED, 0, None) and whole and seals.count("sealed") == 1
    return Seen(ok=ok, says=f"exit {code}, none sealed; again: {now.rows if now else 0} tickets, {len(seals)} events")


@drill(
    "kill -9, writes", "kills the making of the signing key before it has its name, then signs", "no half key; then one"
)
def kill_in_a_key(folder: Path) -> Seen:
    said = (
        "from pathlib import Path; from ecomintent.adapters.signing_keys import SigningKeys as S;"
        "from tests.drills import doomed as d; d.arm({'rename': 'release.pem'});"
        f"S(Path({str(folder)!r}), None).private()"
    )
    code = subprocess.run([sys.executable, "-c", said], cwd=ROOT, check=False).returncode
    half = (folder / "keys" / "release.pem").exists()
    SigningKeys(folder, None).private()
    return Seen(
        ok=code == KILLED and not half, says=f"exit {code}, no key; then {len(SigningKeys(folder, None).trusted())}"
    )


@drill(
    "kill -9, writes",
    "kills the handing on of corrections between the label store and the outbox's note, then hands on again",
    "each stored once",
)
def kill_between_store_and_outbox(folder: Path) -> Seen:
    outbox, names = StoredOutbox(LabellingDatabase(folder)), [f"e-{n}" for n in range(30)]
    for name in names:
        outbox.give(given(name), now=SystemClock().now(), held_seconds=0)
    url = f"sqlite:///{folder}/labels.db"
    child = os.fork()
    if child == 0:
        from tests.drills.doomed import die

        doomed_outbox = StoredOutbox(LabellingDatabase(folder))
        doomed_outbox.stored = die  # type: ignore[method-assign]
        forward(doomed_outbox, lambda: SqlLabelStore(url), SystemClock(), everything=True)
        os._exit(0)
    code = -os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    there = len(SqlLabelStore(url).corrections())
    forward(outbox, lambda: SqlLabelStore(url), SystemClock(), everything=True)
    stored = [one.ticket_id for one in SqlLabelStore(url).corrections()]
    return Seen(
        ok=code == 9 and there == 30, says=f"killed with {there} stored and none noted", **counted(stored, names)
    )


@drill(
    "kill -9, writes",
    "kills an append to the release history inside its transaction, then appends again",
    "one unbroken chain",
)
def kill_in_the_history(folder: Path) -> Seen:
    said = (
        "from tests.drills import doomed as d; from ecomintent.adapters.sql_history import SqlHistory as H;"
        "from ecomintent.records import ReleaseEvent as E;"
        f"h = H('sqlite:///{folder}/labels.db');"
        "e = lambda v: E(at='2026-11-22T00:00:00+00:00', event='approved', version=v, by='Dana', reason='r');"
        "h.append(e('1')); d.arm({'sql': 'INSERT INTO release_events'}); h.append(e('2'))"
    )
    code = subprocess.run([sys.executable, "-c", said], cwd=ROOT, check=False).returncode
    history = SqlHistory(f"sqlite:///{folder}/labels.db")
    between = len(history.events())
    history.append(history.events()[0])
    ok = code == KILLED and between == 1 and len(history.events()) == 2 and not history.breaks()
    return Seen(ok=ok, says=f"exit {code}; {between} event before, 2 after, {len(history.breaks())} breaks")
