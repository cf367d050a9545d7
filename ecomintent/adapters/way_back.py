"""The way back, rehearsed: does the release that a rollback would return to still load and answer as it did?"""

import json
import logging
from importlib.resources import files

from ecomintent import params
from ecomintent.adapters import passports
from ecomintent.adapters.system import System
from ecomintent.errors import EcomIntentError, PromotionRefused
from ecomintent.params import EvaluateParams
from ecomintent.records import ReleaseEvent
from ecomintent.release.passport import Probe
from ecomintent.release.probing import differences

log = logging.getLogger(__name__)


def answer_probes(system: System, version: str) -> tuple[Probe, ...]:
    """One invented ticket per intent, answered by `version`, whose bytes are checked on the way."""
    from ecomintent.model.inference import Classifier

    found = system.registry.version(version)
    folder = system.registry.fetch(version, system.settings.releases)
    settings = params.section(system.settings.params, "evaluate", into=EvaluateParams)
    weights = found.weights if found else None
    classifier = Classifier.load(folder, expected_digest=weights, threads=settings.threads)
    texts: list[str] = json.loads((files("ecomintent") / "release" / "probes.json").read_text(encoding="utf-8"))
    told = classifier.classify(texts)
    return tuple(
        Probe(text=text, intent=answer.intent, confidence=round(answer.confidence, 6))
        for text, answer in zip(texts, told, strict=True)
    )


def rehearse(system: System, version: str) -> str:
    """Load `version` and hold its answers to the ones in its passport.

    Args:
        version: the champion that is about to become `previous`; empty where there is none.
    Returns:
        A sentence for the history.
    Raises:
        PromotionRefused: it does not load, its passport does not verify, or it answers otherwise than it did: there
            would be no way back.
    """
    if not version:
        return "nothing to go back to"
    try:
        recorded, told = passports.require(system, version).probes, answer_probes(system, version)
    except EcomIntentError as error:
        raise PromotionRefused(
            f"there would be no way back: version {version} fails its rehearsal ({error})"
        ) from error
    changed = differences(recorded, told)
    if changed:
        raise PromotionRefused(f"there would be no way back: version {version} answers otherwise ({changed[0]})")
    log.info("way back rehearsed version=%s probes=%d", version, len(told))
    return f"version {version} loads and answers its {len(told)} probes as recorded"


def rehearse_previous(system: System) -> str:
    """Rehearse the rollback of today, and say in the history what came of it. Moves no alias.

    Returns:
        A sentence.
    Raises:
        PromotionRefused: there is no way back, though there was a release before the champion.
    """
    version = system.registry.aliases().get("previous", "")
    try:
        said = rehearse(system, version)
    except PromotionRefused as refused:
        _note(system, version, "failed", str(refused))
        raise
    if version:
        _note(system, version, "passed", said)
    return said


def _note(system: System, version: str, outcome: str, said: str) -> None:
    # No event of the version's own: the rules of approval look at the last of those.
    system.history.append(
        ReleaseEvent(
            at=system.clock.now(),
            event="rehearsed",
            version="",
            by="ecomintent",
            reason=said,
            details={"previous": version, "outcome": outcome},
        )
    )
