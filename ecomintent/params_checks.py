"""What the sections of params.yaml ask of their values; each fault is one line that names section and key."""

from difflib import get_close_matches
from typing import Any

from ecomintent.errors import ParamsError


def same_keys(where: str, found: dict[str, Any], allowed: list[str]) -> None:
    """No key is unknown (the nearest is suggested) and none is missing."""
    for key in found:
        if key not in allowed:
            close = get_close_matches(key, allowed, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f"; allowed are {', '.join(allowed)}"
            raise ParamsError(f"unknown key {key!r}{hint}", where=where)
    missing = [key for key in allowed if key not in found]
    if missing:
        raise ParamsError(f"missing {', '.join(missing)}", where=where)


def between(params: object, name: str, least: float, most: float, *keys: str) -> None:
    """Each of `keys` lies in `least`-`most`; `name` is the section."""
    for key in keys:
        value = getattr(params, key)
        if not least <= value <= most:
            raise ParamsError(f"{value}; it must lie in {least}-{most}", where=f"params.yaml: {name}.{key}")


def at_least(params: object, name: str, least: int, *keys: str) -> None:
    """Each of `keys` is `least` or more; `name` is the section."""
    for key in keys:
        value = getattr(params, key)
        if value < least:
            raise ParamsError(f"{value}; it must be at least {least}", where=f"params.yaml: {name}.{key}")
