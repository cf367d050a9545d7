"""The label store's rows from one database into another of the same schema: PostgreSQL to SQLite and back."""

import sqlalchemy as sa

from ecomintent.adapters import migrations
from ecomintent.adapters.sql_database import SqlDatabase
from ecomintent.errors import InputError

AT_ONCE = 2_000
OURS = "alembic_version"
"""Both have it already, and equal."""

STILL = {"postgresql": "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"}
"""All tables as of one moment, whoever writes meanwhile; a transaction of SQLite reads so anyway."""


def copy_rows(source: str, target: str) -> dict[str, int]:
    """Every row of every table; both are brought to today's schema first, and the copy is made whole or not at all.

    Args:
        source: database address.
        target: address of a database that holds no row yet.
    Returns:
        Table -> rows.
    Raises:
        InputError: one cannot be used, or the target holds rows already.
    """
    with SqlDatabase(source).transaction() as reading, SqlDatabase(target).transaction() as writing:
        if statement := STILL.get(reading.dialect.name):
            # The first statement of its transaction it must be; what opening did is over.
            reading.exec_driver_sql(statement)
        tables = sa.MetaData()
        tables.reflect(bind=reading)
        into = sa.MetaData()
        into.reflect(bind=writing)
        ordered = [table for table in tables.sorted_tables if table.name != OURS]
        for table in ordered:
            if writing.execute(sa.select(sa.func.count()).select_from(into.tables[table.name])).scalar():
                raise InputError(
                    f"the table {table.name} holds rows already; name an empty database",
                    where=sa.make_url(target).render_as_string(hide_password=True),
                )
        return {table.name: _copy(reading, writing, table, into.tables[table.name]) for table in ordered}


def schema() -> str:
    """Of the rows that are copied."""
    return migrations.HEAD


def _copy(reading: sa.Connection, writing: sa.Connection, table: sa.Table, into: sa.Table) -> int:
    rows = 0
    keys = list(table.primary_key.columns)
    for part in reading.execute(sa.select(table).order_by(*keys)).mappings().partitions(AT_ONCE):
        writing.execute(sa.insert(into), [dict(row) for row in part])
        rows += len(part)
    if writing.dialect.name == "postgresql":
        _go_on_counting(writing, into)
    return rows


def _go_on_counting(writing: sa.Connection, table: sa.Table) -> None:
    """Let PostgreSQL give out the numbers behind the copied ones."""
    for column in table.primary_key.columns:
        if isinstance(column.type, sa.Integer):
            writing.execute(
                sa.text(
                    "SELECT setval(pg_get_serial_sequence(:table, :column), "
                    f'(SELECT max("{column.name}") FROM "{table.name}")) '
                    "WHERE pg_get_serial_sequence(:table, :column) IS NOT NULL "
                    f'AND EXISTS (SELECT 1 FROM "{table.name}")'
                ),
                {"table": table.name, "column": column.name},
            )
