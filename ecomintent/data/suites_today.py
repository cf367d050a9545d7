"""A suite written for the nine intents, as it reads for those in force: the files in expectations/ stay as they are."""

from collections.abc import Iterator, Sequence
from typing import Any

from ecomintent import taxonomy


def todays(expectations: Sequence[Any]) -> tuple[Any, ...]:
    """Sets of the nine become the intents in force; a rule about one of the nine becomes one for what it reads as.

    Where several are merged, the first one's rule stays; each part of a split intent gets its own.
    """
    if len(taxonomy.chain().versions) == 1:
        return tuple(expectations)
    return tuple(_read(expectations))


def _read(expectations: Sequence[Any]) -> Iterator[Any]:
    nine, held = taxonomy.FIRST.last.names, set[tuple[str, str, str]]()
    for one in expectations:
        kwargs = one.get("kwargs", {}) if isinstance(one, dict) else {}
        condition = kwargs.get("row_condition")
        name = condition.get("parameter") if isinstance(condition, dict) else None
        if sorted(map(str, kwargs.get("value_set") or ())) == sorted(nine):
            yield one | {"kwargs": kwargs | {"value_set": list(taxonomy.NAMES)}}
        elif isinstance(condition, dict) and name in nine:
            for target in taxonomy.chain().reads_as(name):
                key = (one["type"], str(condition.get("column")), target)
                if key not in held:
                    held.add(key)
                    yield _of(one, name, target)
        else:
            yield one


def _of(one: dict[str, Any], name: str, target: str) -> dict[str, Any]:
    kwargs, meta = one["kwargs"], one.get("meta", {})
    condition = kwargs["row_condition"] | {"parameter": target}
    told = {"meta": meta | {"sentence": str(meta["sentence"]).replace(name, target)}} if "sentence" in meta else {}
    return one | {"kwargs": kwargs | {"row_condition": condition}} | told
