"""How far agents agree where several labelled the same ticket or the same text. Numbers only; nobody is right here."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Final

from ecomintent.records import Correction, Provenance

JUDGEMENTS: Final = frozenset({Provenance.CONFIRMED, Provenance.EDITED, Provenance.SET_FROM_BLANK})
"""Labels that somebody gave; a ticket closed unchanged is silence, and a machine is no second opinion."""

Votes = Mapping[str, Mapping[str, str]]
"""Unit (a text, with every ticket of it) -> agent -> intent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Two intents that two agents gave the same unit."""

    intents: tuple[str, str]
    """In alphabetical order."""
    pairs: int
    """Pairs of agents that were split so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What agents say of the units that at least two of them labelled."""

    units: int
    shared: int
    """Units with two agents or more: everything below rests on these."""
    labels: int
    """Of the shared units, one an agent."""
    raw: float | None
    """Share of agreeing pairs, each label counted once; None where nothing is shared."""
    alpha: float | None
    """Krippendorff's alpha: 1 is perfect, 0 what chance gives; None where only one intent occurs or nothing is shared.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, nominal data. Of the numbers corrected for
    chance (Cohen's and Fleiss' kappa) it is the one that takes any number of labels a unit.
    """
    confusions: tuple[Confusion, ...]
    """Most frequent first."""


def votes(corrections: Iterable[Correction], unit_of: Callable[[str], str]) -> Votes:
    """Each agent's latest judgement of each unit.

    Args:
        unit_of: text -> unit. A ticket belongs to the unit of its latest label, also where its text was cleaned since.
    """
    ordered = sorted(
        (c for c in corrections if c.agent and c.text and c.provenance in JUDGEMENTS),
        key=lambda c: (c.created_at, c.ticket_id, c.agent, c.intent, c.text),
    )
    unit_of_ticket = {(c.source, c.account, c.ticket_id): unit_of(c.text) for c in ordered}
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for c in ordered:
        found[unit_of_ticket[c.source, c.account, c.ticket_id]][c.agent] = c.intent
    return {unit: found[unit] for unit in sorted(found)}


def measure(given: Votes) -> Agreement:
    """Agreement over all units of `given` that have two agents or more."""
    shared = [list(said.values()) for said in given.values() if len(said) > 1]
    split: Counter[tuple[str, str]] = Counter()
    for intents in shared:
        split.update((min(pair), max(pair)) for pair in combinations(intents, 2) if pair[0] != pair[1])
    ranked = sorted(split.items(), key=lambda entry: (-entry[1], entry[0]))
    observed, expected = _disagreement(shared)
    return Agreement(
        units=len(given),
        shared=len(shared),
        labels=sum(map(len, shared)),
        raw=float(1 - observed) if shared else None,
        alpha=float(1 - observed / expected) if expected else None,
        confusions=tuple(Confusion(intents=pair, pairs=count) for pair, count in ranked),
    )


def with_others(given: Votes) -> dict[str, tuple[int, float]]:
    """Agent -> (units shared with others, mean share of the others who say the same); absent where none is shared."""
    told: dict[str, list[float]] = defaultdict(list)
    for said in given.values():
        for agent, intent in said.items():
            others = [other for name, other in said.items() if name != agent]
            if others:
                told[agent].append(sum(other == intent for other in others) / len(others))
    return {agent: (len(shares), sum(shares) / len(shares)) for agent, shares in sorted(told.items())}


def _disagreement(shared: Sequence[Sequence[str]]) -> tuple[Fraction, Fraction]:
    """(observed, expected by chance) share of ordered pairs with two intents; each unit's pairs weigh 1 / (m - 1)."""
    totals = Counter(intent for intents in shared for intent in intents)
    n = sum(totals.values())
    if not n:
        return Fraction(0), Fraction(0)
    observed = Fraction(0)
    for intents in shared:
        m = len(intents)
        same = sum(count * (count - 1) for count in Counter(intents).values())
        observed += Fraction(m * (m - 1) - same, m - 1)
    unlike = n * n - sum(count * count for count in totals.values())
    return observed / n, Fraction(unlike, n * (n - 1))
