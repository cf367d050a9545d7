"""A change that a person asks for, as the next version of the intents; every rule of what may change is here."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ecomintent.errors import InputError
from ecomintent.taxonomy_chain import KINDS, OTHER, Chain, Intent, Step, Version

NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{1,39}")
KEYS: Final = ("version", *KINDS, "descriptions")
LEAST: Final = 2
MOST: Final = 200


def extended(chain: Chain, asked: Any, *, where: str) -> Chain:
    """`chain` with one more version.

    Args:
        asked: {"version", "rename": {OLD: NEW}, "merge": {NEW: [OLD, ...]}, "split": {OLD: [NEW, ...]},
            "retire": {OLD: TARGET or ""}, "descriptions": {NEW: sentence}}; each operation may be left out.
    Raises:
        InputError: it is mis-shaped, or breaks a rule of what may be changed; says which and what is allowed.
    """
    steps = tuple(_steps(asked, where))
    wanted = str(int(chain.last.number) + 1)
    if asked.get("version") != wanted:
        raise InputError(f'{asked.get("version")!r}; the next one is version = "{wanted}"', where=f"{where}: version")
    if not steps:
        raise InputError(f"it changes nothing; write one of {', '.join(KINDS)}", where=where)
    _check(chain, steps, where)
    descriptions = _texts(asked.get("descriptions", {}), f"{where}: descriptions")
    return Chain((*chain.versions, Version(wanted, tuple(_intents(chain.last, steps, descriptions, where)), steps)))


def from_json(first: Chain, raw: Any, *, where: str) -> Chain:
    """`first` with the versions that `to_json` wrote.

    Raises:
        InputError: another shape, or a version that breaks a rule.
    """
    if not isinstance(raw, dict) or list(raw) != ["versions"] or not isinstance(raw["versions"], list):
        raise InputError('it must read {"versions": [...]}', where=where)
    chain = first
    for number, asked in enumerate(raw["versions"], start=2):
        chain = extended(chain, asked, where=f"{where}: version {number}")
    return chain


def to_json(chain: Chain) -> dict[str, Any]:
    """Every version after the first as the change that made it."""
    pairs = zip(chain.versions, chain.versions[1:], strict=False)
    return {"versions": [_asked(before, version) for before, version in pairs]}


def _asked(before: Version, version: Version) -> dict[str, Any]:
    said: dict[str, Any] = {"version": version.number}
    for step in version.steps:
        of_kind = said.setdefault(step.kind, {})
        if step.kind == "merge":
            of_kind[step.new[0]] = list(step.old)
        elif step.kind == "split":
            of_kind[step.old[0]] = list(step.new)
        else:
            of_kind[step.old[0]] = step.new[0] if step.new else ""
    told = set(before.intents)
    return said | {"descriptions": {one.name: one.description for one in version.intents if one not in told}}


def _steps(asked: Any, where: str) -> Iterator[Step]:
    if not isinstance(asked, dict):
        raise InputError("it must be a table", where=where)
    if unknown := sorted(set(asked).difference(KEYS)):
        raise InputError(f"unknown key {unknown[0]!r}; allowed are {', '.join(KEYS)}", where=where)
    for old, new in _texts(asked.get("rename", {}), f"{where}: rename").items():
        yield Step(kind="rename", old=(old,), new=(new,))
    for kind, least in (("merge", 2), ("split", 2)):
        for name, others in _table(asked.get(kind, {}), f"{where}: {kind}").items():
            sound = isinstance(others, list) and all(isinstance(one, str) for one in others)
            if not sound or len(set(others)) != len(others) or len(others) < least:
                raise InputError(f"{others!r}; write two or more different names", where=f"{where}: {kind}.{name}")
            pair = (tuple(others), (name,)) if kind == "merge" else ((name,), tuple(others))
            yield Step(kind=kind, old=pair[0], new=pair[1])
    for old, target in _texts(asked.get("retire", {}), f"{where}: retire").items():
        yield Step(kind="retire", old=(old,), new=(target,) if target else ())


def _check(chain: Chain, steps: Sequence[Step], where: str) -> None:
    names, gone, made = chain.last.ids, set[str](), set[str]()
    for step in steps:
        at = f"{where}: {step.kind}"
        for old in step.old:
            if old not in names:
                raise InputError(f"{old!r} is not in force; there are {', '.join(names)}", where=at)
            if old == OTHER:
                raise InputError(f"{OTHER} stays: it is what a release says where it is not sure", where=at)
            if old in gone:
                raise InputError(f"{old!r} is changed twice; one operation each, the rest in a later version", where=at)
            gone.add(old)
    for step in steps:
        at = f"{where}: {step.kind}"
        for new in step.new:
            if step.kind == "retire":
                if new not in names or new in gone:
                    raise InputError(f'{new!r}; name an intent that stays, or "" to ask people', where=at)
            elif not NAME.fullmatch(new):
                raise InputError(f"{new!r}; a name is 2-40 capitals, digits and underscores", where=at)
            elif new in made or (new in chain.known and not (step.kind == "merge" and new in step.old)):
                raise InputError(f"{new!r} had a meaning already, and an old label could not be told from it", where=at)
            made.add(new)


def _intents(before: Version, steps: Sequence[Step], descriptions: Mapping[str, str], where: str) -> Iterator[Intent]:
    step_of = {old: step for step in steps for old in step.old}
    told = {intent.name: intent.description for intent in before.intents}
    told |= {step.new[0]: told[step.old[0]] for step in steps if step.kind == "rename"}
    made: dict[str, None] = {}
    for name in before.names:
        step = step_of.get(name)
        made |= dict.fromkeys((name,) if step is None else () if step.kind == "retire" else step.new)
    if unknown := sorted(set(descriptions).difference(made)):
        raise InputError(f"{unknown[0]!r} is no intent of this version", where=f"{where}: descriptions")
    if not LEAST <= len(made) <= MOST:
        raise InputError(f"{len(made)} intents would be left; {LEAST} to {MOST} are allowed", where=where)
    for name in made:
        description = descriptions.get(name) or told.get(name)
        if not description:
            raise InputError(f"say what {name} means: it decides borderline tickets", where=f"{where}: descriptions")
        yield Intent(name, description)


def _texts(raw: Any, where: str) -> dict[str, str]:
    for name, value in _table(raw, where).items():
        if not isinstance(value, str):
            raise InputError(f"{value!r}; write a text in quotes", where=f"{where}.{name}")
    return dict(raw)


def _table(raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InputError(f"{raw!r}; it must be a table", where=where)
    return raw
