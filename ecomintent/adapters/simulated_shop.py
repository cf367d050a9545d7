"""A shop of its own for a replay: a home, label store, registry and history that nobody else sees, and a set clock.

What a retrain does is what the flow `retrain` does, without Prefect: the same inputs, stages, gate, records and
registry. Two things differ. A rule decides instead of a person (`release.stand_in`), and a promotion does not ask the
gate a second time: it follows at once, with the same champion and frozen set, so the answer would be the same.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml

from ecomintent import layout
from ecomintent.adapters import promoting, publishing
from ecomintent.adapters import system as systems
from ecomintent.adapters.clock import SimulatedClock
from ecomintent.adapters.remote_settings import RemoteSettings
from ecomintent.adapters.sealed_tables import SealedTables
from ecomintent.adapters.service_settings import ServiceSettings
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.spending import Ledger
from ecomintent.adapters.system import System
from ecomintent.errors import InputError
from ecomintent.gate.verdict import Decision, Verdict
from ecomintent.release import approval, promotion, stand_in
from ecomintent.release.simulation import Judged, Spent
from ecomintent.release.stand_in import OnReview, Ruling

NO_PASSPORT: Final[dict[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """What dvc.yaml says."""

    names: tuple[str, ...]
    """In order."""
    inputs: tuple[Path, ...]
    """What comes from outside the pipeline."""
    code: tuple[Path, ...]
    """Modules, suites and pages that the stages are made of."""

    @classmethod
    def read(cls, pipeline: Path) -> "Stages":
        """The stages of a dvc.yaml."""
        stages: dict[str, Any] = yaml.safe_load(pipeline.read_text(encoding="utf-8"))["stages"]
        deps = sorted({Path(dep) for stage in stages.values() for dep in stage["deps"]})
        inputs = tuple(dep for dep in deps if dep.is_relative_to(layout.INPUT))
        code = tuple(dep for dep in deps if dep.parts[0] != layout.INPUT.parts[0])
        return cls(names=tuple(stages), inputs=inputs, code=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedShop:
    """One home, and what a replay needs beside it."""

    system: System
    clock: SimulatedClock
    stages: Stages
    ledger: Ledger


def open_shop(home: Path, real: Settings, *, shared: Path) -> SimulatedShop:
    """A shop in `home`, with the checkout and params of `real` and nothing else of it.

    Args:
        shared: folder with what several replays have in common: base corpus, DVC's cache, the ledger.
    """
    own = replace(
        real,
        home=home,
        workspace=home / "workspace",
        database_url=f"sqlite:///{home / 'labels.db'}",
        signing_key=None,
        sources=None,
        secrets={},
        remotes=RemoteSettings(),
        services=ServiceSettings(),
    )
    home.mkdir(parents=True, exist_ok=True)
    clock = SimulatedClock()
    built = systems.build(own, cache=shared)
    return SimulatedShop(
        system=replace(built, clock=clock, corpus=SealedTables(shared, "corpus")),
        clock=clock,
        stages=Stages.read(real.project / "dvc.yaml"),
        ledger=Ledger(shared / "spent.json"),
    )


def judge(shop: SimulatedShop) -> Judged:
    """Retrain on the labels in the store; register the candidate unless it is the champion. Safe to repeat.

    Raises:
        PipelineError: a stage failed; the data are at fault where it is `validate`.
    """
    system = shop.system
    promoting.expire(system)
    inputs = publishing.place_inputs(system)
    champion = publishing.place_champion(system)
    system.pipeline.add(shop.stages.inputs)
    lock = system.settings.workspace / "dvc.lock"
    spent = {stage: shop.ledger.run(system.pipeline, stage, lock=lock) for stage in shop.stages.names}
    version = champion
    if not champion or publishing.weights_in(system.settings.workspace) != _weights(system, champion):
        version = publishing.register_candidate(system, publishing.publish(system, inputs), inputs)
    return _read(system, version, champion, spent)


def decide(shop: SimulatedShop, judged: Judged, on_review: OnReview) -> Ruling:
    """Let the rule decide, and what it approves serve. Safe to repeat."""
    if judged.version == judged.champion:
        return Ruling.SAME
    verdict, has_champion = Decision(judged.verdict), bool(judged.champion)
    ruling = stand_in.rule(verdict, has_champion=has_champion, on_review=on_review)
    if ruling is not Ruling.APPROVED:
        return ruling
    ports: dict[str, Any] = {
        "registry": shop.system.registry,
        "history": shop.system.history,
        "clock": shop.system.clock,
    }
    why = stand_in.reason(verdict, has_champion=has_champion)
    waivers = dict.fromkeys(judged.undecided, why) if verdict is Decision.REVIEW else {}
    said = approval.approve(judged.version, by=stand_in.NAME, reason=why, waivers=waivers, **ports)
    promotion.promote(judged.version, approval=said, issue=lambda _: NO_PASSPORT, **ports)
    return ruling


def _weights(system: System, version: str) -> str:
    found = system.registry.version(version)
    if found is None:
        raise InputError(f"the champion, version {version}, is gone; choose another --out", where="registry")
    return found.weights


def _read(system: System, version: str, champion: str, spent: dict[str, Spent]) -> Judged:
    workspace = system.settings.workspace
    verdict = Verdict.from_json(publishing.read_json(workspace / layout.VERDICT))
    report, prepared = (publishing.read_json(workspace / path) for path in (layout.REPORT, layout.PREPARATION_REPORT))
    candidate = report["candidate"]
    bill = {name: verdict.intents[name].to_label for name in verdict.undecided}
    return Judged(
        version=version,
        verdict=verdict.overall.value,
        cause=verdict.cause,
        undecided=verdict.undecided,
        bill={name: count for name, count in bill.items() if count},
        f1=candidate["macro_f1"],
        accuracy=candidate["accuracy"],
        intents={name: scores["f1"] for name, scores in candidate["intents"].items()},
        champion=champion,
        champion_f1=report["champion"]["macro_f1"] if report["champion"] else None,
        training_rows=prepared["train"]["rows"],
        held=_held(system),
        spent=spent,
    )


def _held(system: System) -> int:
    from ecomintent.adapters import holding

    return len(holding.now(system).held)
