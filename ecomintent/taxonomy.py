"""The nine intents, their descriptions, and the maps from other people's labels to them.

The only place where an intent is spelled. Order is part of the model's output layer: append, never reorder.
"""

import json
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Final

from ecomintent.errors import InputError, TaxonomyError

VERSION: Final = "1"


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent: the name models and APIs use, and the sentence that decides borderline tickets."""

    name: str
    description: str


INTENTS: Final = (
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

NAMES: Final = tuple(intent.name for intent in INTENTS)
IDS: Final = {name: index for index, name in enumerate(NAMES)}

MAPS: Final = ("seed", "ecomintent")


def nearest(label: str) -> str | None:
    """The intent name most like `label`, or None when nothing is close."""
    spelled = label.strip().upper().replace(" ", "_").replace("-", "_")
    return next(iter(get_close_matches(spelled, NAMES, n=1, cutoff=0.5)), None)


def require(label: str, *, where: str) -> str:
    """Return `label` if it is an intent.

    Raises:
        TaxonomyError: it is not; the message names the nearest intent.
    """
    if label not in IDS:
        raise TaxonomyError(label, where=where, nearest=nearest(label))
    return label


@dataclass(frozen=True, slots=True)
class SourceMap:
    """A reviewed, versioned table from a source's labels to our intents."""

    name: str
    version: str
    table: dict[str, str]
    """Source label (lower case) -> intent name."""

    def intent_of(self, source_label: str) -> str | None:
        """The intent, or None when the label is unmapped: the caller quarantines, never guesses OTHER."""
        return self.table.get(source_label.strip().lower())


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
    table = {
        label: require(intent, where=f"ecomintent/maps/{name}.json")
        for intent, labels in raw["intents"].items()
        for label in labels
    }
    return SourceMap(name=name, version=raw["version"], table=table)
