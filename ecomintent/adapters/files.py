"""Label files that are laid into a folder, read once each: CSV, JSONL, Parquet, XLSX."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from ecomintent.adapters.source_setup import Setup
from ecomintent.errors import InputError, SourceError
from ecomintent.files import digest
from ecomintent.labels.columns import rows_of
from ecomintent.labels.reading import COLUMNS
from ecomintent.labels.tables import SUFFIXES, Fault, excerpt
from ecomintent.records import Refused
from ecomintent.tickets import Page

ROWS_A_PAGE: Final = 5_000


class FilesConnector:
    """The files that a pattern names, by name; one whose content changed is read again."""

    source = "files"

    def __init__(self, account: str, pattern: str) -> None:
        self.account = account
        self._pattern = pattern

    def pages(self, mark: str, *, since: str) -> Iterator[Page]:
        """One page for some thousand rows; a file counts as read with its last page. `since` is for services.

        Raises:
            SourceError: no file is there, or one cannot be read; those before it are stored.
        """
        read: dict[str, str] = json.loads(mark) if mark else {}
        named = self._files()
        if not named:
            raise SourceError(
                f"no file matches {self._pattern!r}; allowed endings are {', '.join(SUFFIXES)}", where=self._name
            )
        for path in named:
            try:
                content = digest(path)
                if read.get(path.name) != content:
                    yield from self._pages_of(path, read)
                    read = {**read, path.name: content}
                    yield Page(mark=_mark(read))
            except (InputError, OSError) as error:
                raise SourceError(str(error), where=self._name) from error

    @property
    def _name(self) -> str:
        return f"{self.source}:{self.account}"

    def _files(self) -> list[Path]:
        path = Path(self._pattern)
        found = path.glob("*") if path.is_dir() else path.parent.glob(path.name)
        return sorted(path for path in found if path.is_file() and path.suffix.lower() in SUFFIXES)

    def _pages_of(self, path: Path, read: dict[str, str]) -> Iterator[Page]:
        rows = rows_of(path, COLUMNS)
        while chunk := list(islice(rows, ROWS_A_PAGE)):
            yield Page(
                mark=_mark(read),
                rows=tuple((line, row) for line, row in chunk if not isinstance(row, Fault)),
                rows_from=path.name,
                refused=tuple(_refused(path.name, line, row) for line, row in chunk if isinstance(row, Fault)),
            )


def connect(setup: Setup) -> FilesConnector:
    """The connector to the files of option `path`: a folder, a file, or a pattern such as /exports/*.csv.

    Raises:
        InputError: the option is absent.
    """
    return FilesConnector(setup.account, setup.option("path"))


def _mark(read: dict[str, str]) -> str:
    return json.dumps(read, sort_keys=True)


def _refused(name: str, line: int, fault: Fault) -> Refused:
    return Refused(file=excerpt(name), line=line, ticket_id="", reason=fault.reason, excerpt="")
