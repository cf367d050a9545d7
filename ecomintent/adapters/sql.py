"""Corrections that a query of the customer's own finds in the customer's own warehouse."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from ecomintent.adapters.source_setup import Setup
from ecomintent.adapters.web import Secret
from ecomintent.errors import InputError, SourceError
from ecomintent.labels.reading import COLUMNS
from ecomintent.labels.tables import as_text
from ecomintent.tickets import Page

ROWS_A_PAGE: Final = 5_000
AFTER: Final = "after"
"""What the query may name as `:after`: the latest created_at that was stored, empty at first."""


class SqlConnector:
    """The rows of one query, in its order."""

    source = "sql"

    def __init__(self, account: str, address: Secret, query: str) -> None:
        self.account = account
        self._address, self._query = address, query

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """Some thousand rows a page. A query without `:after` is read whole each time; what is known stores nothing.

        Raises:
            SourceError: the database refuses or cannot be reached, or the query lacks a column.
        """
        after: str = json.loads(mark) if mark else since
        latest, at = after, 0
        for chunk in self._chunks(after):
            rows = [(at + number, row) for number, row in enumerate(chunk, start=1)]
            at += len(rows)
            latest = max([latest, *(row.get("created_at") or "" for _, row in rows)])
            # Rows of one moment may lie on two pages: until the last page, the next sync starts where this one did.
            yield Page(mark=mark or json.dumps(after), rows=tuple(rows), rows_from=self._name)
        if latest != after:
            yield Page(mark=json.dumps(latest))

    @property
    def _name(self) -> str:
        return f"{self.source}:{self.account}"

    def _chunks(self, after: str) -> Iterator[list[dict[str, str | None]]]:
        try:
            engine = sa.create_engine(self._address.reveal(), hide_parameters=True)
        except (sa.exc.ArgumentError, ImportError):
            raise self._trouble("the credential is no address of a database, or its driver is absent") from None
        try:
            with engine.connect().execution_options(stream_results=True, postgresql_readonly=True) as connection:
                query = sa.text(self._query)
                given = {AFTER: after} if f":{AFTER}" in self._query else {}
                found = connection.execute(query, given)
                names = list(found.keys())
                self._check(names)
                rows = (COLUMNS.of(_texts(row)) for row in found.mappings())
                while chunk := list(islice(rows, ROWS_A_PAGE)):
                    yield chunk
        except sa.exc.SQLAlchemyError as error:
            # What the driver says may quote the address, and that holds the password.
            raise self._trouble(f"the query cannot be run ({type(error).__name__}); try it by hand") from None
        finally:
            engine.dispose()

    def _check(self, names: list[str]) -> None:
        try:
            COLUMNS.check(names, Path("the query"))
        except InputError as error:
            raise self._trouble(str(error)) from error

    def _trouble(self, said: str) -> SourceError:
        return SourceError(said, where=self._name)


def connect(setup: Setup) -> SqlConnector:
    """The connector for option `query`; the credential is SQLAlchemy's address of the database, password included.

    Raises:
        InputError: the option is absent.
    """
    return SqlConnector(setup.account, setup.token, setup.option("query"))


def _texts(row: Mapping[Any, Any]) -> dict[str, str | None]:
    return {str(name): as_text(value) for name, value in row.items()}
