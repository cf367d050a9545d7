"""`ports.Erasure` on SQLAlchemy, in the label store's database: what a customer wrote goes, a tombstone stays."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecomintent.adapters.label_rows import EVENTS, KEY, METADATA, REFUSED
from ecomintent.adapters.sql_database import SqlDatabase, storable
from ecomintent.records import Tombstone

TOMBSTONES: Final = sa.Table(
    "tombstones",
    METADATA,
    *(sa.Column(name, sa.Text, primary_key=True) for name in ("source", "account", "ticket_id", "requester")),
    *(sa.Column(name, sa.Text) for name in ("at", "by", "retrain_by")),
)

LOCK: Final = 7_041_212
"""PostgreSQL's advisory lock: who inserts shares it, who erases holds it alone. SQLite has one writer at a time."""

_HERE: Final = [TOMBSTONES.c[name] == EVENTS.c[name] for name in ("source", "account")]

BURIED: Final = sa.exists().where(
    *_HERE,
    sa.or_(
        sa.and_(TOMBSTONES.c.requester != "", TOMBSTONES.c.requester == EVENTS.c.requester),
        sa.and_(TOMBSTONES.c.ticket_id != "", TOMBSTONES.c.ticket_id == EVENTS.c.ticket_id),
    ),
)

ANY: Final = sa.select(sa.exists().where(TOMBSTONES.c.at != ""))

KEEP_OUT: Final = sa.delete(EVENTS).where(EVENTS.c.ticket_id.in_(sa.bindparam("tickets", expanding=True)), BURIED)


class SqlErasure:
    """Tombstones, and the deletion that comes with one."""

    def __init__(self, url: str) -> None:
        self._database = SqlDatabase(url)

    def erase(self, tombstone: Tombstone) -> list[Tombstone]:
        """Delete what the tombstone stands for, in one transaction; again it changes nothing.

        Returns:
            One tombstone for each ticket there was, those of earlier calls included.
        Raises:
            InputError: the database cannot be used.
        """
        storable(tombstone.by, where="--by")
        with self._database.transaction() as connection:
            lock(connection, alone=True)
            # First, so that SQLite holds its one write lock before anything is read.
            _keep(connection, [tombstone])
            held = EVENTS.c.requester == tombstone.requester if tombstone.requester else sa.false()
            chosen = sa.select(*(EVENTS.c[name] for name in KEY)).where(
                EVENTS.c.source == tombstone.source,
                EVENTS.c.account == tombstone.account,
                sa.or_(held, EVENTS.c.ticket_id == tombstone.ticket_id),
            )
            found = [row.ticket_id for row in connection.execute(chosen.distinct())]
            _keep(connection, [replace(tombstone, ticket_id=ticket) for ticket in sorted(found)])
            connection.execute(sa.delete(EVENTS).where(BURIED))
            tickets = _of(connection, tombstone)
            names = [f"{tombstone.source}:{tombstone.account}", tombstone.source]
            connection.execute(
                sa.delete(REFUSED).where(
                    REFUSED.c.ticket_id.in_([one.ticket_id for one in tickets]), REFUSED.c.file.in_(names)
                )
            )
        return tickets

    def tombstones(self) -> Sequence[Tombstone]:
        """Everything that was erased, by time."""
        with self._database.transaction() as connection:
            rows = connection.execute(sa.select(TOMBSTONES)).mappings()
            found = [Tombstone(**row) for row in rows]
        return sorted(found, key=lambda one: (one.at, one.source, one.account, one.requester, one.ticket_id))


def lock(connection: sa.Connection, *, alone: bool) -> None:
    """Hold back an erasure while events are written, and the other way round, until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{'' if alone else '_shared'}({LOCK})")


def keep_out(connection: sa.Connection, tickets: Sequence[str]) -> int:
    """Delete what was just written of erased tickets and customers; returns how many events."""
    if not connection.execute(ANY).scalar():
        return 0
    return connection.execute(KEEP_OUT, {"tickets": list(tickets)}).rowcount


def _keep(connection: sa.Connection, tombstones: Sequence[Tombstone]) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    for one in tombstones:
        connection.execute(insert(TOMBSTONES).values(**asdict(one)).on_conflict_do_nothing())


def _of(connection: sa.Connection, tombstone: Tombstone) -> list[Tombstone]:
    chosen = sa.select(TOMBSTONES).where(
        TOMBSTONES.c.source == tombstone.source,
        TOMBSTONES.c.account == tombstone.account,
        TOMBSTONES.c.requester == tombstone.requester,
        TOMBSTONES.c.ticket_id != "",
    )
    if tombstone.ticket_id:
        chosen = chosen.where(TOMBSTONES.c.ticket_id == tombstone.ticket_id)
    return [Tombstone(**row) for row in connection.execute(chosen.order_by(TOMBSTONES.c.ticket_id)).mappings()]
