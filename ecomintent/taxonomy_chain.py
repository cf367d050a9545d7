"""Versions of the intents, how each came from the one before, and how an older name reads today. No I/O.

A name is never used again for another meaning: so a name alone says how it reads, in whatever version it was written.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeVar

from ecomintent.errors import InputError

Value = TypeVar("Value")

OTHER: Final = "OTHER"
"""What a release says where it is not sure, and clients rely on: it is in every version."""
KINDS: Final = ("rename", "merge", "split", "retire")


@dataclass(frozen=True, slots=True)
class Intent:
    """One intent: the name models and APIs use, and the sentence that decides borderline tickets."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation of a version."""

    kind: str
    """One of `KINDS`."""
    old: tuple[str, ...]
    """Names of the version before."""
    new: tuple[str, ...]
    """Names of this version; empty where an intent is retired and people say what its tickets are."""


@dataclass(frozen=True)
class Version:
    """One set of intents."""

    number: str
    intents: tuple[Intent, ...]
    steps: tuple[Step, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        """In the order of a model's output layer."""
        return tuple(intent.name for intent in self.intents)

    @cached_property
    def ids(self) -> dict[str, int]:
        """Name -> place in the output layer."""
        return {name: index for index, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """How the names of earlier versions read in the version in force. Source: docs/gate.md 9.6."""

    renamed: Mapping[str, str]
    """Old name -> today's. Of a split intent to one of its parts: every part is new, so which one is the same."""
    new: tuple[str, ...]
    """Intents no earlier model could tell apart."""
    lost: tuple[str, ...]
    """Old names that read as nothing."""


@dataclass(frozen=True)
class Chain:
    """Every version there was; the last is in force."""

    versions: tuple[Version, ...]

    @property
    def last(self) -> Version:
        """The version in force."""
        return self.versions[-1]

    @cached_property
    def known(self) -> tuple[str, ...]:
        """Every name of any version, oldest first."""
        return tuple(dict.fromkeys(name for version in self.versions for name in version.names))

    def version(self, number: str) -> Version | None:
        """That version; None where there is none."""
        return next((one for one in self.versions if one.number == number), None)

    def reads_as(self, name: str) -> tuple[str, ...]:
        """Names in force that `name` stands for: itself, one, several (split), none (retired, or never known)."""
        return self._readings[name][0] if name in self._readings else ()

    def today(self, name: str) -> str | None:
        """The name in force that a rule gives for `name`; None where a person has to say."""
        targets, whole = self._readings.get(name, ((), False))
        return targets[0] if whole and len(targets) == 1 else None

    def since(self, number: str) -> Bridge:
        """How the names of version `number` read today.

        Raises:
            InputError: there is no such version.
        """
        version = self.version(number)
        if version is None:
            raise InputError(
                f"unknown; there are {', '.join(one.number for one in self.versions)}", where=f"taxonomy {number}"
            )
        renamed, new, lost = dict[str, str](), list[str](), list[str]()
        for name in version.names:
            targets, whole = self._readings[name]
            if not targets:
                lost.append(name)
            elif targets != (name,):
                renamed[name] = targets[0]
            if len(targets) > 1 or not whole:
                new += targets
        return Bridge(renamed=renamed, new=tuple(n for n in self.last.names if n in new), lost=tuple(lost))

    def carried(self, table: Mapping[str, Value], pick: Callable[[list[Value]], Value]) -> dict[str, Value]:
        """`table` for every known name it can speak of.

        An absent intent takes what its predecessors have (`pick` where they differ), an old name what its reading has.
        """
        found: dict[str, Value] = {}
        before = dict(self._made)
        for name in self.known:
            held = [found[old] for old in before.get(name, ()) if old in found]
            if name in table or held:
                found[name] = table[name] if name in table else pick(held)
        for name in self.known:
            said = [found[target] for target in self.reads_as(name) if target in found]
            if name not in found and said:
                found[name] = said[0]
        return found

    @property
    def _made(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Names that a step made, with what it made them of; an intent that was there before is not made anew."""
        for position, version in enumerate(self.versions[1:]):
            for step in version.steps:
                yield from ((new, step.old) for new in step.new if new not in self.versions[position].ids)

    @cached_property
    def _readings(self) -> dict[str, tuple[tuple[str, ...], bool]]:
        """Name -> (names in force, whether all of it is among them)."""
        found: dict[str, tuple[tuple[str, ...], bool]] = {name: ((name,), True) for name in self.last.names}
        for position in range(len(self.versions) - 1, 0, -1):
            moved = {old: step.new for step in self.versions[position].steps for old in step.old}
            for name in self.versions[position - 1].names:
                after = moved.get(name, (name,))
                targets = dict.fromkeys(target for one in after for target in found[one][0])
                found[name] = tuple(targets), bool(after) and all(found[one][1] for one in after)
        return found
