"""What a change of the intents would do to this home: told before anything is done, and counted as `apply` does it."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ecomintent import params, taxonomy
from ecomintent.adapters import todays_labels
from ecomintent.adapters.system import System
from ecomintent.data import frozen_reading
from ecomintent.data.frozen_reading import FrozenRow
from ecomintent.errors import InputError
from ecomintent.params import GateParams
from ecomintent.records import Correction
from ecomintent.release import promotion
from ecomintent.taxonomy_chain import Chain, Step
from ecomintent.taxonomy_changes import extended, to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One operation and what it does."""

    step: Step
    labels: int
    """Stored labels that a rule reads anew."""
    waiting: int
    """Texts of stored labels that a person has to label anew."""
    frozen: int
    """Frozen tickets that a rule reads anew."""
    frozen_leaving: int
    """Frozen tickets that leave the set until a person labelled them anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A place that names an intent which is no more."""

    file: str
    key: str
    write: str
    """What to write, and what counts until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A change, before it is made."""

    before: Chain
    after: Chain
    done: bool
    """It is in force already: applying again only completes what a stop left undone."""
    moved: tuple[Moved, ...]
    entries: tuple[Entry, ...]
    blockers: tuple[str, ...]
    needed: dict[str, int]
    """New intent -> independent frozen tickets it needs before the gate can PASS it."""

    @property
    def one_to_one(self) -> dict[str, str]:
        """Intent in force then -> the one name the champion has for it."""
        apart = {*self.merged, *self.needed}
        renamed = {one.step.new[0]: one.step.old[0] for one in self.moved if one.step.kind == "rename"}
        return {name: renamed.get(name, name) for name in self.after.last.names if name not in apart}

    @property
    def merged(self) -> dict[str, tuple[str, ...]]:
        """Intent in force then -> the champion's names that are read as it together."""
        bridge = self.after.since(self.before.last.number)
        found: dict[str, tuple[str, ...]] = {}
        for name in self.before.last.names:
            target = bridge.renamed.get(name, name)
            found[target] = (*found.get(target, ()), name)
        return {name: old for name, old in found.items() if len(old) > 1 and name not in self.needed}


def plan(system: System, file: Path) -> Plan:
    """Read a change and count what it would do; changes nothing.

    Raises:
        InputError: the file cannot be read, breaks a rule, or the frozen set is not the one that was sealed.
    """
    before, after, done = _chains(file)
    stored = system.labels.as_said()
    rows = frozen_reading.read_stored(system.frozen.intact()) if system.frozen.current() else []
    gate = params.section(system.settings.params, "gate", into=GateParams)
    return Plan(
        before=before,
        after=after,
        done=done,
        moved=tuple(_moved(step, stored, rows, before, after) for step in after.last.steps),
        entries=tuple(_entries(system, before, after)),
        blockers=() if done else tuple(_blockers(system)),
        needed=dict.fromkeys(after.since(before.last.number).new, gate.min_n_pass),
    )


def _chains(file: Path) -> tuple[Chain, Chain, bool]:
    try:
        asked = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror})", where=str(file)) from error
    except ValueError as error:
        raise InputError(f"not TOML ({error}); docs/taxonomy.md shows one", where=str(file)) from error
    now = taxonomy.chain()
    if len(now.versions) > 1 and asked.get("version") == now.last.number:
        before = Chain(now.versions[:-1])
        if to_json(extended(before, asked, where=str(file))) == to_json(now):
            return before, now, True
    return now, extended(now, asked, where=str(file)), False


def _moved(step: Step, stored: Sequence[Correction], rows: Sequence[FrozenRow], before: Chain, after: Chain) -> Moved:
    mine = [one for one in stored if set(before.reads_as(one.intent)).intersection(step.old)]
    tickets = [row for row in rows if set(before.reads_as(row.label)).intersection(step.old)]
    counted = Counter(after.today(row.label) is not None for row in tickets)
    asked = {one.text for one in todays_labels.waiting(stored, after)}
    return Moved(
        step=step,
        labels=sum(after.today(one.intent) is not None for one in mine),
        waiting=len({one.text for one in mine if one.text in asked and after.today(one.intent) is None}),
        frozen=counted[True],
        frozen_leaving=counted[False],
    )


def _blockers(system: System) -> Iterator[str]:
    if version := system.registry.aliases().get("candidate"):
        yield f"version {version} waits for a person and knows the old intents; approve or reject it first"
    for version in promotion.unfinished(system.history):
        yield f"version {version} is approved and not promoted yet; run ecomintent retrain first"


def _entries(system: System, before: Chain, after: Chain) -> Iterator[Entry]:
    settings = system.settings
    costs = _yaml(settings.params).get("calibrate", {}).get("wrong_costs", {})
    gate = _yaml(settings.params).get("gate", {})
    gone = [name for name in before.known if name not in after.last.ids]
    for name in gone:
        targets = after.reads_as(name)
        said = " and ".join(targets) or "another intent"
        for key, held, until in (
            ("calibrate.wrong_costs", costs, "the highest cost of what it came from counts"),
            ("gate.margins", gate.get("margins") or {}, "the smallest margin of what it came from counts"),
            ("gate.costly_intents", gate.get("costly_intents") or (), "what took its place is guarded"),
        ):
            if name in held:
                own = bool(targets) and all(target in held for target in targets)
                write = f"drop it, {said} has its own" if own else f"write it under {said}; until then {until}"
                yield Entry(file=settings.params.name, key=f"{key}.{name}", write=write)
        routes = _toml(settings.routes_file).get("routes", {})
        if name in routes:
            own = bool(targets) and all(target in routes for target in targets)
            add = "" if own else f"add a route for {said}, until then its tickets go where the first of these went; "
            keep = "drop this one once a release of the new intents serves"
            yield Entry(file=settings.routes_file.name, key=f"routes.{name}", write=add + keep)
        yield from _tables(settings.tagging_file, settings.sources_file, name, after)


def _tables(tagging: Path, sources: Path, name: str, after: Chain) -> Iterator[Entry]:
    said = " or ".join(after.reads_as(name)) or "another intent"
    rule = after.today(name) is not None
    for account_name, account in _toml(tagging).get("accounts", {}).items():
        for key in ("words", "active"):
            if name in account.get(key, ()):
                told = f"add {said}; keep the old one until a release of the new intents serves"
                yield Entry(file=tagging.name, key=f"accounts.{account_name}.{key}: {name}", write=told)
    for number, source in enumerate(_toml(sources).get("source", []), start=1):
        for value, intent in source.get("intents", {}).items():
            if intent == name:
                until = "until then it is read as that" if rule else "until then a sync of it stops"
                yield Entry(
                    file=sources.name, key=f"source {number}: intents.{value!r}", write=f"write {said}; {until}"
                )


def _yaml(path: Path) -> dict[str, Any]:
    raw = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return raw if isinstance(raw, dict) else {}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except ValueError:
        return {}  # whoever reads it says what is wrong with it
