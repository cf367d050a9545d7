"""The database's schema by version, and the way from one version to another (Alembic)."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ecomintent.errors import InputError

HEAD: Final = "0005"
"""The version this code reads and writes."""

TABLE: Final = "alembic_version"

LOCKS: Final = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(7041211)"}
"""How one process at a time moves the schema, however many open a new home at once."""


def bring_up(engine: sa.Engine) -> None:
    """Bring a database of any earlier version, or an empty one, to `HEAD`; one that is there is only read.

    Raises:
        InputError: a newer ecomintent made it, or databases of this kind are not supported.
    """
    with engine.connect() as connection:
        if version_of(connection) == HEAD:
            return
    move(engine, HEAD)


def move(engine: sa.Engine, target: str) -> None:
    """Move the schema up or down to `target` ("base" for none) in one transaction; other movers wait.

    Raises:
        InputError: as `bring_up`.
        DowngradeRefused: the version below cannot hold what is stored.
    """
    lock = LOCKS.get(engine.dialect.name)
    if lock is None:
        raise InputError(
            f"{engine.dialect.name} is not supported; allowed are {', '.join(LOCKS)}", where="ECOMINTENT_DATABASE_URL"
        )
    # Alembic takes a moment to import, and almost every command finds the schema in place.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    with engine.begin() as connection:
        connection.exec_driver_sql(lock)
        found = version_of(connection)
        if found is not None and found not in known:
            raise InputError(
                f"its schema has version {found}, this ecomintent knows {max(known)} at most; upgrade ecomintent",
                where="the database",
            )
        if found == target:
            return
        config.attributes["connection"] = connection
        down = target == "base" or (found is not None and target < found)
        (command.downgrade if down else command.upgrade)(config, target)


def version_of(connection: sa.Connection) -> str | None:
    """The schema's version; None for an empty database and for one from before versions were kept."""
    if not sa.inspect(connection).has_table(TABLE):
        return None
    found = connection.execute(sa.text(f"SELECT version_num FROM {TABLE}")).scalar()
    return None if found is None else str(found)
