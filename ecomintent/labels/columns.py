"""Which columns a kind of file has, and what is said when they are not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from ecomintent.errors import InputError
from ecomintent.labels.tables import Fault, Row, excerpt, read_rows

SIMILAR: Final = 0.6
"""From this similarity (0-1) on, a column is offered as the one that was meant."""
MISSPELT: Final = 0.85
"""From this similarity on, it is taken for the absent one: leaving it out would lose it without a word."""

NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns that are read from one kind of file; all others are left out."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    aliases: Mapping[str, str]
    """Other people's name -> ours; it gives way where our own name is there too."""

    def of(self, row: Row) -> Row:
        """The row under our names."""
        return {**{self.aliases[name]: value for name, value in row.items() if name in self.aliases}, **row}

    def check(self, names: list[str], path: Path) -> None:
        """Let a file with these columns pass.

        Raises:
            InputError: a required column is absent, or an optional one is misspelt.
        """
        known = {self.aliases.get(name, name) for name in names}
        others = {_plain(name): name for name in names if name not in (*self.required, *self.optional, *self.aliases)}
        missing = [name for name in self.required if name not in known]
        if missing:
            close = ((name, self._near(name, others)) for name in missing)
            hints = "".join(f"; did you mean {name!r} by {found!r}?" for name, found in close if found)
            raise InputError(
                f"found the columns {', '.join(map(excerpt, names[:NAMED]))}; "
                f"needed are {' and '.join(self.required)}{hints}",
                where=str(path),
            )
        for name in self.optional:
            near = None if name in known else self._near(name, others, cutoff=MISSPELT)
            if near:
                raise InputError(
                    f"column {near!r} is not read, and {name!r} is absent; rename it if it is meant, else drop it",
                    where=str(path),
                )

    def _near(self, wanted: str, others: Mapping[str, str], *, cutoff: float = SIMILAR) -> str | None:
        spelled = (wanted, *(alias for alias, name in self.aliases.items() if name == wanted))
        close = (match for name in spelled for match in get_close_matches(name, others, n=1, cutoff=cutoff))
        first = next(close, None)
        return others[first] if first else None


def rows_of(path: Path, columns: Columns) -> Iterator[tuple[int, Row | Fault]]:
    """`tables.read_rows` under our column names, for a file that has the columns.

    Raises:
        InputError: as `read_rows`; a column is absent; there is no row.
    """
    seen: dict[str, None] = {}
    anything = False
    for line, row in read_rows(path):
        # A line of JSON may leave a key out, so only such a file as a whole can lack a column.
        check_now = not seen and path.suffix.lower() != ".jsonl"
        if isinstance(row, Fault):
            yield line, row
        else:
            seen.update(dict.fromkeys(row))
            if check_now:
                columns.check(list(seen), path)
            yield line, columns.of(row)
        anything = True
    if seen:
        columns.check(list(seen), path)
    if not anything:
        raise InputError("there is no row below the header; export it again", where=str(path))


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")
