"""`simulate`: a history of labels replayed at one cadence or several, each in a shop of its own below one folder.

A step is written when it is done and read back from then on: a replay that was stopped goes on where it was.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from ecomintent import files, params
from ecomintent.adapters import processes, simulated_shop, simulation_picture
from ecomintent.adapters import simulation_inputs as made_of
from ecomintent.adapters.settings import Settings
from ecomintent.adapters.simulated_shop import SimulatedShop
from ecomintent.adapters.simulation_inputs import Asked
from ecomintent.data import cadence as cadences
from ecomintent.data.cadence import Cadence, Look
from ecomintent.errors import InputError
from ecomintent.params import PrepareParams
from ecomintent.params_simulate import SimulateParams
from ecomintent.records import Sealed
from ecomintent.release.simulation import BEFORE_ALL, Step, judged_from, totals
from ecomintent.release.stand_in import OnReview, Ruling

Say = Callable[[str], None]
RESULT: Final = "simulate.json"
PICTURE: Final = "simulation.png"
BASE_ALONE: Final = "base corpus alone"
"""Why a shop trains before it has a label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What a replay came to."""

    labels: int
    refused: int
    """Rows of the files that are no labels, as `labels import` sees it."""
    frozen_set: Sealed
    corpus: Sealed
    steps: dict[str, list[Step]]
    """By cadence, oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """By what a replay goes."""

    simulate: SimulateParams
    provenance_weights: dict[str, float]
    on_review: OnReview
    unchanged: Callable[[], None]
    """Raises InputError where a file, params.yaml or the code of the stages changed since the replay began."""


def replay(asked: Asked, wanted: Sequence[Cadence], out: Path, settings: Settings, *, say: Say) -> Replayed:
    """Replay at each cadence of `wanted`, or go on with it. Writes below `out` only.

    Raises:
        InputError: an input is at fault, or `out` holds something else.
        AlreadyRunning: another replay works in `out`.
        PipelineError: a stage failed, as it would have in the shop; what is done stays done.
    """
    made_of.claim(out, asked, settings)
    say(f"in {out}; where it is stopped, it goes on with the same command and --out {out}")
    with processes.only_one(out, "simulate"):
        # Before a shop is opened: it takes the environment of its children from this process.
        processes.mark(out)
        processes.end_leftovers(out)
        return _replay(asked, wanted, out, settings, say)


def keep(found: Replayed, asked: Asked, out: Path, *, core_hour_price: float) -> dict[str, Any]:
    """Write `simulate.json` and `simulation.png` into `out`; what the former holds."""
    told = {
        "labels": found.labels,
        "refused_rows": found.refused,
        "arrival": f"spread over {asked.split} months in random order" if asked.split else "at the labels' own times",
        "frozen_set": asdict(found.frozen_set),
        "corpus": asdict(found.corpus),
        "on_review": asked.on_review.value,
        "core_hour_price": core_hour_price,
        "cadences": {
            name: {
                "totals": asdict(totals(steps, core_hour_price=core_hour_price)),
                "steps": [step.to_json() for step in steps],
            }
            for name, steps in found.steps.items()
        },
    }
    files.write_text(out / RESULT, json.dumps(told, indent=2) + "\n")
    simulation_picture.draw(found.steps, out / PICTURE, core_hour_price=core_hour_price, tickets=found.frozen_set.rows)
    return told


def _replay(asked: Asked, wanted: Sequence[Cadence], out: Path, settings: Settings, say: Say) -> Replayed:
    shared = out / made_of.SHARED
    rules = Rules(
        simulate=params.section(settings.params, "simulate", into=SimulateParams),
        provenance_weights=params.section(settings.params, "prepare", into=PrepareParams).provenance_weights,
        on_review=asked.on_review,
        unchanged=lambda: made_of.claim(out, asked, settings),
    )
    arrivals, refused = made_of.arrivals(asked, rules.simulate, shared=shared)
    steps: dict[str, list[Step]] = {}
    for one in wanted:
        days = rules.simulate.look_days
        looks = cadences.looks(arrivals, one, look_days=days, counted=asked.split is not None)
        shop = simulated_shop.open_shop(out / one.value, settings, shared=shared)
        shop.clock.at = looks[0].end
        frozen, corpus = made_of.furnish(shop, asked)
        steps[one.value] = walk(shop, one, looks, rules, say)
    return Replayed(labels=len(arrivals), refused=len(refused), frozen_set=frozen, corpus=corpus, steps=steps)


def walk(shop: SimulatedShop, cadence: Cadence, looks: Sequence[Look], rules: Rules, say: Say) -> list[Step]:
    """All steps of one cadence in its shop, done now or before."""
    fresh, learned, steps = Counter[str](), Counter[str](), list[Step]()
    for number, look in enumerate(looks):
        # What never trains (a rule's or a bot's label) is stored, but is no reason to retrain.
        fresh.update(label.intent for label in look.arrived if rules.provenance_weights[label.provenance] > 0)
        path = shop.system.settings.home / "steps" / f"{number:04}.json"
        if not path.is_file():
            why = cadences.due(cadence, fresh, learned, rules.simulate) if steps else BASE_ALONE
            if why:
                say(f"{cadence.value}, {look.name} ({number} of {len(looks) - 1}): {why}")
            before = steps[-1] if steps else BEFORE_ALL
            step = replace(before, name=look.name, fresh=fresh.total(), labels=learned.total() + fresh.total(), why=why)
            kept = path.with_suffix(".judged.json")
            step = _taken(shop, look, step, rules, kept=kept, say=say)
            files.write_text(path, json.dumps(step.to_json(), indent=2) + "\n")
        steps.append(Step.from_json(_json(path), where=str(path)))
        if steps[-1].judged:
            learned, fresh = learned + fresh, Counter()
    return steps


def _taken(shop: SimulatedShop, look: Look, step: Step, rules: Rules, *, kept: Path, say: Say) -> Step:
    """The step with what came of it: the labels are in the store, and where it retrained that is judged and decided.

    Args:
        step: why it retrains, and what served before.
        kept: where the judgement lies until the step is done: once the champion moved, the gate says something else.
    """
    shop.clock.at = look.end
    shop.system.labels.add(look.arrived, [])
    if not step.why:
        return replace(step, at=shop.clock.now(), judged=None, ruling=None)
    if not kept.is_file():
        rules.unchanged()
        judged = simulated_shop.judge(shop)
        files.write_text(kept, json.dumps(asdict(judged), indent=2) + "\n")
        say(f"  {judged.verdict}, macro-F1 {judged.f1:.3f}, {judged.wall_s:.0f} s: {judged.cause}")
    judged = judged_from(_json(kept), where=str(kept))
    ruling = simulated_shop.decide(shop, judged, rules.on_review)
    step = replace(step, at=shop.clock.now(), judged=judged, ruling=ruling)
    return replace(step, champion=judged.version, f1=judged.f1) if ruling is Ruling.APPROVED else step


def _json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise InputError(f"damaged ({error}); choose another folder", where=str(path)) from error
    return found
