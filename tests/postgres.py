"""A PostgreSQL server for tests: one schema of its own per store, gone afterwards."""

import os
import secrets

import pytest
import sqlalchemy as sa

SERVER = os.environ.get("ECOMINTENT_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
"""Set ECOMINTENT_TEST_POSTGRES to another server, or to nothing to skip."""


class Postgres:
    """Makes schemas; drops them in `close`."""

    def __init__(self) -> None:
        self._engine = sa.create_engine(SERVER, isolation_level="AUTOCOMMIT")
        self._schemas: list[str] = []

    def url(self) -> str:
        """Of a new, empty schema."""
        name = f"ecomintent_test_{secrets.token_hex(6)}"
        with self._engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE SCHEMA {name}")
        self._schemas.append(name)
        options = {"options": f"-csearch_path={name}"}
        return sa.make_url(SERVER).update_query_dict(options).render_as_string(hide_password=False)

    def close(self) -> None:
        """Drop every schema that was made."""
        with self._engine.connect() as connection:
            for name in self._schemas:
                connection.exec_driver_sql(f"DROP SCHEMA {name} CASCADE")
        self._engine.dispose()


def open_postgres() -> Postgres:
    """Skips the test, with the reason, where there is no server."""
    if not SERVER:
        pytest.skip("ECOMINTENT_TEST_POSTGRES is empty")
    engine = sa.create_engine(SERVER, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            pass
    except sa.exc.OperationalError as error:
        pytest.skip(f"no PostgreSQL server answers (ECOMINTENT_TEST_POSTGRES names one): {error.orig}")
    finally:
        engine.dispose()
    return Postgres()
