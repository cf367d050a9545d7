"""The review page: one self-contained HTML file that an approver reads on a phone, on a desk or on paper."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ecomintent.gate import trust, wording
from ecomintent.gate.background import Background
from ecomintent.gate.cause import points, span
from ecomintent.gate.flips import Flip
from ecomintent.gate.outcomes import IntentVerdict, worst_first
from ecomintent.gate.verdict import Verdict

SHOWN: Final = 20
"""Newly wrong tickets shown per intent."""

NAMED: Final = 3
"""Intents named as the places where lost tickets went."""

EXCERPT: Final = 600
"""Characters of a ticket's text that are shown."""

WIDTH: Final = 1000.0
"""Units across which every bar is drawn."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One interval, in units of `WIDTH` from the left."""

    left: float
    right: float
    point: float
    limit: float
    """The allowed loss, or the floor."""
    zero: float | None
    """Where nothing changed; None on a first release."""
    says: str
    """The same in words, for those who cannot see it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One intent of the table."""

    name: str
    intent: IntentVerdict
    why: str
    bar: Bar | None
    lost_to: str


def lineage(verdict: Verdict) -> dict[str, str]:
    """What the verdict is bound to, by readable names."""
    return {name.replace("_", " "): value for name, value in verdict.evidence.items() if value}


def render(
    verdict: Verdict, flips: Sequence[Flip], lineage: Mapping[str, str], background: Background | None = None
) -> str:
    """The page as HTML. Everything that came from outside is escaped; nothing is loaded from elsewhere.

    Args:
        flips: as `flips.collect` gives them; empty where there is no champion.
        lineage: name -> digest or version, shown as given.
        background: None where only the verdict is known, as in the pipeline's own stage.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("ecomintent", "gate"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {each.__name__: each for each in (percent, points, visible, chance, commands)}
    anchor = verdict.against_anchor
    order = worst_first(verdict.intents)
    rehearsal = verdict.rehearsal
    saboteurs = trust.saboteurs(rehearsal) if rehearsal else []
    return environment.get_template("review.html").render(
        background=background,
        saboteurs=saboteurs,
        loose=trust.worth_reading(saboteurs),
        awake=trust.summary(rehearsal) if rehearsal else "",
        untried=rehearsal.not_applicable if rehearsal else (),
        health=trust.health(verdict, background),
        v=verdict,
        rows=_rows(verdict.intents),
        anchor_rows=_rows(anchor.intents) if anchor else [],
        span=span,
        steps=wording.next_steps(verdict),
        negative=_negative(flips, order),
        positive=Counter(flip.label for flip in flips if not flip.negative),
        lineage=lineage,
        shown=SHOWN,
        level=round(100 * verdict.confidence),
        width=int(WIDTH),
    )


def percent(fraction: float | None) -> str:
    """A share in per cent with one decimal; a dash where it is not defined."""
    return "–" if fraction is None else f"{100 * fraction:.1f}"


def chance(p: float | None) -> str:
    """A p-value as people read it."""
    if p is None:
        return "–"
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def visible(text: str) -> str:
    """A ticket's text, cut to `EXCERPT`, with control characters shown as a box instead of obeyed."""
    cut = text if len(text) <= EXCERPT else text[:EXCERPT].rstrip() + " …"
    return "".join(c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in cut)


def commands(text: str) -> str:
    """A sentence of our own, escaped, with what stands between backticks set as code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )


def _negative(flips: Sequence[Flip], order: Sequence[str]) -> list[dict[str, Any]]:
    """Newly wrong tickets by label, worst intent first, the surest mistakes first."""
    by_label: dict[str, list[Flip]] = {}
    for flip in flips:
        if flip.negative:
            by_label.setdefault(flip.label, []).append(flip)
    names = [name for name in order if name in by_label]
    return [
        {
            "label": name,
            "flips": sorted(by_label[name], key=lambda flip: (-(flip.candidate_confidence or 0.0), flip.id)),
        }
        for name in names
    ]


def _rows(intents: Mapping[str, IntentVerdict]) -> list[Row]:
    """The table's rows, all bars on one scale."""
    lows = [
        edge
        for i in intents.values()
        for edge in (i.low, -i.margin if i.margin is not None else None)
        if edge is not None
    ]
    highs = [i.high for i in intents.values() if i.high is not None]
    # Without its own limits an intent with two tickets would squeeze all other bars into a few pixels.
    left, right = max(-0.30, min(lows, default=0.0) - 0.01), min(0.20, max(highs, default=0.0) + 0.01)
    return [
        Row(
            name=name,
            intent=intents[name],
            why=wording.reason(intents[name]),
            bar=_bar(intents[name], left, right),
            lost_to=_lost_to(intents[name]),
        )
        for name in worst_first(intents)
    ]


def _lost_to(intent: IntentVerdict) -> str:
    """The intents that took most of the lost tickets."""
    ranked = sorted(intent.lost_to.items(), key=lambda item: (-item[1], item[0]))
    named = [f"{other} {count}" for other, count in ranked[:NAMED]]
    rest = sum(count for _, count in ranked[NAMED:])
    return ", ".join([*named, f"others {rest}"] if rest else named)


def _bar(intent: IntentVerdict, left: float, right: float) -> Bar | None:
    def at(value: float) -> float:
        return round(WIDTH * min(1.0, max(0.0, (value - left) / (right - left))), 1)

    if intent.delta is not None and intent.low is not None and intent.high is not None and intent.margin is not None:
        says = f"{points(intent.delta)} {span(intent.low, intent.high)}, allowed {points(-intent.margin)}"
        return Bar(at(intent.low), at(intent.high), at(intent.delta), at(-intent.margin), at(0.0), says)
    if intent.recall_low is not None and intent.recall_high is not None and intent.floor is not None:
        left, right = 0.0, 1.0
        says = (
            f"recall {percent(intent.recall_low)} to {percent(intent.recall_high)}, required F1 {percent(intent.floor)}"
        )
        return Bar(
            at(intent.recall_low), at(intent.recall_high), at(intent.f1_candidate or 0.0), at(intent.floor), None, says
        )
    return None
