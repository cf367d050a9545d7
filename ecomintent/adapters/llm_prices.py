"""Prices of tokens from a file that says of each where and when it was read."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.llm.tally import Price

SHIPPED: Final = "infra/llm-prices.toml"
WORDS: Final = ("model", "currency", "per_million_in", "per_million_out", "source", "date")


def price_of(model: str, path: Path) -> Price | None:
    """What the file says of the model; None where it says nothing.

    Raises:
        InputError: the file cannot be read, or an entry lacks a word, has an unknown one or an impossible price.
    """
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("price", [])
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror}); check the path", where=str(path)) from error
    except ValueError as error:
        raise InputError(f"not TOML ({error}); mend it", where=str(path)) from error
    if not isinstance(entries, list):
        raise InputError("prices are entries of [[price]], in double brackets", where=str(path))
    prices = {}
    for number, entry in enumerate(entries, start=1):
        where = f"{path}, price {number}"
        name, price = _price(entry, where=where)
        if name in prices:
            raise InputError(f"the model {name!r} has a price already; keep one", where=where)
        prices[name] = price
    return prices.get(model)


def _price(entry: Any, *, where: str) -> tuple[str, Price]:
    if not isinstance(entry, dict) or set(entry) != set(WORDS):
        found = ", ".join(sorted(entry)) if isinstance(entry, dict) else "no table"
        raise InputError(f"found {found}; needed are {', '.join(WORDS)}, and no other", where=where)
    for name in ("model", "currency", "source"):
        if not isinstance(entry[name], str) or not entry[name].strip():
            raise InputError(f"`{name}` is {entry[name]!r}; it must be a text", where=where)
    if type(entry["date"]) is not date:
        raise InputError(f"`date` is {entry['date']!r}; write the day without quotes, as 2031-05-04", where=where)
    return entry["model"], Price(
        per_million_in=amount(entry["per_million_in"], where=f"{where}: `per_million_in`"),
        per_million_out=amount(entry["per_million_out"], where=f"{where}: `per_million_out`"),
        currency=entry["currency"],
        source=entry["source"],
        date=entry["date"].isoformat(),
    )


def amount(value: Any, *, where: str) -> float:
    """A price of a million tokens.

    Raises:
        InputError: it is no number, negative, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < float("inf"):
        raise InputError(f"{value!r} is no price; it must be a number from 0 on", where=where)
    return float(value)
