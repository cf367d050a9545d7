"""Versions of the intents for tests: hand-made ones, and random chains."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hypothesis import strategies as st

from ecomintent import taxonomy
from ecomintent.taxonomy_chain import OTHER, Chain
from ecomintent.taxonomy_changes import extended

RENAME_AND_MERGE = """version = "2"
[rename]
WISMO = "ORDER_STATUS"
[merge]
RETURN_OR_EXCHANGE = ["RETURN_REQUEST", "EXCHANGE_REQUEST"]
[descriptions]
RETURN_OR_EXCHANGE = "Goods go back, for money or for others."
"""
"""A change as a person writes it."""
CHANGE: dict[str, Any] = {
    "rename": {"WISMO": "ORDER_STATUS"},
    "merge": {"RETURN_OR_EXCHANGE": ["RETURN_REQUEST", "EXCHANGE_REQUEST"]},
    "descriptions": {"RETURN_OR_EXCHANGE": "Goods go back, for money or for others."},
}
"""One rename and one merge."""


def changed(asked: dict[str, Any], chain: Chain = taxonomy.FIRST) -> Chain:
    """`chain` with the change as its next version."""
    return extended(chain, {"version": str(int(chain.last.number) + 1), **asked}, where="change.toml")


@contextmanager
def using(chain: Chain) -> Iterator[Chain]:
    """These versions for the block, the earlier ones again after it."""
    before = taxonomy.chain()
    taxonomy.use(chain)
    try:
        yield chain
    finally:
        taxonomy.use(before)


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Up to three random versions after the nine."""
    chain = taxonomy.FIRST
    for _ in range(draw(st.integers(0, 3))):
        chain = changed(draw(changes(chain)), chain)
    return chain


@st.composite
def changes(draw: st.DrawFn, chain: Chain = taxonomy.FIRST, kinds: tuple[str, ...] = ()) -> dict[str, Any]:
    """A random, lawful change of the last version."""
    names = list(draw(st.permutations([name for name in chain.last.names if name != OTHER])))
    number = len(chain.versions)
    asked: dict[str, Any] = {"descriptions": {}}
    for place in range(draw(st.integers(1, 2))):
        if len(names) < 4:
            break
        kind = draw(st.sampled_from(kinds or ("rename", "merge", "split", "retire", "lose")))
        old, new = names.pop(), f"V{number}_{place}"
        if kind == "rename":
            asked.setdefault("rename", {})[old] = new
        elif kind == "merge":
            asked.setdefault("merge", {})[new] = [old, names.pop()]
            asked["descriptions"][new] = "Both."
        elif kind == "split":
            asked.setdefault("split", {})[old] = [f"{new}A", f"{new}B"]
            asked["descriptions"] |= {f"{new}A": "One part.", f"{new}B": "The other."}
        else:
            asked.setdefault("retire", {})[old] = OTHER if kind == "retire" else ""
    if len(asked) == 1:
        asked["rename"] = {names.pop(): f"V{number}_R"}
    return asked
