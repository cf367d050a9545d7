"""The route table from its TOML file, every word of it checked."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.params_checks import same_keys
from ecomintent.served import Route, RouteTable
from ecomintent.taxonomy import carried

WORDS: Final = [field.name for field in fields(Route)]
MOST_CHARS: Final = 100


def read(path: Path) -> RouteTable:
    """The table, with a route for every intent in force and every earlier name.

    An intent that came from others and has no route goes where the first of them went.

    Raises:
        InputError: the file cannot be read, an intent or a word is missing or unknown, or a value has another type.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check ECOMINTENT_ROUTES", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"not TOML ({error}); mend it", where=str(path)) from error
    same_keys(str(path), raw, ["low_share", "person", "routes"])
    share = raw["low_share"]
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise InputError(f"{share!r}; it must be a number in 0-1", where=f"{path}: low_share")
    routes = _table(raw["routes"], where=f"{path}: routes")
    read = {name: _route(route, where=f"{path}: routes.{name}") for name, route in routes.items()}
    return RouteTable(
        routes=carried(read, lambda held: held[0], where=f"{path}: routes"),
        person=_route(raw["person"], where=f"{path}: person"),
        low_share=float(share),
    )


def _route(raw: Any, *, where: str) -> Route:
    words = _table(raw, where=where)
    same_keys(where, words, WORDS)
    for name in ("queue", "tag", "macro"):
        value = words[name]
        if not isinstance(value, str) or len(value) > MOST_CHARS or not value.isprintable():
            raise InputError(
                f"{value!r}; it must be a text of at most {MOST_CHARS} printable characters", where=f"{where}.{name}"
            )
    if not words["queue"].strip():
        raise InputError("it is empty; name the queue as your helpdesk does", where=f"{where}.queue")
    if not isinstance(words["escalate"], bool):
        raise InputError(f"{words['escalate']!r}; it must be true or false", where=f"{where}.escalate")
    return Route(**words)


def _table(raw: Any, *, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InputError(f"{raw!r}; it must be a table", where=where)
    return raw
