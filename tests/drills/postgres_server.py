"""Drills on PostgreSQL behind a proxy that drops, delays and cuts connections."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from ecomintent.adapters.clock import SystemClock
from ecomintent.adapters.labelling_database import LabellingDatabase
from ecomintent.adapters.outbox import StoredOutbox
from ecomintent.adapters.sql_history import SqlHistory
from ecomintent.adapters.sql_labels import SqlLabelStore
from ecomintent.errors import EcomIntentError, InputError
from ecomintent.records import ReleaseEvent
from ecomintent.serving.forwarding import forward
from tests.corrections import corrected
from tests.drills.clock_and_room import given
from tests.drills.drill import Seen, counted, drill, refused
from tests.drills.proxy import Proxy
from tests.postgres import SERVER, open_postgres

ROWS = [corrected(ticket_id=f"T-{n}", text=f"where is my parcel {n}") for n in range(300)]
NAMES = [row.ticket_id for row in ROWS]


@contextmanager
def postgres():
    """A schema of its own behind a proxy: (proxy, address through it, address beside it)."""
    opened = open_postgres()
    server = sa.make_url(SERVER)
    proxy = Proxy(server.host or "127.0.0.1", server.port or 5432)
    try:
        url = opened.url()
        through = sa.make_url(url).set(host="127.0.0.1", port=proxy.port).render_as_string(hide_password=False)
        yield proxy, through, url
    finally:
        proxy.close()
        opened.close()


def _stored(url: str) -> list[str]:
    return [one.ticket_id for one in SqlLabelStore(url).corrections()]


@drill(
    "PostgreSQL",
    "takes the server away before an import, then brings it back",
    "one line, nothing stored; then all",
    service=True,
)
def postgres_away(_: Path) -> Seen:
    with postgres() as (proxy, through, direct):
        proxy.away = True
        said = refused(lambda: SqlLabelStore(through).add(ROWS, []), InputError)
        between = len(_stored(direct))
        proxy.away = False
        SqlLabelStore(through).add(ROWS, [])
        counts = counted(_stored(direct), NAMES)
    return Seen(ok="cannot be used" in said and between == 0, says=f"refused, {between} stored meanwhile", **counts)


@drill(
    "PostgreSQL",
    "cuts the connection in the middle of an import, then imports again",
    "all or none; then all, once",
    service=True,
)
def postgres_cut_in_an_import(_: Path) -> Seen:
    with postgres() as (proxy, through, direct):
        store = SqlLabelStore(through)
        store.add([corrected(ticket_id="first")], [])
        proxy.drop_all()
        again = SqlLabelStore(through)
        proxy.cut_after = 40_000
        said = refused(lambda: again.add(ROWS, []), InputError)
        between = len(_stored(direct))
        SqlLabelStore(through).add(ROWS, [])
        counts = counted(_stored(direct), ["first", *NAMES])
    return Seen(ok="cannot be used" in said and between == 1, says=f"cut; {between} stored meanwhile", **counts)


@drill(
    "PostgreSQL",
    "restarts the server between two imports of one process",
    "the second one goes through, or says so in one line",
    service=True,
)
def postgres_restarting(_: Path) -> Seen:
    with postgres() as (proxy, through, direct):
        store = SqlLabelStore(through)
        store.add(ROWS[:100], [])
        proxy.drop_all()
        said = refused(lambda: store.add(ROWS[100:], []), InputError)
        if said:
            store.add(ROWS[100:], [])
        counts = counted(_stored(direct), NAMES)
    return Seen(ok=True, says="one line, then stored" if said else "stored at once", **counts)


@drill("PostgreSQL", "passes each piece on 0.05 s late", "slow, and whole", service=True)
def postgres_slow(_: Path) -> Seen:
    with postgres() as (proxy, through, direct):
        SqlLabelStore(direct).corrections()
        proxy.delay = 0.05
        SqlLabelStore(through).add(ROWS[:50], [])
        proxy.delay = 0.0
        counts = counted(_stored(direct), NAMES[:50])
    return Seen(ok=True, says="50 corrections through a line that delays every piece", **counts)


@drill(
    "PostgreSQL",
    "makes the server refuse writes, as one that ran full does",
    "one line, nothing stored; then all",
    service=True,
)
def postgres_read_only(_: Path) -> Seen:
    with postgres() as (_proxy, _through, direct):
        SqlLabelStore(direct).corrections()
        options = sa.make_url(direct).query["options"]
        frozen = sa.make_url(direct).update_query_dict({"options": f"{options} -cdefault_transaction_read_only=on"})
        text = frozen.render_as_string(hide_password=False)
        said = refused(lambda: SqlLabelStore(text).add(ROWS, []), EcomIntentError)
        between = len(_stored(direct))
        SqlLabelStore(direct).add(ROWS, [])
        counts = counted(_stored(direct), NAMES)
    return Seen(ok=bool(said) and between == 0, says=said[:100], **counts)


@drill(
    "PostgreSQL",
    "takes the server away while the API's corrections are handed on",
    "they wait in the outbox; then each is stored once",
    service=True,
)
def postgres_away_for_the_outbox(folder: Path) -> Seen:
    outbox, now = StoredOutbox(LabellingDatabase(folder)), SystemClock().now()
    names = [f"e-{n}" for n in range(40)]
    with postgres() as (proxy, through, direct):
        store = SqlLabelStore(through)
        store.corrections()
        for name in names[:20]:
            outbox.give(given(name), now=now, held_seconds=0)
        proxy.away = True
        proxy.drop_all()
        said = refused(lambda: forward(outbox, lambda: store, SystemClock(), everything=True), EcomIntentError)
        for name in names[20:]:
            outbox.give(given(name), now=now, held_seconds=0)
        proxy.away = False
        handed = forward(outbox, lambda: store, SystemClock(), everything=True)
        forward(outbox, lambda: store, SystemClock(), everything=True)
        counts = counted(_stored(direct), names)
    return Seen(ok=bool(said) and handed == 40, says=f"waited, then {handed} handed on", **counts)


@drill(
    "PostgreSQL",
    "cuts the connection while an event is appended to the release history",
    "the chain is whole, the event there once",
    service=True,
)
def postgres_cut_at_the_history(_: Path) -> Seen:
    event = ReleaseEvent(at=SystemClock().now(), event="approved", version="1", by="Dana Ortiz", reason="x" * 5_000)
    with postgres() as (proxy, through, direct):
        SqlHistory(through).append(event)
        cut = SqlHistory(through)
        cut.events()
        proxy.cut_after = 6_000
        said = refused(lambda: cut.append(replace(event, version="2")), InputError)
        if not any(one.version == "2" for one in SqlHistory(direct).events()):
            SqlHistory(through).append(replace(event, version="2"))
        told = SqlHistory(direct)
        versions, breaks = [one.version for one in told.events()], told.breaks()
    return Seen(
        ok=bool(said) and versions == ["1", "2"] and not breaks, says=f"versions {versions}, {len(breaks)} breaks"
    )
