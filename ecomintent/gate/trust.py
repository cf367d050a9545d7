"""Can this verdict be trusted? The saboteurs and the state of the frozen set, in words for the review page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ecomintent.gate.background import Background
from ecomintent.gate.outcomes import Decision
from ecomintent.gate.rehearsal import Rehearsal, Saboteur
from ecomintent.gate.verdict import Verdict

KINDS: Final = {
    "swapped": "answers {} exchanged",
    "dropped": "{} never answered",
    "recall_cut": "a tenth of the {} tickets lost",
    "noise": "a tenth of all answers made wrong",
    "constant": "always the same answer",
}
"""Kind of saboteur -> what was done to the reference's answers; {} stands for the intents."""

ORDER: Final = (Decision.PROMOTE, Decision.REVIEW, Decision.BLOCK)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a small table."""

    what: str
    outcome: str
    """Also its colour."""
    says: str


def told(saboteur: Saboteur) -> str:
    """What was doctored."""
    return KINDS[saboteur.kind].format(" and ".join(saboteur.intents))


def saboteurs(rehearsal: Rehearsal) -> list[Line]:
    """One line each, the ones that got furthest first."""
    ranked = sorted(rehearsal.saboteurs, key=lambda each: (ORDER.index(each.decision), each.kind, each.intents))
    return [Line(what=told(each), outcome=each.decision.value, says=_fate(each)) for each in ranked]


def summary(rehearsal: Rehearsal) -> str:
    """How many were caught, in one sentence."""
    found = rehearsal.saboteurs
    caught = sum(each.caught for each in found)
    held = sum(each.decision is Decision.REVIEW for each in found)
    parts = [f"{caught} of {len(found)} doctored candidates were blocked"]
    if held:
        parts.append(f"{held} only stopped at REVIEW, for want of tickets")
    if rehearsal.broken:
        parts.append(f"{len(rehearsal.broken)} would have been promoted: the gate is broken")
    return "; ".join(parts) + "."


def health(verdict: Verdict, background: Background | None) -> list[tuple[str, str, str]]:
    """Facts about the frozen set: name, value, remark."""
    facts = [("Tickets", str(verdict.n), f"{verdict.n_independent} independent")]
    if verdict.has_champion and verdict.intents:
        blind, discordant = verdict.discordant_blind, verdict.discordant
        facts.append(("Discordant", str(discordant), f"{blind} of them labelled blind"))
    if background is not None:
        due = "refresh due: ecomintent frozen refresh" if background.refresh_due else "then a quarter is replaced"
        facts.append(("Candidates judged", f"{background.runs} of {background.runs_allowed}", due))
        facts.append(("Labels", _labels(background), "how they came to be"))
    return facts


def _labels(background: Background) -> str:
    return ", ".join(f"{count} {name}" for name, count in background.provenance.items())


def _fate(saboteur: Saboteur) -> str:
    changed = f"{saboteur.changed} answer{'' if saboteur.changed == 1 else 's'} changed"
    if saboteur.decision is not Decision.REVIEW:
        return f"{changed}; {'caught' if saboteur.caught else 'NOT CAUGHT'}"
    if saboteur.tickets_needed is None:
        return f"{changed}; held, and no set of a sensible size would block it at these margins"
    return f"{changed}; held: {saboteur.n} tickets are too few to prove it, about {saboteur.tickets_needed} would"


def worth_reading(lines: Sequence[Line]) -> list[Line]:
    """Those that were not blocked."""
    return [line for line in lines if line.outcome != Decision.BLOCK.value]
