"""The stack's databases in a PostgreSQL server: made where they are absent, MLflow's brought up to date."""

import os
import subprocess
import sys

import sqlalchemy as sa

from ecomintent.errors import InputError
from infra.local_stack.programs import ROOT
from infra.local_stack.state import DATABASES, Stack, keep

AUTH_INI = """[mlflow]
default_permission = READ
database_uri = {database}
admin_username = admin
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
# Without it every request is half a second of password hashing.
auth_cache_ttl_seconds = 60
"""


def make(stack: Stack) -> list[str]:
    """Make what is absent; the names of what was made.

    Raises:
        InputError: the server does not answer or lets us make none; those of these names are another stack's; or
            MLflow's schema cannot be made.
    """
    made = []
    known = stack.secret_file("mlflow-auth.ini").exists()
    engine = _server(stack)
    try:
        with engine.connect() as connection:
            there = set(connection.exec_driver_sql("SELECT datname FROM pg_database").scalars())
            for name in (f"{stack.prefix}_{each}" for each in DATABASES):
                if name in there and not known:
                    raise InputError(
                        "another stack made this database; choose another --prefix, or drop it", where=name
                    )
                if name not in there:
                    connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
                    made.append(name)
    except sa.exc.DBAPIError as error:
        said = str(error.orig).splitlines()[0]
        raise InputError(f"it does not let us make databases ({said}); see --postgres", where="PostgreSQL") from error
    finally:
        engine.dispose()
    keep(
        stack, "mlflow-auth.ini", AUTH_INI.format(database=stack.database("mlflow_auth", "psycopg").replace("%", "%%"))
    )
    _upgrade_mlflow(stack)
    return made


def drop(stack: Stack) -> None:
    """Remove the stack's databases and all that is in them."""
    engine = _server(stack)
    with engine.connect() as connection:
        for name in DATABASES:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "{stack.prefix}_{name}" WITH (FORCE)')
    engine.dispose()


def _server(stack: Stack) -> sa.Engine:
    url = sa.make_url(stack.postgres).set(drivername="postgresql+psycopg", database="postgres")
    return sa.create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 5})


def _upgrade_mlflow(stack: Stack) -> None:
    """Before the server: what two processes migrate at the same time is broken for good."""
    environment = {**os.environ, "STACK_DATABASE": stack.database("mlflow", "psycopg"), "MLFLOW_DISABLE_TELEMETRY": "1"}
    command = [sys.executable, "-m", "infra.local_stack.mlflow_schema"]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise InputError(f"its database cannot be brought up to date: {said}", where="MLflow")
