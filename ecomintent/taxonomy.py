"""The nine intents, their descriptions, the maps from other people's labels to them, and the version in force.

The only place where an intent is spelled. Order is part of the model's output layer: append, never reorder.

A home that changed its intents has versions of its own after the nine (`taxonomy_chain`). A process belongs to one
home: whoever reads that home's settings says which versions there are (`use`); `NAMES`, `IDS` and `INTENTS` show what
is in force when they are looked at, not when they are imported. Over 200 lines because it is the only spelling.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar, overload

from ecomintent.errors import InputError, TaxonomyError
from ecomintent.taxonomy_chain import Chain, Intent, Version

Value = TypeVar("Value")

NINE: Final = (
    Intent("WISMO", "Where an order is: tracking, late, lost or stolen parcel, 'delivered' but absent."),
    Intent("RETURN_REQUEST", "Send goods back or a plain refund wish; return policy, label, pickup."),
    Intent("EXCHANGE_REQUEST", "Another size, colour or variant of goods already ordered, or a swap."),
    Intent("CANCEL_ORDER", "Stop an order, or a part of it, before it ships."),
    Intent(
        "DAMAGED_ITEM",
        "Broken, defective, wrong or missing goods received, even when a return or refund is asked.",
    ),
    Intent(
        "BILLING_DISPUTE",
        "Charges, double payment, refund status, cashback, promo on the bill, invoice, failed payment.",
    ),
    Intent("PRODUCT_QUESTION", "Price, stock, sizing, compatibility, warranty, authenticity, advice."),
    Intent("ACCOUNT_ISSUE", "Login, password, OTP, locked or hacked account, sign-up, closing, own data."),
    Intent("OTHER", "Greetings, praise, complaint with no stated issue, wants a person, stores, jobs, rest."),
)

RULES: Final = (
    "refund status is BILLING_DISPUTE, a plain refund wish is RETURN_REQUEST",
    "damaged, wrong or missing goods are DAMAGED_ITEM even when a refund or replacement is asked",
    "another size or colour is EXCHANGE_REQUEST",
)
"""What decides between hard neighbours."""

FIRST: Final = Chain((Version("1", NINE),))
"""The nine alone, which every home starts from."""


class _InForce:
    chain = FIRST


def use(chain: Chain) -> None:
    """Let this process work with these versions; the last one is in force."""
    _InForce.chain = chain


def chain() -> Chain:
    """Every version this process knows."""
    return _InForce.chain


def version() -> str:
    """Number of the version in force."""
    return _InForce.chain.last.number


class _View(Sequence[Value]):
    """A tuple that is looked up at each use; equal to a tuple of the same content."""

    def __init__(self, of: Callable[[Version], tuple[Value, ...]]) -> None:
        self._of = of

    @property
    def _now(self) -> tuple[Value, ...]:
        return self._of(_InForce.chain.last)

    @overload
    def __getitem__(self, index: int) -> Value: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, index: int | slice) -> Value | tuple[Value, ...]:
        return self._now[index]

    def __len__(self) -> int:
        return len(self._now)

    def __mul__(self, times: int) -> tuple[Value, ...]:
        return self._now * times

    def __add__(self, more: tuple[Value, ...]) -> tuple[Value, ...]:
        return self._now + more

    def __iter__(self) -> Iterator[Value]:
        return iter(self._now)

    def __eq__(self, other: object) -> bool:
        return self._now == (other._now if isinstance(other, _View) else other)

    def __hash__(self) -> int:
        return hash(self._now)

    def __repr__(self) -> str:
        return repr(self._now)


class _Ids(Mapping[str, int]):
    def __getitem__(self, name: str) -> int:
        return _InForce.chain.last.ids[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_InForce.chain.last.ids)

    def __len__(self) -> int:
        return len(_InForce.chain.last.ids)


INTENTS: Final[_View[Intent]] = _View(lambda version: version.intents)
NAMES: Final[_View[str]] = _View(lambda version: version.names)
IDS: Final[Mapping[str, int]] = _Ids()

MAPS: Final = ("seed", "ecomintent")


def nearest(label: str) -> str | None:
    """The intent name most like `label`, or None when nothing is close."""
    spelled = label.strip().upper().replace(" ", "_").replace("-", "_")
    return next(iter(get_close_matches(spelled, NAMES, n=1, cutoff=0.5)), None)


def require(label: str, *, where: str) -> str:
    """Return `label` if it is an intent in force.

    Raises:
        TaxonomyError: it is not; the message names the nearest intent.
    """
    if label not in _InForce.chain.last.ids:
        raise TaxonomyError(label, where=where, nearest=nearest(label))
    return label


def today(label: str, *, where: str) -> str:
    """The intent in force that `label` names, also by a name of an earlier version.

    Raises:
        TaxonomyError: no version knows it; names the nearest intent in force.
        InputError: its intent was split or retired; names what there is instead.
    """
    known = _InForce.chain
    found = known.today(label)
    if found is None and label in known.known:
        parts = known.reads_as(label)
        told = f"was split; it is one of {', '.join(parts)}" if parts else f"was retired; say what it is of {_all()}"
        raise InputError(f"{label!r} {told}", where=where)
    return found or require(label, where=where)


def accepted(label: str, *, where: str) -> str:
    """Return `label` as it is if `today` can read it: what is kept stays as it was said.

    Raises:
        InputError: as `today`.
    """
    today(label, where=where)
    return label


def carried(table: Mapping[str, Value], pick: Callable[[list[Value]], Value], *, where: str) -> dict[str, Value]:
    """`table`, intent -> value, for the intents in force and every earlier name (`Chain.carried`).

    Raises:
        InputError: it names what no version knows, or an intent in force has no value.
    """
    known = _InForce.chain
    for name in table:
        if name not in known.known:
            raise TaxonomyError(name, where=where, nearest=nearest(name))
    found = known.carried(table, pick)
    if missing := [name for name in NAMES if name not in found]:
        raise InputError(f"missing {', '.join(missing)}", where=where)
    return found


def _all() -> str:
    return ", ".join(NAMES)


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A reviewed, versioned table from a source's labels to our intents."""

    name: str
    version: str
    table: dict[str, str]
    """Source label (lower case) -> one of the nine."""

    def intent_of(self, source_label: str) -> str | None:
        """The intent in force, or None when there is none: the caller quarantines, never guesses OTHER."""
        found = self.table.get(source_label.strip().lower())
        return _InForce.chain.today(found) if found else None


@cache
def source_map(name: str) -> SourceMap:
    """Load one of `MAPS`.

    Raises:
        InputError: no such map.
        TaxonomyError: the map names an intent that does not exist.
    """
    if name not in MAPS:
        raise InputError(f"no such map; there are {', '.join(MAPS)}", where=f"map {name!r}")
    raw = json.loads((files("ecomintent") / "maps" / f"{name}.json").read_text(encoding="utf-8"))
    table = {label: intent for intent, labels in raw["intents"].items() for label in labels}
    for intent in raw["intents"]:
        if intent not in FIRST.known:
            raise TaxonomyError(intent, where=f"ecomintent/maps/{name}.json", nearest=nearest(intent))
    return SourceMap(name=name, version=raw["version"], table=table)
