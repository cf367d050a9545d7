"""`ports.HeldReleases` on SQLAlchemy, in the label store's database: one row a label, never changed."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecomintent.adapters.sql_database import SqlDatabase, storable

BATCH: Final = 1000

RELEASES: Final = sa.Table(
    "label_releases",
    sa.MetaData(),
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("at", sa.String(40)),
    sa.Column("by", sa.Text),
    sa.Column("reason", sa.Text),
)
"""As `migrations` makes it."""


class SqlReleases:
    """Append-only releases of held labels."""

    def __init__(self, url: str) -> None:
        self._database = SqlDatabase(url)

    def release(self, keys: Iterable[str], *, by: str, reason: str, at: str) -> int:
        """Record the releases that are new, in one transaction; of two persons at once, the first is kept.

        Raises:
            InputError: the database cannot be used, or name or reason hold what no database can.
        """
        said = {"at": at, "by": storable(by, where="--by"), "reason": storable(reason, where="--reason")}
        rows = [{"key": key, **said} for key in sorted(set(keys))]
        with self._database.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            # The driver's row count of many inserts at once is no count; the keys that come back are.
            statement = insert(RELEASES).on_conflict_do_nothing().returning(RELEASES.c.key)
            batches = (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
            return sum(len(connection.execute(statement, batch).all()) for batch in batches)

    def released(self) -> frozenset[str]:
        """The keys of every label that somebody released."""
        with self._database.transaction() as connection:
            return frozenset(connection.execute(sa.select(RELEASES.c.key)).scalars())
