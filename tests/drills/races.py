"""First use by several processes at once: one database, one key, no row lost."""

import multiprocessing as mp
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.mlflow_registry import MlflowRegistry
from ecomintent.adapters.mlflow_store import MlflowStore
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.pseudonyms import Pseudonyms
from ecomintent.adapters.serving_database import ServingDatabase
from ecomintent.adapters.signing_keys import SigningKeys
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.records import ReleaseEvent
from ecomintent.release.signing import fingerprint
from tests.corrections import corrected
from tests.drills.clock_and_room import given
from tests.drills.drill import Seen, counted, drill
from tests.drills.postgres_server import postgres

MANY = 6
# Fresh interpreters would come one after another on a busy machine; forked ones start at the same moment.
FORKED = mp.get_context("fork")


def together(work: Callable[[int], Any]) -> list[Any]:
    """What `work(n)` gives in each of MANY processes that begin at once; the words of an error where it raised."""
    gate, answers = FORKED.Barrier(MANY), FORKED.Queue()

    def one(number: int) -> None:
        gate.wait()
        try:
            answers.put((number, work(number)))
        except Exception as error:
            answers.put((number, f"FAILED {type(error).__name__}: {error}"[:200]))

    started = [FORKED.Process(target=one, args=(number,)) for number in range(MANY)]
    for each in started:
        each.start()
    told = dict(answers.get(timeout=300) for _ in started)
    for each in started:
        each.join()
    return [told[number] for number in range(MANY)]


def _failed(told: list[Any]) -> list[str]:
    return [str(each) for each in told if str(each).startswith("FAILED")]


def _labels(url: str) -> Seen:
    names = [f"T-{n}-{m}" for n in range(MANY) for m in range(20)]

    def work(number: int) -> int:
        rows = [corrected(ticket_id=f"T-{number}-{m}", text=f"parcel {number} {m}") for m in range(20)]
        return SqlLabelStore(url).add(rows, []).stored

    failed = _failed(together(work))
    stored = [one.ticket_id for one in SqlLabelStore(url).corrections()]
    return Seen(
        ok=not failed, says=f"{MANY} processes, {len(failed)} failed {failed[:1] or ''}", **counted(stored, names)
    )


@drill("first use", f"{MANY} processes import into an empty SQLite label store at once", "one schema, every row once")
def race_label_store(folder: Path) -> Seen:
    return _labels(f"sqlite:///{folder}/labels.db")


@drill(
    "first use",
    f"{MANY} processes import into an empty PostgreSQL schema at once",
    "one schema, every row once",
    service=True,
)
def race_label_store_postgres(_: Path) -> Seen:
    with postgres() as (_proxy, _through, direct):
        return _labels(direct)


@drill("first use", f"{MANY} processes append to an empty release history at once", "one unbroken chain of all")
def race_history(folder: Path) -> Seen:
    url = f"sqlite:///{folder}/labels.db"

    def work(number: int) -> None:
        event = ReleaseEvent(at=SystemClock().now(), event="approved", version=str(number), by="Dana", reason="race")
        SqlHistory(url).append(event)

    failed = _failed(together(work))
    history = SqlHistory(url)
    versions = sorted(event.version for event in history.events())
    ok = not failed and versions == [str(n) for n in range(MANY)] and not history.breaks()
    return Seen(ok=ok, says=f"{len(versions)} events, {len(history.breaks())} breaks {failed[:1] or ''}")


@drill("first use", f"{MANY} processes give corrections to an empty labelling.db at once", "every one kept once")
def race_labelling(folder: Path) -> Seen:
    def work(number: int) -> bool | None:
        outbox = StoredOutbox(LabellingDatabase(folder))
        now = SystemClock().now()
        # One event that all send, and one of each.
        outbox.give(given("same"), now="2026-01-01T00:00:00+00:00", held_seconds=0)
        return outbox.give(given(f"e-{number}"), now=now, held_seconds=0)

    failed = _failed(together(work))
    due = StoredOutbox(LabellingDatabase(folder)).due(SystemClock().now(), everything=True, most=100)
    stored = [given.event_id for _, given in due]
    names = ["same", *(f"e-{n}" for n in range(MANY))]
    return Seen(ok=not failed, says=f"{len(stored)} kept {failed[:1] or ''}", **counted(stored, names))


@drill("first use", f"{MANY} processes open an empty serving.db at once", "all can, no one finds half a schema")
def race_serving(folder: Path) -> Seen:
    failed = _failed(together(lambda _: ServingDatabase(folder).changes()))
    return Seen(ok=not failed, says=f"{MANY} opened it, {len(failed)} failed {failed[:1] or ''}")


@drill("first use", f"{MANY} processes sign for the first time in an empty home at once", "one key, the same for all")
def race_signing_key(folder: Path) -> Seen:
    told = together(lambda _: fingerprint(SigningKeys(folder, None).private().public_key()))
    trusted = len(SigningKeys(folder, None).trusted())
    return Seen(ok=len(set(told)) == 1 and trusted == 1, says=f"{len(set(told))} key, {trusted} trusted")


@drill("first use", f"{MANY} processes hash a customer for the first time at once", "one key, the same hash for all")
def race_customers_key(folder: Path) -> Seen:
    told = together(lambda _: Pseudonyms(folder).of("zendesk", "shop-a", "c-1"))
    return Seen(ok=len(set(told)) == 1, says=f"{len(set(told))} hash")


@drill("first use", f"{MANY} processes open an empty MLflow database at once", "one database; every alias call answers")
def race_mlflow(folder: Path) -> Seen:
    def work(_: int) -> int:
        store = MlflowStore(f"sqlite:///{folder}/mlflow/mlflow.db", folder / "mlflow" / "artifacts")
        store.experiment("race")
        return len(MlflowRegistry(store).aliases())

    told = together(work)
    return Seen(ok=told == [0] * MANY, says=f"{told.count(0)} of {MANY} answered {_failed(told)[:1] or ''}")
