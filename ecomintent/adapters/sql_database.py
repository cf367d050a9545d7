"""One SQLAlchemy database: opened and given its schema on first use, its own complaints told in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ecomintent.adapters import migrations
from ecomintent.errors import InputError

WAIT_SECONDS: Final = 30
"""How long a writer waits for another one before it gives up."""

AT_FAULT: Final = (sa.exc.OperationalError, sa.exc.DatabaseError, sa.exc.InternalError)
"""Absent, locked, read-only (an internal error of PostgreSQL), full, damaged.

Their subclasses (a broken constraint) would be bugs of ours.
"""


class SqlDatabase:
    """A database whose schema is this code's."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: sa.Engine | None = None

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection whose writes all happen or none does.

        Raises:
            InputError: the database cannot be opened, read or written.
        """
        try:
            if self._engine is None:
                self._engine = self._open()
            with self._engine.begin() as connection:
                yield connection
        except AT_FAULT as error:
            if type(error) not in AT_FAULT:
                raise
            raise InputError(
                f"the database cannot be used ({error.orig}); check ECOMINTENT_HOME and ECOMINTENT_DATABASE_URL",
                where=_shown(self._url),
            ) from error

    def _open(self) -> sa.Engine:
        try:
            url = sa.make_url(self._url)
            # A ticket in an error message would end in a log.
            engine = sa.create_engine(url, connect_args=_connect_args(url), hide_parameters=True)
        except (sa.exc.ArgumentError, ImportError) as error:
            raise InputError(
                f"no database of this kind can be opened ({error}); the default is a SQLite file in the home",
                where="ECOMINTENT_DATABASE_URL",
            ) from error
        _make_folder(url)
        migrations.bring_up(engine)
        return engine


def storable(value: str, *, where: str) -> str:
    """`value`, which no database has to bend.

    Raises:
        InputError: it holds a NUL or half a surrogate pair.
    """
    if "\0" in value or not _is_unicode(value):
        raise InputError("it holds a NUL or half a surrogate pair, which cannot be stored; remove it", where=where)
    return value


def visible(value: str) -> str:
    """`value` with what cannot be stored written as escapes: a refused row must be kept, however broken."""
    return value.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _is_unicode(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _connect_args(url: sa.URL) -> dict[str, int]:
    return {"timeout": WAIT_SECONDS} if url.get_backend_name() == "sqlite" else {}


def _make_folder(url: sa.URL) -> None:
    # A `file:` name is SQLite's own business, and need not be a path.
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith((":memory:", "file:")):
        return
    folder = Path(url.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror}); set ECOMINTENT_HOME", where=str(folder)) from error


def _shown(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True)
