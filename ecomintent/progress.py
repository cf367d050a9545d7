"""How long work is shown. The core is handed a `Track`; only the CLI owns a terminal."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Track(Protocol):
    """Iterate over `items`, telling somebody (or nobody) how far it is."""

    def __call__(self, items: Sequence[T], label: str) -> Iterable[T]: ...


def silently(items: Sequence[T], label: str) -> Iterable[T]:
    """Tell nobody."""
    return items


def on_terminal(items: Sequence[T], label: str) -> Iterable[T]:
    """One rewritten line on stderr; silent unless stderr is a terminal."""
    if not sys.stderr.isatty():
        return items
    return _drawn(items, label)


def _drawn(items: Sequence[T], label: str) -> Iterator[T]:
    total = len(items)
    for done, item in enumerate(items, start=1):
        yield item
        end = "\n" if done == total else ""
        sys.stderr.write(f"\r{label} {done}/{total}{end}")
        sys.stderr.flush()


def counted(items: Iterable[T], label: str) -> Iterator[T]:
    """The items, of which nobody knows how many there will be; one rewritten line on stderr if it is a terminal."""
    shown = sys.stderr.isatty()
    for done, item in enumerate(items, start=1):
        yield item
        if shown:
            sys.stderr.write(f"\r{label} {done}")
            sys.stderr.flush()
    if shown:
        sys.stderr.write("\n")
